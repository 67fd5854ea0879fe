package dev.ostiary.sidecar.facts;

import dev.ostiary.log.DecisionLog;
import dev.ostiary.log.Durability;
import dev.ostiary.log.LogOptions;
import dev.ostiary.log.Outcome;
import dev.ostiary.record.v1.Activation;
import dev.ostiary.record.v1.EntityChanges;
import dev.ostiary.record.v1.Fact;
import dev.ostiary.sidecar.bundle.Bundle;
import dev.ostiary.sidecar.bundle.SchemaMarks;
import dev.ostiary.sidecar.decide.Revision;
import dev.ostiary.sidecar.facts.ActivationException.Reason;
import dev.ostiary.sidecar.subjects.Subjects;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.LongSupplier;

/**
 * Appends facts in the form that the log has them, at times that never go back. One thread at a
 * time; {@link #lastMicros} any.
 */
final class FactWriter {
  private final DecisionLog log;
  private final String origin;
  private final long epoch;
  private final LongSupplier micros;
  private final Subjects subjects;
  private volatile long lastMicros;

  /**
   * Appends to {@code log}.
   *
   * @param micros the time: microseconds since 1970
   * @param subjects what people are called in it
   * @param last time of the last fact that it has
   */
  FactWriter(
      DecisionLog log,
      String origin,
      long epoch,
      LongSupplier micros,
      Subjects subjects,
      long last) {
    this.log = log;
    this.origin = origin;
    this.epoch = epoch;
    this.micros = micros;
    this.subjects = subjects;
    this.lastMicros = last;
  }

  /** Time of the last fact, in microseconds since 1970; 0 where there is none. */
  long lastMicros() {
    return lastMicros;
  }

  /** The revision of the log that so many entries make. */
  Revision at(long size) {
    return new Revision(origin, epoch, size);
  }

  /**
   * Appends a fact, but for its time, and waits until it is fsynced: a revision in use must not be
   * lost with the power.
   *
   * @return the revision that it makes
   */
  Revision append(Fact.Builder fact) throws ActivationException, InterruptedException {
    return append(fact, Durability.STRICT);
  }

  /** The same with a durability of its own. */
  Revision append(Fact.Builder fact, Durability durability)
      throws ActivationException, InterruptedException {
    long now = Math.max(micros.getAsLong(), lastMicros);
    byte[] bytes = fact.setTimeMicros(now).build().toByteArray();
    if (bytes.length > LogOptions.MAX_RECORD_BYTES)
      throw new ActivationException(
          Reason.TOO_LARGE,
          "expected a fact of at most "
              + LogOptions.MAX_RECORD_BYTES
              + " bytes, got "
              + bytes.length);
    var outcome = new CompletableFuture<Outcome>();
    log.append(bytes, durability, outcome::complete);
    try {
      return switch (outcome.get()) {
        case Outcome.Appended appended -> {
          lastMicros = now;
          yield at(appended.index() + appended.count());
        }
        case Outcome.Accepted _ -> throw unavailable("accepted without an index");
        case Outcome.Refused refused -> throw unavailable(refused.detail());
      };
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // the future is only ever completed
    }
  }

  /** The activation of a bundle, whose key is on the disk when this returns. */
  Activation stored(Bundle bundle) throws ActivationException {
    try {
      return SealedBundle.activation(bundle, subjects);
    } catch (IOException e) {
      throw unavailable(String.valueOf(e.getMessage()));
    }
  }

  /** Changes of entities, with rows for all subjects that they name. */
  EntityChanges stored(List<Change> changes, SchemaMarks marks) throws ActivationException {
    try {
      while (true) {
        var hiding = subjects.hiding(marks);
        var stored = EntityChanges.newBuilder();
        for (Change change : changes) stored.addChanges(change.stored(hiding));
        if (hiding.missing().isEmpty()) return stored.build();
        subjects.add(hiding.missing());
      }
    } catch (IOException e) {
      throw unavailable(String.valueOf(e.getMessage()));
    }
  }

  private static ActivationException unavailable(String detail) {
    return new ActivationException(
        Reason.LOG_UNAVAILABLE, "the fact log takes no entry: " + detail);
  }
}
