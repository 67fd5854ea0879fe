package dev.ostiary.cedar.eval;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Policies by the numbers of the principal and the resource that their scopes name; 0 is none.
 * Immutable, and made for being asked often for what it does not hold: that costs one byte of an
 * array, at most half full. What it does hold is one step away, for each step may wait for memory.
 */
final class PairTable {
  /** A few bits of the hashes of pairs, 0 where there is none. */
  private final byte[] tags;

  private final long[] pairs;

  /** A policy, or an array of several. */
  private final @Nullable Object[] places;

  PairTable(Map<Long, List<CompiledPolicy>> map) {
    int capacity = Integer.highestOneBit(Math.max(1, map.size())) * 4;
    tags = new byte[capacity];
    pairs = new long[capacity];
    places = new @Nullable Object[capacity];
    map.forEach((pair, list) -> {
      long hash = hash(pair);
      int at = (int) hash & capacity - 1;
      while (tags[at] != 0) at = at + 1 & capacity - 1;
      tags[at] = tag(hash);
      pairs[at] = pair;
      places[at] = list.size() == 1 ? list.getFirst() : list.toArray(CompiledPolicy[]::new);
    });
  }

  /** The key of a principal and a resource. */
  static long pair(int principal, int resource) {
    return (long) principal << 32 | resource;
  }

  /** The policies that name these: null, a policy, or an array of several. */
  @Nullable Object find(int principal, int resource) {
    long pair = pair(principal, resource);
    long hash = hash(pair);
    byte tag = tag(hash);
    int at = (int) hash & tags.length - 1;
    for (byte found = tags[at]; found != 0; found = tags[at]) {
      if (found == tag && pairs[at] == pair) return places[at];
      at = at + 1 & tags.length - 1;
    }
    return null;
  }

  /** Takes a principal, a resource and the number of policies that name them. */
  interface Counts {
    void accept(int principal, int resource, int policies);
  }

  void forEach(Counts action) {
    for (int at = 0; at < tags.length; at++) {
      if (tags[at] == 0) continue;
      int count = places[at] instanceof CompiledPolicy[] several ? several.length : 1;
      action.accept((int) (pairs[at] >>> 32), (int) pairs[at], count);
    }
  }

  private static long hash(long pair) {
    long mixed = pair * 0x9E3779B97F4A7C15L;
    return mixed ^ mixed >>> 32;
  }

  private static byte tag(long hash) {
    return (byte) (hash >>> 56 | 1);
  }
}
