package dev.ostiary.sidecar.record;

import dev.ostiary.cedar.EntityUid;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts calls that got no decision, exactly, until they are written down. Any thread; it holds one
 * counter for each caller, reason and method, of which there are few.
 */
public final class Refusals {
  /**
   * What is counted together.
   *
   * @param reason the {@code ErrorInfo} reason
   * @param method the full method name
   */
  public record Kind(EntityUid caller, String reason, String method) {}

  private final ConcurrentHashMap<Kind, AtomicLong> counts = new ConcurrentHashMap<>();

  /** Counts one call. */
  public void count(Kind kind) {
    add(kind, 1);
  }

  /** Takes what was counted; each call is taken once. */
  Map<Kind, Long> take() {
    var taken = new HashMap<Kind, Long>();
    counts.forEach((kind, counter) -> {
      long count = counter.getAndSet(0);
      if (count > 0) taken.put(kind, count);
    });
    return taken;
  }

  /** Gives back what could not be written down. */
  void giveBack(Map<Kind, Long> taken) {
    taken.forEach(this::add);
  }

  private void add(Kind kind, long count) {
    counts.computeIfAbsent(kind, _ -> new AtomicLong()).addAndGet(count);
  }
}
