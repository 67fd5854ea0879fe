package dev.ostiary.log;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Why the log does not take records now, if it does not. Reading it is one volatile read. */
final class Condition {
  private final Map<Refusal, Health.Unwritable> causes = new EnumMap<>(Refusal.class);
  private volatile Health.@Nullable Unwritable first;

  private volatile boolean syncFailed;

  /** Whether an fsync has failed, which is final. */
  boolean syncFailed() {
    return syncFailed;
  }

  /** The cause that counts: a closed log before a broken one, a broken one before a full one. */
  Health.@Nullable Unwritable unwritable() {
    return first;
  }

  synchronized void set(Refusal cause, String detail) {
    causes.putIfAbsent(cause, new Health.Unwritable(cause, detail));
    if (cause == Refusal.SYNC_FAILED) syncFailed = true;
    choose();
  }

  synchronized void clear(Refusal cause) {
    causes.remove(cause);
    choose();
  }

  synchronized boolean has(Refusal cause) {
    return causes.containsKey(cause);
  }

  private void choose() {
    Health.Unwritable chosen = null;
    for (var cause : causes.values()) chosen = cause; // enum order: the last is the gravest
    first = chosen;
  }

  Health health() {
    var cause = first;
    return cause == null ? new Health.Writable() : cause;
  }
}
