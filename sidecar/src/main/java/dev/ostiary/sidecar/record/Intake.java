package dev.ostiary.sidecar.record;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.log.Completion;
import dev.ostiary.log.DecisionLog;
import dev.ostiary.log.Durability;
import dev.ostiary.log.Health;
import dev.ostiary.log.Outcome;
import dev.ostiary.log.Refusal;
import dev.ostiary.sidecar.bundle.LogClass;
import dev.ostiary.sidecar.limit.FairShare;
import java.time.Duration;

/**
 * Lets records of callers into the log as long as there is room for them: in what waits to be
 * written, on the disk, and in the time that the store may be behind. Any thread.
 */
public final class Intake {
  private static final Duration RETRY = Duration.ofMillis(100);

  private final DecisionLog log;
  private final FairShare pending;
  private final DiskRation disk;
  private final LagBounds lag;

  /**
   * Lets records into {@code log}.
   *
   * @param pending bytes that wait to be written
   * @param disk what callers may write where little room is left
   * @param lag how far the store may be behind
   */
  public Intake(DecisionLog log, FairShare pending, DiskRation disk, LagBounds lag) {
    this.log = log;
    this.pending = pending;
    this.disk = disk;
    this.lag = lag;
  }

  /** Queues a record, or refuses it at once. */
  void enqueue(byte[] record, LogClass logClass, EntityUid caller, Completion completion) {
    var late = lag.refusal(logClass, log);
    if (late.isPresent()) {
      completion.complete(late.get());
      return;
    }
    var share = pending.of(caller);
    if (!share.take(record.length)) {
      completion.complete(
          new Outcome.Refused(
              Refusal.BACKLOG, RETRY, "too much of what this caller asked waits to be written"));
    } else if (!disk.take(caller, record.length)) {
      share.give(record.length);
      completion.complete(
          new Outcome.Refused(
              Refusal.DISK_FULL,
              RETRY,
              "little room is left on the disk, and this caller has written its share of it"));
    } else {
      log.enqueue(
          record,
          durability(logClass),
          outcome -> {
            share.give(record.length);
            completion.complete(outcome);
          });
    }
  }

  private static Durability durability(LogClass logClass) {
    return switch (logClass) {
      case OBSERVE -> Durability.OBSERVE;
      case BOUNDED -> Durability.BOUNDED;
      case STRICT -> Durability.STRICT;
      case SHIPPED -> Durability.SHIPPED;
    };
  }

  /** Whether records of the default class are taken now, and if not, why. */
  Health health() {
    return lag.refusal(LogClass.BOUNDED, log)
        .<Health>map(late -> new Health.Unwritable(late.reason(), late.detail()))
        .orElse(log.health());
  }

  /** Forgets callers of whom nothing waits. */
  void forgetIdle() {
    pending.forgetIdle();
  }
}
