package dev.ostiary.sidecar;

import dev.ostiary.sidecar.facts.ActivationException;
import dev.ostiary.sidecar.facts.FactLog;
import dev.ostiary.sidecar.record.DiskRation;
import dev.ostiary.sidecar.record.Retention;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/** What is done to the logs now and then, each on a worker thread and never twice at once. */
final class Upkeep {
  private static final Duration SNAPSHOT_EVERY = Duration.ofSeconds(10);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
  private static final Duration PRUNE_EVERY = Duration.ofMinutes(10);

  private final Vertx vertx;
  private final FactLog facts;
  private final Retention retention;
  private final DiskRation disk;
  private final Journal journal;
  private final BooleanSupplier closing;
  private final AtomicBoolean pruning = new AtomicBoolean();
  private final AtomicBoolean looking = new AtomicBoolean();
  private final AtomicBoolean snapshotting = new AtomicBoolean();

  Upkeep(
      Vertx vertx,
      FactLog facts,
      Retention retention,
      DiskRation disk,
      Journal journal,
      BooleanSupplier closing) {
    this.vertx = vertx;
    this.facts = facts;
    this.retention = retention;
    this.disk = disk;
    this.journal = journal;
    this.closing = closing;
  }

  void begin() {
    every(SNAPSHOT_EVERY, snapshotting, this::takeSnapshot);
    every(PRUNE_EVERY, pruning, this::prune);
    every(LOOK_EVERY, looking, this::lookAtDisk);
  }

  /** Looks whether certificates were replaced. */
  void watch(Duration period, Certificates certificates) {
    every(
        period,
        new AtomicBoolean(),
        () -> {
          certificates.look();
          return true;
        });
  }

  private void every(Duration period, AtomicBoolean underWay, Callable<?> work) {
    vertx.setPeriodic(
        period.toMillis(),
        _ -> {
          if (closing.getAsBoolean() || !underWay.compareAndSet(false, true)) return;
          vertx.executeBlocking(work, false).onComplete(_ -> underWay.set(false));
        });
  }

  private boolean lookAtDisk() throws IOException {
    disk.look();
    return true;
  }

  /** Writes a snapshot of the facts; false where too little has changed. */
  private boolean takeSnapshot() throws InterruptedException {
    if (!facts.isSnapshotDue()) return false;
    try {
      facts
          .takeSnapshot()
          .ifPresent(revision -> journal.say("snapshot of the facts taken at " + revision));
    } catch (IOException | ActivationException e) {
      journal.say("no snapshot of the facts: " + e.getMessage());
    }
    return true;
  }

  /** Removes what the bundle in force does not keep; false where it keeps all. */
  private boolean prune() throws InterruptedException {
    var keep = facts.snapshot().flatMap(s -> s.bundle().settings().retention());
    if (keep.isEmpty()) return false;
    try {
      retention
          .prune(keep.get())
          .ifPresent(first -> journal.say("decisions below entry " + first + " are removed"));
    } catch (IOException e) {
      journal.say("decisions past their retention stay: " + e.getMessage());
    }
    return true;
  }
}
