package dev.ostiary.cedar.eval;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Policies by the numbers of the principal and the resource that their scopes name; 0 is none.
 * Immutable, and made for being asked often for what it does not hold: that costs one number of an
 * array, at most half full.
 */
final class PairTable {
  /** Hashes of pairs, 0 where there is none. */
  private final int[] hashes;

  private final @Nullable Bucket[] buckets;

  /** Policies of one pair. */
  static final class Bucket {
    final int principal;
    final int resource;
    final CompiledPolicy[] policies;

    private Bucket(long pair, List<CompiledPolicy> list) {
      principal = (int) (pair >>> 32);
      resource = (int) pair;
      policies = list.toArray(CompiledPolicy[]::new);
    }
  }

  PairTable(Map<Long, List<CompiledPolicy>> map) {
    int capacity = Integer.highestOneBit(Math.max(1, map.size())) * 4;
    hashes = new int[capacity];
    buckets = new @Nullable Bucket[capacity];
    map.forEach((pair, list) -> {
      int hash = hash(pair);
      int at = hash & capacity - 1;
      while (hashes[at] != 0) at = at + 1 & capacity - 1;
      hashes[at] = hash;
      buckets[at] = new Bucket(pair, list);
    });
  }

  /** The key of a principal and a resource. */
  static long pair(int principal, int resource) {
    return (long) principal << 32 | resource;
  }

  /** The policies that name these, or null. */
  @Nullable Bucket find(int principal, int resource) {
    int hash = hash(pair(principal, resource));
    int at = hash & hashes.length - 1;
    for (int found = hashes[at]; found != 0; found = hashes[at]) {
      Bucket bucket = buckets[at];
      if (found == hash
          && bucket != null
          && bucket.principal == principal
          && bucket.resource == resource) return bucket;
      at = at + 1 & hashes.length - 1;
    }
    return null;
  }

  void forEach(Consumer<Bucket> action) {
    for (Bucket bucket : buckets) if (bucket != null) action.accept(bucket);
  }

  private static int hash(long pair) {
    long mixed = pair * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 32) | 1 << 31;
  }
}
