package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.EntityUid;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Numbers of what scopes name. Immutable, and made for being asked often for what it does not hold:
 * open addressing, at most half full.
 */
final class UidIds {
  private final @Nullable EntityUid[] keys;
  private final int[] ids;
  private final int size;

  /** The numbers are not 0. */
  UidIds(Map<EntityUid, Integer> map) {
    size = map.size();
    int capacity = Integer.highestOneBit(Math.max(1, size)) * 4;
    keys = new @Nullable EntityUid[capacity];
    ids = new int[capacity];
    map.forEach((uid, id) -> {
      int at = start(uid);
      while (keys[at] != null) at = at + 1 & keys.length - 1;
      keys[at] = uid;
      ids[at] = id;
    });
  }

  int size() {
    return size;
  }

  /** The number of that uid, or 0. */
  int find(EntityUid uid) {
    int at = start(uid);
    for (EntityUid key = keys[at]; key != null; key = keys[at]) {
      if (key.equals(uid)) return ids[at];
      at = at + 1 & keys.length - 1;
    }
    return 0;
  }

  private int start(EntityUid uid) {
    int hash = uid.hashCode() * 0x9E3779B9;
    return (hash ^ hash >>> 15) & keys.length - 1;
  }
}
