package dev.ostiary.cedar.eval;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Policies by the numbers of the principal and the resource that their scopes name; 0 is none.
 * Immutable, and made for being asked often for what it does not hold: that costs one byte of an
 * array, at most half full.
 */
final class PairTable {
  /** A few bits of the hashes of pairs, 0 where there is none. */
  private final byte[] tags;

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
    tags = new byte[capacity];
    buckets = new @Nullable Bucket[capacity];
    map.forEach((pair, list) -> {
      long hash = hash(pair);
      int at = (int) hash & capacity - 1;
      while (tags[at] != 0) at = at + 1 & capacity - 1;
      tags[at] = tag(hash);
      buckets[at] = new Bucket(pair, list);
    });
  }

  /** The key of a principal and a resource. */
  static long pair(int principal, int resource) {
    return (long) principal << 32 | resource;
  }

  /** The policies that name these, or null. */
  @Nullable Bucket find(int principal, int resource) {
    long hash = hash(pair(principal, resource));
    byte tag = tag(hash);
    int at = (int) hash & tags.length - 1;
    for (byte found = tags[at]; found != 0; found = tags[at]) {
      if (found == tag) {
        Bucket bucket = buckets[at];
        if (bucket != null && bucket.principal == principal && bucket.resource == resource)
          return bucket;
      }
      at = at + 1 & tags.length - 1;
    }
    return null;
  }

  void forEach(Consumer<Bucket> action) {
    for (Bucket bucket : buckets) if (bucket != null) action.accept(bucket);
  }

  private static long hash(long pair) {
    long mixed = pair * 0x9E3779B97F4A7C15L;
    return mixed ^ mixed >>> 32;
  }

  private static byte tag(long hash) {
    return (byte) (hash >>> 56 | 1);
  }
}
