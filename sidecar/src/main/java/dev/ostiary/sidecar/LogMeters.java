package dev.ostiary.sidecar;

import dev.ostiary.log.LogCounters;
import dev.ostiary.log.Shipping;
import dev.ostiary.sidecar.metrics.Meters;
import dev.ostiary.sidecar.record.Recorder;
import java.util.function.ToLongFunction;

/** What the decision log tells of itself at {@code /metrics}. */
final class LogMeters {
  private LogMeters() {}

  static void show(Recorder recorder, Meters meters) {
    meters.gauge("ostiary.log.entries", "entries of the decision log", recorder, Recorder::size);
    meters.gauge(
        "ostiary.log.queued.bytes",
        "bytes accepted and not yet written",
        recorder,
        r -> r.counters().queuedBytes());
    meters.gauge(
        "ostiary.log.unsynced.bytes",
        "bytes written and not yet fsynced",
        recorder,
        r -> r.counters().unsyncedBytes());
    meters.gauge(
        "ostiary.log.unpublished",
        "entries that no checkpoint covers yet",
        recorder,
        r -> r.counters().unpublished());
    total(recorder, meters, "bytes", "bytes of records written", LogCounters::bytes);
    total(recorder, meters, "writes", "write calls on the write-ahead log", LogCounters::writes);
    total(recorder, meters, "syncs", "fsyncs of the write-ahead log", LogCounters::syncs);
    total(recorder, meters, "checkpoints", "checkpoints published", LogCounters::checkpoints);
    total(recorder, meters, "refused", "records refused", LogCounters::refused);
    total(recorder, meters, "lost", "records of class observe not written", LogCounters::lost);
    total(
        recorder,
        meters,
        "publish.failures",
        "checkpoints that could not be published at once",
        LogCounters::publishFailures);
    total(
        recorder,
        meters,
        "witness.failures",
        "times that a witness did not cosign in time",
        LogCounters::witnessFailures);
  }

  /** What is shipped; nothing where there is no store. */
  static void showStore(Recorder recorder, Meters meters) {
    if (recorder.shipping().isEmpty()) return;
    stored(recorder, meters, "entries", "entries that the store has", s -> s.size());
    stored(
        recorder,
        meters,
        "lag.millis",
        "how long the oldest entry that the store has not has been written",
        s -> s.lag().toMillis());
    stored(recorder, meters, "bytes", "bytes shipped since the start", s -> s.bytes());
    stored(
        recorder,
        meters,
        "failures",
        "times since the start that the store could not be written",
        s -> s.failures());
    stored(
        recorder,
        meters,
        "forks",
        "1 if the store holds something else than the log",
        s -> s.forks());
  }

  private static void stored(
      Recorder recorder,
      Meters meters,
      String name,
      String description,
      ToLongFunction<Shipping> number) {
    meters.gauge(
        "ostiary.store." + name,
        description,
        recorder,
        r -> r.shipping().map(number::applyAsLong).orElse(0L));
  }

  private static void total(
      Recorder recorder,
      Meters meters,
      String name,
      String description,
      ToLongFunction<LogCounters> number) {
    meters.total(
        "ostiary.log." + name,
        description + " since the start",
        recorder,
        r -> number.applyAsLong(r.counters()));
  }
}
