package dev.ostiary.sidecar.facts;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.EntitiesException;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.schema.ConformanceException;
import dev.ostiary.log.CannotOpenException;
import dev.ostiary.log.DecisionLog;
import dev.ostiary.log.Health;
import dev.ostiary.log.LogOptions;
import dev.ostiary.log.store.ObjectStore;
import dev.ostiary.record.v1.EntityChanges;
import dev.ostiary.record.v1.Fact;
import dev.ostiary.record.v1.HoldChange;
import dev.ostiary.record.v1.SnapshotHead;
import dev.ostiary.record.v1.SnapshotTaken;
import dev.ostiary.sidecar.bundle.Bundle;
import dev.ostiary.sidecar.bundle.Mentions;
import dev.ostiary.sidecar.bundle.Migration;
import dev.ostiary.sidecar.bundle.Signed;
import dev.ostiary.sidecar.contract.ContractException;
import dev.ostiary.sidecar.contract.ContractReader;
import dev.ostiary.sidecar.contract.ContractWriter;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.decide.Revision;
import dev.ostiary.sidecar.decide.Snapshot;
import dev.ostiary.sidecar.facts.ActivationException.Reason;
import dev.ostiary.sidecar.subjects.Names;
import dev.ostiary.sidecar.subjects.Subjects;
import dev.ostiary.v1.EntityChange;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The fact log of a data directory, and the snapshot that its facts add up to. The only writer of
 * either. Reading the snapshot is one volatile read from any thread; appending is one at a time.
 */
public final class FactLog implements AutoCloseable {
  private static final Duration RETRY = Duration.ofSeconds(1);

  /** A start folds about a million changes in a few seconds. */
  private static final long SNAPSHOT_EVERY = 10_000;

  private final DecisionLog log;
  private final FactWriter writer;
  private final Path tree;
  private final Subjects subjects;
  private final Layers layers;
  private final Set<EntityUid> held;
  private volatile @Nullable Snapshot snapshot;
  private final long foldedFrom;
  private long changedSince;
  private Consumer<Snapshot> beforehand = _ -> {};

  private FactLog(DecisionLog log, Path tree, FactWriter writer, Subjects subjects, Fold fold)
      throws CannotFoldException {
    this.log = log;
    this.tree = tree;
    this.writer = writer;
    this.snapshot = fold.snapshot().orElse(null);
    this.subjects = subjects;
    this.layers = fold.layers();
    this.held = fold.held();
    this.foldedFrom = fold.from();
    this.changedSince = fold.size() - fold.from();
  }

  /**
   * Opens {@code DATA/facts/EPOCH}, making it if there is none, and folds it. Where the epoch is
   * not the first, it begins with what the facts before it add up to. Blocks.
   *
   * @param options its directory, its key, and its origin {@code NAME/facts/EPOCH}
   * @param micros the time of facts: microseconds since 1970
   * @param subjects what people are called in them
   * @param store what has the epochs before it, at the data directory's place
   * @throws CannotOpenException if the log cannot be written, with what to do about it
   * @throws CannotFoldException if its facts cannot be understood; nothing is decided then
   */
  public static FactLog open(
      LogOptions options, LongSupplier micros, Subjects subjects, Optional<ObjectStore> store)
      throws CannotOpenException, CannotFoldException {
    int slash = options.origin().lastIndexOf('/');
    String origin = options.origin().substring(0, slash);
    long epoch = Long.parseLong(options.origin().substring(slash + 1));
    Path tree = options.directory();
    DecisionLog log = DecisionLog.open(options);
    try {
      Fold fold = Fold.of(tree, origin, epoch, subjects);
      var writer = new FactWriter(log, origin, epoch, micros, subjects, fold.lastMicros());
      if (!fold.isWhole()) {
        carry(options, origin, epoch, subjects, store, writer);
        fold = Fold.of(tree, origin, epoch, subjects);
      }
      return new FactLog(log, tree, writer, subjects, fold);
    } catch (CannotFoldException | RuntimeException e) {
      log.close();
      throw e;
    }
  }

