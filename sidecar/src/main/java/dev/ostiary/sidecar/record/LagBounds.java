package dev.ostiary.sidecar.record;

import dev.ostiary.log.DecisionLog;
import dev.ostiary.log.Outcome;
import dev.ostiary.log.Refusal;
import dev.ostiary.sidecar.bundle.LogClass;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How long a decision may be without a copy in the store before there are no more answers of its
 * class: what a lost disk costs at most.
 *
 * @param bounds by class; one that is absent has none
 */
public record LagBounds(Map<LogClass, Duration> bounds) {
  private static final Duration RETRY = Duration.ofSeconds(1);

  public LagBounds {
    bounds = Map.copyOf(bounds);
  }

  /** No bounds: the disk is kept. */
  public static LagBounds none() {
    return new LagBounds(Map.of());
  }

  /** Why a decision of a class is not taken now; empty if it is. */
  Optional<Outcome.Refused> refusal(LogClass logClass, DecisionLog log) {
    if (bounds.isEmpty()) return Optional.empty();
    Duration bound = bounds.get(logClass);
    if (bound == null || log.unshippedNanos() <= bound.toNanos()) return Optional.empty();
    return Optional.of(
        new Outcome.Refused(
            Refusal.UNSHIPPED,
            RETRY,
            "the store is behind by more than the "
                + bound.toMillis()
                + " ms of class "
                + logClass));
  }
}
