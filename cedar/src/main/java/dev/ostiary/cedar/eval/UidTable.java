package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.EntityUid;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An immutable table by uid, made for being asked often for what it does not hold: open addressing,
 * at most half full.
 */
final class UidTable<T> {
  private final @Nullable EntityUid[] keys;
  private final @Nullable Object[] values;
  private final int size;

  UidTable(Map<EntityUid, T> map) {
    size = map.size();
    int capacity = Integer.highestOneBit(Math.max(1, size)) * 4;
    keys = new @Nullable EntityUid[capacity];
    values = new @Nullable Object[capacity];
    map.forEach((uid, value) -> {
      int at = start(uid);
      while (keys[at] != null) at = (at + 1) & (keys.length - 1);
      keys[at] = uid;
      values[at] = value;
    });
  }

  int size() {
    return size;
  }

  @SuppressWarnings("unchecked")
  @Nullable T find(EntityUid uid) {
    int at = start(uid);
    for (EntityUid key = keys[at]; key != null; key = keys[at]) {
      if (key.equals(uid)) return (T) values[at];
      at = (at + 1) & (keys.length - 1);
    }
    return null;
  }

  @SuppressWarnings("unchecked")
  void forEach(Consumer<? super T> action) {
    for (Object value : values) if (value != null) action.accept((T) value);
  }

  private int start(EntityUid uid) {
    int hash = uid.hashCode() * 0x9E3779B9;
    return (hash ^ hash >>> 15) & (keys.length - 1);
  }
}