  private static void carry(
      LogOptions options,
      String origin,
      long epoch,
      Names names,
      Optional<ObjectStore> store,
      FactWriter to)
      throws CannotFoldException {
    if (store.isEmpty())
      throw new CannotFoldException(
          CannotFoldException.Reason.UNREADABLE,
          options.directory() + ": its beginning is not whole; expected store.url, to make it so");
    try {
      EarlierFacts.carry(EarlierFacts.before(store.get(), options.key(), origin, epoch, names), to);
    } catch (ActivationException e) {
      throw new CannotFoldException(
          CannotFoldException.Reason.UNREADABLE,
          "the facts of the epoch before cannot be carried over: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CannotFoldException(CannotFoldException.Reason.UNREADABLE, "interrupted");
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
    return writer.at(size);
  }

  /** Time of the last fact, in microseconds since 1970; 0 where there is none. */
  public long lastMicros() {
    return writer.lastMicros();
  }

  /** Whether facts are taken now. */
  public Health health() {
    return log.health();
  }

  /**
   * Has every activation and recovery told to {@code listener} once it is a fact and before
   * anything is decided by it, so that the decision log has it first.
   */
  public synchronized void beforeInForce(Consumer<Snapshot> listener) {
    beforehand = listener;
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
    return Recovery.of(writer.at(log.size()));
  }

  private Snapshot append(Bundle bundle) throws ActivationException, InterruptedException {
    // Compiled first: what cannot be compiled must not become a fact.
    var put = layers.put();
    long before = snapshot().map(now -> now.bundle().version()).orElse(Long.MAX_VALUE);
    var migrated = Change.migrated(put, Migration.due(bundle.migrations(), before));
    Change.apply(migrated, put);
    Snapshot compiled = over(Snapshot.of(bundle, revision(0)), put, hidden(bundle));
    var stored = writer.stored(bundle).toBuilder();
    if (!migrated.isEmpty()) stored.setMigratedFrom(before);
    Revision revision = writer.append(Fact.newBuilder().setActivation(stored));
    Snapshot activated = compiled.at(revision);
    layers.become(activated, Set.copyOf(put.keySet()));
    changedSince++;
    beforehand.accept(activated);
    snapshot = activated;
    return activated;
  }

  /** The bundle's snapshot with what facts put; each of these must fit the bundle's schema. */
  private static Snapshot over(
      Snapshot fresh, Map<EntityUid, Entity> put, UnaryOperator<EntityUid> hidden)
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
          "`"
              + (at == null ? "" : hidden.apply(at))
              + "`, which a fact put, does not fit the schema: "
              + e.getMessage()
              + "; a migration may change it");
    } catch (EntitiesException e) {
      throw new ActivationException(
          Reason.ENTITY_REFUSED, "with the entities that facts put: " + e.getMessage());
    }
  }

  /** Names as the logs have them: what is said of a refusal is printed where many may read it. */
  private UnaryOperator<EntityUid> hidden(Bundle bundle) {
    var hiding = subjects.hiding(bundle.marks());
    return uid -> {
      var name = hiding.apply(uid);
      return EntityUid.of(name.getType(), hiding.missing().isEmpty() ? name.getId() : "…");
    };
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
    try {
      var stored = writer.stored(changes, before.bundle().marks());
      Revision revision = writer.append(Fact.newBuilder().setEntityChanges(stored));
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

  /** Changes as they were asked for, without those of subjects that were erased since. */
  public static List<Change> changes(EntityChanges stored, Names names) {
    var changes = new ArrayList<Change>(stored.getChangesCount());
    try {
      for (var each : stored.getChangesList()) Change.stored(each, names).ifPresent(changes::add);
    } catch (ContractException e) {
      throw new IllegalStateException(e); // what is in force was read before
    }
    return changes;
  }

  /** Pseudonyms of the subjects under legal hold. */
  public synchronized Set<EntityUid> held() {
    return Set.copyOf(held);
  }

  /**
   * Places or lifts a legal hold; it is on the disk when this returns. Blocks.
   *
   * @param pseudonym the subject's
   * @throws ActivationException if the log does not take it
   */
  public synchronized void hold(EntityUid pseudonym, boolean hold)
      throws ActivationException, InterruptedException {
    if (held.contains(pseudonym) == hold) return;
    var change = HoldChange.newBuilder().setSubject(ContractWriter.uid(pseudonym)).setHeld(hold);
    writer.append(Fact.newBuilder().setHoldChange(change));
    if (hold) held.add(pseudonym);
    else held.remove(pseudonym);
  }

  /** Whether a fact put that entity and none deleted it. */
  public synchronized boolean isPut(EntityUid uid) {
    return layers.isPut(uid);
  }

  /** Whether the schema in force marks the type of that entity as people's. */
  public boolean isPersonal(EntityUid uid) {
    return snapshot()
        .filter(now -> now.bundle().marks().personal().contains(uid.type()))
        .isPresent();
  }

  /** Where the bundle in force names that entity, as {@code entities/people.json:12}. */
  public Optional<String> placeInBundle(EntityUid uid) {
    return snapshot().flatMap(now -> Mentions.first(now.bundle().files(), uid));
  }

  /**
   * Earlier bundles that name an entity, without it. Reads the whole log; blocks.
   *
   * @return by the bundle's digest: an activation of files alone
   */
  public Map<ByteString, ByteString> redactions(EntityUid uid) throws IOException {
    return Redactions.of(uid, tree, subjects);
  }

  /** Removes all snapshots on the disk but the latest. Blocks. */
  public void forgetOlderSnapshots() throws IOException {
    SnapshotFile.thinOut(tree, 1);
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
    List<EntityUid> holds;
    synchronized (this) {
      holds = List.copyOf(held);
      taken = snapshot;
      if (taken == null) return Optional.empty();
      put = layers.put();
      micros = writer.lastMicros();
      changedSince = 0;
    }
    long size = taken.dataRevision().size();
    var head =
        SnapshotHead.newBuilder()
            .setOrigin(taken.dataRevision().origin())
            .setEpoch(taken.dataRevision().epoch())
            .setSize(size)
            .setTimeMicros(micros)
            .setActivation(SealedBundle.activation(taken.bundle(), subjects))
            .setPolicySize(taken.policyRevision().size())
            .addAllHeld(holds.stream().map(ContractWriter::uid).toList())
            .build();
    // What a schema in force marks may have no row yet: it was put while it was not marked.
    var hiding = subjects.hiding(taken.bundle().marks());
    put.values().forEach(hiding::entity);
    subjects.add(hiding.missing());
    byte[] digest =
        SnapshotFile.write(tree, head, put, subjects.hiding(taken.bundle().marks())::entity);
    var entry =
        SnapshotTaken.newBuilder().setSize(size).setDigest(UnsafeByteOperations.unsafeWrap(digest));
    synchronized (this) {
      writer.append(Fact.newBuilder().setSnapshotTaken(entry));
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

  /** Lets go of the directory. Blocks. */
  @Override
  public void close() {
    log.close();
  }
}
