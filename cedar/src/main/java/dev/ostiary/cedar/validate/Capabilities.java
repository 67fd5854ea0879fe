package dev.ostiary.cedar.validate;

import java.util.Arrays;

/**
 * The attributes and tags that are there for certain at some place of a policy, because a test for
 * them has succeeded before. Each is a number that {@link Shapes} gave to it. Immutable.
 */
final class Capabilities {
  static final Capabilities NONE = new Capabilities(new int[0]);

  private final int[] sorted;

  private Capabilities(int[] sorted) {
    this.sorted = sorted;
  }

  static Capabilities of(int capability) {
    return new Capabilities(new int[] {capability});
  }

  boolean contains(int capability) {
    return Arrays.binarySearch(sorted, capability) >= 0;
  }

  Capabilities union(Capabilities other) {
    if (sorted.length == 0 || this == other) return other;
    if (other.sorted.length == 0) return this;
    int[] out = new int[sorted.length + other.sorted.length];
    int n = 0;
    int i = 0;
    int j = 0;
    while (i < sorted.length || j < other.sorted.length) {
      if (j == other.sorted.length || (i < sorted.length && sorted[i] < other.sorted[j]))
        out[n++] = sorted[i++];
      else {
        if (i < sorted.length && sorted[i] == other.sorted[j]) i++;
        out[n++] = other.sorted[j++];
      }
    }
    return new Capabilities(n == out.length ? out : Arrays.copyOf(out, n));
  }

  Capabilities intersection(Capabilities other) {
    if (this == other) return this;
    int[] out = new int[Math.min(sorted.length, other.sorted.length)];
    int n = 0;
    for (int capability : sorted) if (other.contains(capability)) out[n++] = capability;
    return n == 0 ? NONE : new Capabilities(Arrays.copyOf(out, n));
  }
}
