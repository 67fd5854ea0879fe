package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.store.Parents;
import java.util.Map;

/**
 * The numbers, in one policy set, of what the members of some groups are in. The first are in the
 * object itself, which is one place of memory less to wait for.
 */
final class Above implements Parents.Note {
  static final Above NONE = new Above(new UidIds(Map.of()), new Object(), new int[0]);

  final UidIds ids;

  /** Of the entities that it was found in. */
  final Object closures;

  final int size;
  private final int n0;
  private final int n1;
  private final int n2;
  private final int n3;
  private final int[] all;

  Above(UidIds ids, Object closures, int[] numbers) {
    this.ids = ids;
    this.closures = closures;
    this.size = numbers.length;
    this.n0 = at(numbers, 0);
    this.n1 = at(numbers, 1);
    this.n2 = at(numbers, 2);
    this.n3 = at(numbers, 3);
    this.all = numbers;
  }

  private static int at(int[] numbers, int index) {
    return index < numbers.length ? numbers[index] : 0;
  }

  /** {@code 0 <= index < size}. */
  int at(int index) {
    return switch (index) {
      case 0 -> n0;
      case 1 -> n1;
      case 2 -> n2;
      case 3 -> n3;
      default -> all[index];
    };
  }
}
