package dev.ostiary.sidecar.record;

import dev.ostiary.cedar.EntityUid;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts calls that got no decision, exactly, until they are written down. Any thread; it holds one
 * counter for each caller, reason and method since the last count.
 */
public final class Refusals {
  /**
   * What is counted together.
   *
   * @param reason the {@code ErrorInfo} reason
   * @param method the full method name
   */
  public record Kind(EntityUid caller, String reason, String method) {}

  /** How many calls of one caller, and of all, are entries of their own between two counts. */
  private static final int ENTERED_OF_ONE = 10;

  private static final int ENTERED_OF_ALL = 100;

  private final ConcurrentHashMap<Kind, Long> counts = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<EntityUid, Integer> entered = new ConcurrentHashMap<>();
  private final AtomicInteger enteredOfAll = new AtomicInteger();

  /** Counts one call. */
  public void count(Kind kind) {
    add(kind, 1);
  }

  /** Whether one more call of that caller is to be an entry of its own. */
  public boolean isEntered(EntityUid caller) {
    return enteredOfAll.get() < ENTERED_OF_ALL
        && entered.merge(caller, 1, Integer::sum) <= ENTERED_OF_ONE
        && enteredOfAll.incrementAndGet() <= ENTERED_OF_ALL;
  }

  /** Takes what was counted; each call is taken once. */
  Map<Kind, Long> take() {
    entered.clear();
    enteredOfAll.set(0);
    var taken = new HashMap<Kind, Long>();
    for (Kind kind : counts.keySet()) {
      Long count = counts.remove(kind);
      if (count != null) taken.put(kind, count);
    }
    return taken;
  }

  /** Gives back what could not be written down. */
  void giveBack(Map<Kind, Long> taken) {
    taken.forEach(this::add);
  }

  private void add(Kind kind, long count) {
    counts.merge(kind, count, Long::sum);
  }
}
