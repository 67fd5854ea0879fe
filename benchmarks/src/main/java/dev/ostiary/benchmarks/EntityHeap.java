package dev.ostiary.benchmarks;

import org.openjdk.jol.info.GraphLayout;

/**
 * How much heap does an entity take beyond its own attribute data: uid, parents, and its place in
 * the tries?
 */
public final class EntityHeap {
  private static final int USERS = 200_000;

  private EntityHeap() {}

  /** Measures and prints it. */
  public static void main(String[] args) {
    var entities = Crowd.of(USERS);
    // The store keeps values and no record, so the values are the attribute data.
    var attributes =
        entities.stream()
            .flatMap(entity -> entity.attributes().attributes().values().stream())
            .toArray();
    long all = GraphLayout.parseInstance(entities).totalSize();
    long data = GraphLayout.parseInstance(attributes).totalSize();
    int n = entities.size();
    System.out.printf("%,d entities: %d bytes of heap each%n", n, all / n);
    System.out.printf("attribute data: %d bytes each%n", data / n);
    System.out.printf("beyond it: %d bytes each%n", (all - data) / n);
  }
}
