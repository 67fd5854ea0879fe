package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.store.Vocabulary;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Numbers of what scopes name. Immutable, and made for being asked often for what it does not hold:
 * open addressing, at most half full, and beforehand the few types that the names have.
 */
final class UidIds {
  private static final int FEW = 4;
  private static final String[] MANY = {};

  /** Null where there is none. */
  private final @Nullable EntityUid[] keys;

  private final int[] hashes;
  private final int[] ids;
  private final int size;
  private final String[] types;

  /** A type that is none of them, as one that was asked for last; another thread's is as good. */
  private @Nullable String other;

  /** The numbers are not 0. */
  UidIds(Map<EntityUid, Integer> map) {
    size = map.size();
    String[] all =
        map.keySet().stream()
            .map(uid -> Vocabulary.learned(uid.type()))
            .distinct()
            .toArray(String[]::new);
    types = all.length <= FEW ? all : MANY;
    int capacity = Integer.highestOneBit(Math.max(1, size)) * 4;
    keys = new @Nullable EntityUid[capacity];
    hashes = new int[capacity];
    ids = new int[capacity];
    map.forEach((uid, id) -> {
      int hash = hash(uid);
      int at = hash & capacity - 1;
      while (keys[at] != null) at = at + 1 & capacity - 1;
      keys[at] = Vocabulary.learned(uid);
      hashes[at] = hash;
      ids[at] = id;
    });
  }

  int size() {
    return size;
  }

  /** The number of that uid, or 0. */
  int find(EntityUid uid) {
    if (types != MANY && !isOfType(uid.type())) return 0;
    int hash = hash(uid);
    int at = hash & keys.length - 1;
    for (int id = ids[at]; id != 0; id = ids[at]) {
      EntityUid key = keys[at];
      if (hashes[at] == hash && key != null && key.equals(uid)) return id;
      at = at + 1 & keys.length - 1;
    }
    return 0;
  }

  private boolean isOfType(String type) {
    if (other == type) return false;
    for (String one : types) if (one.equals(type)) return true;
    other = type;
    return false;
  }

  private static int hash(EntityUid uid) {
    int hash = uid.hashCode() * 0x9E3779B9;
    return hash ^ hash >>> 15;
  }
}
