package dev.ostiary.sidecar.facts;

import com.google.protobuf.UnsafeByteOperations;
import dev.ostiary.log.CannotOpenException;
import dev.ostiary.log.DecisionLog;
import dev.ostiary.log.Durability;
import dev.ostiary.log.Health;
import dev.ostiary.log.LogOptions;
import dev.ostiary.log.Outcome;
import dev.ostiary.record.v1.Activation;
import dev.ostiary.record.v1.BundleFile;
import dev.ostiary.record.v1.Fact;
import dev.ostiary.sidecar.bundle.Bundle;
import dev.ostiary.sidecar.decide.Revision;
import dev.ostiary.sidecar.decide.Snapshot;
import dev.ostiary.sidecar.facts.ActivationException.Reason;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The fact log of a data directory, and the snapshot that its facts add up to. The only writer of
 * either. Reading the snapshot is one volatile read from any thread; appending is one at a time.
 */
public final class FactLog implements AutoCloseable {
  private static final long EPOCH = 1;

  private final DecisionLog log;
  private final String origin;
  private final LongSupplier micros;
  private volatile @Nullable Snapshot snapshot;
  private volatile long lastMicros;

  private FactLog(
      DecisionLog log,
      String origin,
      LongSupplier micros,
      Optional<Snapshot> folded,
      long lastMicros) {
    this.log = log;
    this.origin = origin;
    this.micros = micros;
    this.snapshot = folded.orElse(null);
    this.lastMicros = lastMicros;
  }

  /**
   * Opens {@code DATA/facts/1}, making it if there is none, and folds it. Blocks.
   *
   * @param options its directory, its key, and its origin {@code NAME/facts/1}
   * @param micros the time of facts: microseconds since 1970
   * @throws CannotOpenException if the log cannot be written, with what to do about it
   * @throws CannotFoldException if its facts cannot be understood; nothing is decided then
   */
  public static FactLog open(LogOptions options, LongSupplier micros)
      throws CannotOpenException, CannotFoldException {
    String origin = options.origin().substring(0, options.origin().lastIndexOf('/'));
    DecisionLog log = DecisionLog.open(options);
    try {
      Fold fold = Fold.of(options.directory(), origin, EPOCH);
      return new FactLog(log, origin, micros, fold.snapshot(), fold.lastMicros());
    } catch (CannotFoldException e) {
      log.close();
      throw e;
    }
  }

  /** The snapshot in force, or nothing before the first activation. One volatile read. */
  public Optional<Snapshot> snapshot() {
    return Optional.ofNullable(snapshot);
  }

  /** Time of the last fact, in microseconds since 1970; 0 where there is none. */
  public long lastMicros() {
    return lastMicros;
  }

  /** Whether facts are taken now. */
  public Health health() {
    return log.health();
  }

  /**
   * Brings a bundle into force: appends its activation, waits until that is fsynced, and swaps the
   * snapshot. The bundle that is in force already stays so, and nothing is appended. One at a time;
   * blocks.
   *
   * @return the snapshot then in force
   * @throws ActivationException where it does not come into force; the snapshot is as before
   */
  public synchronized Snapshot activate(Bundle bundle)
      throws ActivationException, InterruptedException {
    Snapshot before = snapshot;
    if (before != null) {
      if (Arrays.equals(before.bundle().digest(), bundle.digest())) return before;
      if (bundle.version() <= before.bundle().version()) throw notRising(bundle, before.bundle());
    }
    // Compiled first: what cannot be compiled must not become a fact.
    Snapshot compiled = Snapshot.of(bundle, new Revision(origin, EPOCH, 0));
    long now = Math.max(micros.getAsLong(), lastMicros);
    Fact fact = Fact.newBuilder().setTimeMicros(now).setActivation(activation(bundle)).build();
    Outcome.Appended appended = append(fact.toByteArray());
    long size = appended.index() + appended.count();
    Snapshot activated = compiled.at(new Revision(origin, EPOCH, size));
    lastMicros = now;
    snapshot = activated;
    return activated;
  }

  private static ActivationException notRising(Bundle bundle, Bundle before) {
    return new ActivationException(
        Reason.VERSION_NOT_RISING,
        "expected a version above "
            + before.version()
            + ", which is in force with other content, got "
            + bundle.version()
            + "; raise `version` in bundle.yaml");
  }

  private static Activation activation(Bundle bundle) {
    var activation =
        Activation.newBuilder()
            .setName(bundle.name())
            .setVersion(bundle.version())
            .setDigest(UnsafeByteOperations.unsafeWrap(bundle.digest()));
    for (var file : bundle.files())
      activation.addFiles(
          BundleFile.newBuilder()
              .setPath(file.path())
              .setContent(UnsafeByteOperations.unsafeWrap(file.content())));
    return activation.build();
  }

  /** Appends and waits until it is fsynced: a revision in use must not be lost with the power. */
  private Outcome.Appended append(byte[] fact) throws ActivationException, InterruptedException {
    if (fact.length > LogOptions.MAX_RECORD_BYTES)
      throw new ActivationException(
          Reason.TOO_LARGE,
          "expected an activation of at most "
              + LogOptions.MAX_RECORD_BYTES
              + " bytes, got "
              + fact.length);
    var outcome = new CompletableFuture<Outcome>();
    log.append(fact, Durability.STRICT, outcome::complete);
    try {
      return switch (outcome.get()) {
        case Outcome.Appended appended -> appended;
        case Outcome.Accepted _ -> throw unavailable("accepted without an index");
        case Outcome.Refused refused -> throw unavailable(refused.detail());
      };
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // the future is only ever completed
    }
  }

  private static ActivationException unavailable(String detail) {
    return new ActivationException(
        Reason.LOG_UNAVAILABLE, "the fact log takes no entry: " + detail);
  }

  /** Lets go of the directory. Blocks. */
  @Override
  public void close() {
    log.close();
  }
}
