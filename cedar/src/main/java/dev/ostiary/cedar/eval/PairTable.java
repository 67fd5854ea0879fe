package dev.ostiary.cedar.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Policies by the numbers of the principal and the resource that their scopes name; 0 is none.
 * Immutable, and made for being asked often for what it does not hold: that costs one byte of an
 * array. What it does hold is in one place of memory together with what its conditions are, for
 * each place may have to be waited for, and most policies that are found turn out not to hold.
 */
final class PairTable {
  /** No such pair. */
  static final int NONE = -1;

  /** Numbers in a slot: principal, resource, place of the first policy, and what there is. */
  private static final int WIDTH = 4;

  private static final int PRINCIPAL = 0;
  private static final int RESOURCE = 1;
  private static final int FIRST = 2;
  private static final int WHAT = 3;

  /** A few bits of the hashes of pairs, 0 where there is none. */
  private final byte[] tags;

  private final int[] slots;

  /** Those of one pair behind each other. */
  private final CompiledPolicy[] policies;

  /** Of policies that are alone in their pairs and ask for no more than the pair, each once. */
  private final Code[] conditions;

  PairTable(Map<Long, List<CompiledPolicy>> map) {
    int capacity = Math.max(2, Integer.highestOneBit(map.size() * 3 / 2) * 2);
    tags = new byte[capacity];
    slots = new int[capacity * WIDTH];
    var all = new ArrayList<CompiledPolicy>();
    SequencedMap<Code, Integer> codes = new LinkedHashMap<>();
    map.forEach((pair, list) -> {
      long hash = hash(pair);
      int at = (int) hash & capacity - 1;
      while (tags[at] != 0) at = at + 1 & capacity - 1;
      tags[at] = tag(hash);
      int slot = at * WIDTH;
      slots[slot + PRINCIPAL] = (int) (pair >>> 32);
      slots[slot + RESOURCE] = (int) (long) pair;
      slots[slot + FIRST] = all.size();
      slots[slot + WHAT] = what(list, codes);
      all.addAll(list);
    });
    policies = all.toArray(CompiledPolicy[]::new);
    conditions = codes.sequencedKeySet().toArray(Code[]::new);
  }

  /** Conditions and effect of a policy by itself, or how many there are as a negative number. */
  private static int what(List<CompiledPolicy> list, Map<Code, Integer> codes) {
    CompiledPolicy first = list.getFirst();
    if (list.size() > 1 || first.looksAtTypes) return -list.size();
    int code = codes.computeIfAbsent(first.conditions, _ -> codes.size());
    return code << 1 | (first.permits ? 1 : 0);
  }

  /** The key of a principal and a resource. */
  static long pair(int principal, int resource) {
    return (long) principal << 32 | resource;
  }

  /** Where the policies are that name these, or {@link #NONE}. */
  int find(int principal, int resource) {
    long hash = hash(pair(principal, resource));
    byte tag = tag(hash);
    int at = (int) hash & tags.length - 1;
    for (byte found = tags[at]; found != 0; found = tags[at]) {
      int slot = at * WIDTH;
      if (found == tag
          && slots[slot + PRINCIPAL] == principal
          && slots[slot + RESOURCE] == resource) return slot;
      at = at + 1 & tags.length - 1;
    }
    return NONE;
  }

  /** Whether there is one policy, whose conditions can be tested without it. */
  boolean isSimple(int place) {
    return slots[place + WHAT] >= 0;
  }

  /** The conditions of a simple one. */
  Code conditions(int place) {
    return conditions[slots[place + WHAT] >>> 1];
  }

  /** The effect of a simple one. */
  boolean permits(int place) {
    return (slots[place + WHAT] & 1) != 0;
  }

  /** Number of policies. */
  int count(int place) {
    return Math.max(1, -slots[place + WHAT]);
  }

  /** One of the policies; {@code 0 <= i < count(place)}. */
  CompiledPolicy policy(int place, int i) {
    return policies[slots[place + FIRST] + i];
  }

  /** Takes a principal, a resource and the number of policies that name them. */
  interface Counts {
    void accept(int principal, int resource, int policies);
  }

  void forEach(Counts action) {
    for (int at = 0; at < tags.length; at++) {
      int slot = at * WIDTH;
      if (tags[at] != 0)
        action.accept(slots[slot + PRINCIPAL], slots[slot + RESOURCE], count(slot));
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
