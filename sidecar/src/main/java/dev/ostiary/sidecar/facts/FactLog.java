package dev.ostiary.sidecar.facts;

import com.google.protobuf.UnsafeByteOperations;
import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.EntitiesException;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.schema.ConformanceException;
import dev.ostiary.log.CannotOpenException;
import dev.ostiary.log.DecisionLog;
import dev.ostiary.log.Durability;
import dev.ostiary.log.Health;
import dev.ostiary.log.LogOptions;
import dev.ostiary.log.Outcome;
import dev.ostiary.record.v1.Activation;
import dev.ostiary.record.v1.BundleFile;
import dev.ostiary.record.v1.Fact;
import dev.ostiary.record.v1.SnapshotHead;
import dev.ostiary.record.v1.SnapshotTaken;
import dev.ostiary.sidecar.bundle.Bundle;
import dev.ostiary.sidecar.bundle.Signed;
import dev.ostiary.sidecar.contract.ContractException;
import dev.ostiary.sidecar.contract.ContractReader;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.decide.Revision;
import dev.ostiary.sidecar.decide.Snapshot;
import dev.ostiary.sidecar.facts.ActivationException.Reason;
import dev.ostiary.v1.EntityChange;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
  private static final Duration RETRY = Duration.ofSeconds(1);

  /** A start folds about a million changes in a few seconds. */
  private static final long SNAPSHOT_EVERY = 10_000;

  private final DecisionLog log;
  private final String origin;
  private final Path tree;
  private final LongSupplier micros;
  private final Layers layers;
  private volatile @Nullable Snapshot snapshot;
  private volatile long lastMicros;
  private final long foldedFrom;
  private long changedSince;

  private FactLog(DecisionLog log, Path tree, String origin, LongSupplier micros, Fold fold)
      throws CannotFoldException {
    this.log = log;
    this.tree = tree;
    this.origin = origin;
    this.micros = micros;
    this.snapshot = fold.snapshot().orElse(null);
    this.layers = fold.layers();
    this.lastMicros = fold.lastMicros();
    this.foldedFrom = fold.from();
    this.changedSince = fold.size() - fold.from();
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
      Path tree = options.directory();
      return new FactLog(log, tree, origin, micros, Fold.of(tree, origin, EPOCH));
    } catch (CannotFoldException e) {
      log.close();
      throw e;
    }
  }

  /** The snapshot in force, or nothing before the first activation. One volatile read. */
  public Optional<Snapshot> snapshot() {
    return Optional.ofNullable(snapshot);
  }

  /** Number of entries that a snapshot on the disk spared the start; 0 where it read them all. */
  public long foldedFrom() {
    return foldedFrom;
  }

  /** The directory of the log's tree. */
  public Path tree() {
    return tree;
  }

  /** The revision of this log that so many entries make. */
  public Revision revision(long size) {
    return new Revision(origin, EPOCH, size);
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
      boolean same = Arrays.equals(before.bundle().digest(), bundle.digest());
      // What came into force unchecked does so again once it is signed.
      if (same && (before.bundle().signed().isPresent() || bundle.signed().isEmpty()))
        return before;
      if (!same && bundle.version() <= before.bundle().version())
        throw notRising(bundle, before.bundle());
    }
    AdminSigners.check(bundle, Optional.ofNullable(before).map(Snapshot::bundle));
    return append(bundle);
  }

  /**
   * Sets the policies of the sidecar aside that the bundle in force brought, until the next
   * activation: appends it anew without them, and swaps the snapshot. One at a time; blocks.
   *
   * @param recovery a statement that trusted keys signed, and which
   * @return the snapshot then in force
   * @throws ActivationException where that cannot be; the snapshot is as before
   */
  public synchronized Snapshot recover(Signed recovery)
      throws ActivationException, InterruptedException {
    Snapshot before = snapshot;
    if (before == null)
      throw new ActivationException(Reason.NOTHING_IN_FORCE, "expected a bundle in force");
    return append(before.bundle().recovered(recovery));
  }

  /**
   * What a recovery is signed for: this log as it is. Any fact after it makes another one of it, so
   * that it serves once.
   */
  public synchronized Recovery recovery() {
    return new Recovery(origin, EPOCH, log.size());
  }

  private Snapshot append(Bundle bundle) throws ActivationException, InterruptedException {
    // Compiled first: what cannot be compiled must not become a fact.
    var put = layers.put();
    Snapshot compiled = over(Snapshot.of(bundle, revision(0)), put);
    long now = Math.max(micros.getAsLong(), lastMicros);
    Fact fact = Fact.newBuilder().setTimeMicros(now).setActivation(activation(bundle)).build();
    Snapshot activated = compiled.at(revisionAfter(append(fact.toByteArray())));
    layers.become(activated, Set.copyOf(put.keySet()));
    lastMicros = now;
    changedSince++;
    snapshot = activated;
    return activated;
  }

  /** The bundle's snapshot with what facts put; each of these must fit the bundle's schema. */
  private static Snapshot over(Snapshot fresh, Map<EntityUid, Entity> put)
      throws ActivationException {
    EntityUid at = null;
    try {
      for (Entity entity : put.values()) {
        at = entity.uid();
        fresh.bundle().schema().check(entity);
      }
      return Layers.over(fresh, put);
    } catch (ConformanceException e) {
      throw new ActivationException(
          Reason.ENTITY_REFUSED,
          "`" + at + "`, which a fact put, does not fit the schema: " + e.getMessage());
    } catch (EntitiesException e) {
      throw new ActivationException(
          Reason.ENTITY_REFUSED, "with the entities that facts put: " + e.getMessage());
    }
  }

  private Revision revisionAfter(Outcome.Appended appended) {
    return revision(appended.index() + appended.count());
  }

  /** What came of changes. */
  public sealed interface Changed {
    /** They are on disk and in force. */
    record InForce(Snapshot snapshot) implements Changed {}

    /** Nothing changed. */
    record Not(Refused refused) implements Changed {}
  }

  /**
   * Brings changes of entities into force, all or none: appends them as one fact, waits until that
   * is fsynced, and swaps the snapshot. One at a time; blocks.
   *
   * @param messages at least one
   * @param expected the data revision that must be in force; any where it is empty
   */
  public synchronized Changed change(List<EntityChange> messages, Optional<Revision> expected)
      throws InterruptedException {
    Snapshot before = snapshot;
    if (before == null)
      return new Changed.Not(
          Refused.later(Why.NO_SNAPSHOT, "no bundle has been activated yet", RETRY));
    Optional<Refused> other =
        expected.flatMap(revision -> differs(revision, before.dataRevision()));
    if (other.isPresent()) return new Changed.Not(other.get());
    try {
      if (messages.isEmpty()) throw ContractReader.missing("changes", "a change");
      List<Change> changes = Change.read(messages);
      return switch (layers.after(changes, before)) {
        case Layers.After.Not(var refused) -> new Changed.Not(refused);
        case Layers.After.Changed(var entities) -> change(changes, entities, before);
      };
    } catch (ContractException e) {
      return new Changed.Not(
          Refused.of(Why.MALFORMED_REQUEST, e.field(), String.valueOf(e.getMessage())));
    }
  }

  private static Optional<Refused> differs(Revision expected, Revision here) {
    if (expected.equals(here)) return Optional.empty();
    Why why =
        expected.origin().equals(here.origin()) && expected.epoch() == here.epoch()
            ? Why.REVISION_DIFFERS
            : Why.OTHER_REVISION;
    return Optional.of(
        Refused.of(why, "expected", "expected revision " + expected + " in force, it is " + here));
  }

  private Changed change(List<Change> changes, Entities after, Snapshot before)
      throws InterruptedException {
    long now = Math.max(micros.getAsLong(), lastMicros);
    var fact = Fact.newBuilder().setTimeMicros(now);
    for (Change change : changes) fact.getEntityChangesBuilder().addChanges(change.message());
    try {
      Revision revision = revisionAfter(append(fact.build().toByteArray()));
      lastMicros = now;
      changedSince += changes.size();
      Snapshot changed = layers.become(changes, after, before, revision);
      snapshot = changed;
      return new Changed.InForce(changed);
    } catch (ActivationException e) {
      return new Changed.Not(
          e.reason() == Reason.TOO_LARGE
              ? Refused.of(Why.REQUEST_TOO_LARGE, "changes", String.valueOf(e.getMessage()))
              : Refused.later(Why.LOG_UNAVAILABLE, String.valueOf(e.getMessage()), RETRY));
    }
  }

  /** Whether so much has changed that a start would be glad of a snapshot. */
  public synchronized boolean isSnapshotDue() {
    return changedSince >= SNAPSHOT_EVERY;
  }

  /**
   * Writes what is in force to a file beside the log and appends the file's digest, so that the
   * next start reads that and what came after it. Facts wait a moment, questions do not. Blocks.
   *
   * @return the revision that the file holds; empty before the first activation
   * @throws IOException if the file cannot be written; the log is as before
   * @throws ActivationException if the log takes nothing; the file is ignored then
   */
  public Optional<Revision> takeSnapshot()
      throws IOException, ActivationException, InterruptedException {
    Snapshot taken;
    Map<EntityUid, Entity> put;
    long micros;
    synchronized (this) {
      taken = snapshot;
      if (taken == null) return Optional.empty();
      put = layers.put();
      micros = lastMicros;
      changedSince = 0;
    }
    long size = taken.dataRevision().size();
    var head =
        SnapshotHead.newBuilder()
            .setOrigin(origin)
            .setEpoch(EPOCH)
            .setSize(size)
            .setTimeMicros(micros)
            .setActivation(activation(taken.bundle()))
            .setPolicySize(taken.policyRevision().size())
            .build();
    byte[] digest = SnapshotFile.write(tree, head, put);
    var entry =
        SnapshotTaken.newBuilder().setSize(size).setDigest(UnsafeByteOperations.unsafeWrap(digest));
    synchronized (this) {
      long now = Math.max(this.micros.getAsLong(), lastMicros);
      append(Fact.newBuilder().setTimeMicros(now).setSnapshotTaken(entry).build().toByteArray());
      lastMicros = now;
    }
    SnapshotFile.thinOut(tree);
    return Optional.of(taken.dataRevision());
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
            .setDigest(UnsafeByteOperations.unsafeWrap(bundle.digest()))
            .setUnchecked(bundle.signed().isEmpty());
    bundle
        .signed()
        .ifPresent(signed ->
            activation
                .setEnvelope(UnsafeByteOperations.unsafeWrap(signed.envelope()))
                .addAllKeyIds(signed.keyIds()));
    bundle
        .recovery()
        .ifPresent(by ->
            activation
                .setRecoveryEnvelope(UnsafeByteOperations.unsafeWrap(by.envelope()))
                .addAllRecoveryKeyIds(by.keyIds()));
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
          "expected a fact of at most "
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
