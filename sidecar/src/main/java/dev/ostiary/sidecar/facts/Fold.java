package dev.ostiary.sidecar.facts;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.ostiary.cedar.EntitiesException;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.log.LogReader;
import dev.ostiary.log.LogRecord;
import dev.ostiary.record.v1.Activation;
import dev.ostiary.record.v1.Fact;
import dev.ostiary.record.v1.SnapshotHead;
import dev.ostiary.record.v1.SnapshotTaken;
import dev.ostiary.sidecar.bundle.Bundle;
import dev.ostiary.sidecar.bundle.BundleException;
import dev.ostiary.sidecar.bundle.BundleFile;
import dev.ostiary.sidecar.bundle.BundleReader;
import dev.ostiary.sidecar.bundle.Migration;
import dev.ostiary.sidecar.bundle.Signed;
import dev.ostiary.sidecar.contract.ContractException;
import dev.ostiary.sidecar.contract.ContractReader;
import dev.ostiary.sidecar.decide.Revision;
import dev.ostiary.sidecar.decide.Snapshot;
import dev.ostiary.sidecar.facts.CannotFoldException.Reason;
import dev.ostiary.sidecar.subjects.Names;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Adds up the facts of a log, in order from the first. A fact of an unknown kind stops it: skipping
 * one could make every answer after it wrong. One thread at a time.
 */
final class Fold {
  /** So many changes are applied one by one; more are cheaper put together anew. */
  private static final int FEW = 1_000;

  private final String origin;
  private final long epoch;
  private final Names names;
  private Layers layers = new Layers();
  private final List<Change> changes = new ArrayList<>();
  private @Nullable Activation activation;
  private long activationSize;
  private long size;

  /** Entries up to the last fact that changed what is decided by. */
  private long dataSize;

  private long lastMicros;

  /** Pseudonyms of the subjects under legal hold. */
  private final Set<EntityUid> held = new TreeSet<>();

  /** Changes left out since their subjects were erased. */
  private long erased;

  private boolean redacted;

  /** Whether the log has all that it begins with. */
  private boolean whole;

  private @Nullable CannotFoldException fault;

  /** The snapshot that it went on from; of size 0 where it began with the first fact. */
  private final SnapshotTaken from;

  private boolean confirmed;

  Fold(String origin, long epoch, Names names) {
    this.origin = origin;
    this.epoch = epoch;
    this.names = names;
    this.whole = epoch == 1;
    this.from = SnapshotTaken.getDefaultInstance();
  }

  /** Goes on from a snapshot, which holds only if one of the facts after it has its digest. */
  private Fold(String origin, long epoch, Names names, SnapshotFile.Read read) {
    this.origin = origin;
    this.epoch = epoch;
    this.names = names;
    this.whole = true; // nothing is in force before, so nothing was there to fold
    this.erased = read.erased();
    SnapshotHead head = read.head();
    for (var name : head.getHeldList()) held.add(EntityUid.of(name.getType(), name.getId()));
    this.from =
        SnapshotTaken.newBuilder()
            .setSize(head.getSize())
            .setDigest(ByteString.copyFrom(read.digest()))
            .build();
    this.changes.addAll(read.put());
    this.activation = head.getActivation();
    this.activationSize = head.getPolicySize();
    this.dataSize = head.getSize();
    this.size = head.getSize();
    this.lastMicros = head.getTimeMicros();
  }

  /**
   * Folds all that is in a log's directory: from the latest snapshot beside it whose digest the log
   * holds, else from the first fact.
   */
  static Fold of(Path directory, String origin, long epoch, Names names)
      throws CannotFoldException {
    try {
      for (Path file : SnapshotFile.latestFirst(directory)) {
        var read = SnapshotFile.read(file, names);
        if (read.isEmpty()) continue;
        var fold = new Fold(origin, epoch, names, read.get());
        fold.takeFrom(directory);
        if (fold.confirmed && fold.fault == null) return fold;
      }
      var fold = new Fold(origin, epoch, names);
      fold.takeFrom(directory);
      fold.check();
      return fold;
    } catch (IOException e) {
      throw new CannotFoldException(Reason.UNREADABLE, String.valueOf(e.getMessage()));
    }
  }

  private void takeFrom(Path directory) throws IOException {
    var reader = LogReader.live(directory);
    if (size <= reader.size()) reader.forEach(size, this::take);
  }

  /** Says why the fold ended before the log did, if so. */
  void check() throws CannotFoldException {
    if (fault != null) throw fault;
  }

  /** Takes one record, which is worked into the snapshot when that is asked for; false ends it. */
  boolean take(LogRecord record) {
    try {
      Fact fact = Fact.parseFrom(record.bytes());
      if (!take(fact, record)) {
        fault = unknown(record, "a kind of fact that this version knows");
        return false;
      }
      size = record.index() + record.count();
      lastMicros = fact.getTimeMicros();
      return true;
    } catch (InvalidProtocolBufferException | ContractException e) {
      fault = unknown(record, "a fact");
      return false;
    } catch (CannotFoldException e) {
      fault = e;
      return false;
    }
  }

  private boolean take(Fact fact, LogRecord record) throws ContractException, CannotFoldException {
    if (!known(fact)) return false;
    return switch (fact.getFactCase()) {
      case ACTIVATION -> {
        if (!known(fact.getActivation())) yield false;
        if (fact.getActivation().getMigratedFrom() > 0) migrate(fact.getActivation());
        // Only the last one counts, so only that one is compiled.
        activation = fact.getActivation();
        activationSize = record.index() + record.count();
        dataSize = activationSize;
        yield true;
      }
      case ENTITY_CHANGES -> {
        if (!known(fact.getEntityChanges())) yield false;
        for (var stored : fact.getEntityChanges().getChangesList()) {
          var change = Change.stored(stored, names);
          if (change.isPresent()) changes.add(change.get());
          else erased++;
        }
        dataSize = record.index() + record.count();
        yield true;
      }
      case SNAPSHOT_TAKEN -> { // changes nothing
        confirmed |= fact.getSnapshotTaken().equals(from);
        yield known(fact.getSnapshotTaken());
      }
      case HOLD_CHANGE -> {
        if (!known(fact.getHoldChange())) yield false;
        var hold = fact.getHoldChange();
        EntityUid subject = ContractReader.named(true, hold.getSubject(), "hold_change.subject");
        if (hold.getHeld()) held.add(subject);
        else held.remove(subject);
        yield true;
      }
      case CARRIED -> {
        if (!known(fact.getCarried()) || !known(fact.getCarried().getPrevious())) yield false;
        whole = fact.getCarried().getComplete();
        if (!whole) forget();
        dataSize = record.index() + record.count();
        yield true;
      }
      case FACT_NOT_SET -> false;
    };
  }

  /** What follows is carried over from another log, and all that there is to go on from. */
  private void forget() {
    layers = new Layers();
    changes.clear();
    held.clear();
    activation = null;
    erased = 0;
    redacted = false;
  }

  /** A field that is not known could matter as much as a fact that is not. */
  private static boolean known(Message message) {
    return message.getUnknownFields().asMap().isEmpty();
  }

  private CannotFoldException unknown(LogRecord record, String expected) {
    return new CannotFoldException(
        Reason.UNKNOWN_FACT,
        origin
            + "/"
            + epoch
            + " entry "
            + record.index()
            + ": expected "
            + expected
            + "; was it written by a later version?");
  }

  /** Time of the last fact in microseconds since 1970; 0 where there is none. */
  long lastMicros() {
    return lastMicros;
  }

  /** Number of entries that a snapshot spared it; 0 where it began with the first fact. */
  long from() {
    return from.getSize();
  }

  /** Pseudonyms of the subjects under legal hold. */
  Set<EntityUid> held() {
    return held;
  }

  /** Whether erasure took something of what was added up. */
  boolean isErased() {
    return erased > 0 || redacted;
  }

  /**
   * Whether the log has all that it begins with; until then nothing in it is in force. The first
   * epoch begins with nothing.
   */
  boolean isWhole() {
    return whole;
  }

  /** Entries taken. */
  long size() {
    return size;
  }

  /** The last activation taken that no snapshot was asked for since. */
  Optional<Activation> activation() {
    return Optional.ofNullable(activation);
  }

  /** Where entities come from; as of the last {@link #snapshot}. */
  Layers layers() {
    return layers;
  }

  /** What the facts add up to; nothing before the first activation. May compile a bundle. */
  Optional<Snapshot> snapshot() throws CannotFoldException {
    if (!whole) return Optional.empty();
    Snapshot before = layers.snapshot();
    Activation next = activation;
    if (next != null) rebuild(Snapshot.of(bundle(next), at(activationSize)));
    else if (before != null && changes.size() > FEW) rebuild(before.withoutFacts());
    else if (before != null && !changes.isEmpty()) change(before);
    else return Optional.ofNullable(before);
    activation = null;
    changes.clear();
    return Optional.ofNullable(layers.snapshot());
  }

  /** Does what the migrations of a bundle did to the entities that facts had put. */
  private void migrate(Activation next) throws CannotFoldException {
    var put = layers.put();
    Change.apply(changes, put);
    try {
      var migrations = BundleReader.migrations(files(next));
      changes.addAll(Change.migrated(put, Migration.due(migrations, next.getMigratedFrom())));
    } catch (BundleException e) {
      throw refused(next, e);
    }
  }

  private Revision at(long entries) {
    return new Revision(origin, epoch, entries);
  }

  private void change(Snapshot before) throws CannotFoldException {
    switch (layers.after(changes, before)) {
      case Layers.After.Changed(var entities) ->
          layers.become(changes, entities, before, at(dataSize));
      case Layers.After.Not(var refused) -> throw refused(refused.field(), refused.message());
    }
  }

  /** Puts the two layers together anew: the bundle's, and all that facts put up to here. */
  private void rebuild(Snapshot bundles) throws CannotFoldException {
    var put = layers.put();
    Change.apply(changes, put);
    try {
      Snapshot both = Layers.over(bundles, put);
      layers.become(
          both.with(both.entities(), both.inlineParents(), at(dataSize)), Set.copyOf(put.keySet()));
    } catch (EntitiesException e) {
      throw refused("", String.valueOf(e.getMessage()));
    }
  }

  private CannotFoldException refused(String field, String message) {
    return new CannotFoldException(
        Reason.ENTITIES_REFUSED, at(size) + ": " + (field.isEmpty() ? "" : field + ": ") + message);
  }

  private static Optional<Signed> signed(Activation activation) {
    if (activation.getKeyIdsList().isEmpty()) return Optional.empty();
    return Optional.of(
        new Signed(activation.getEnvelope().toByteArray(), activation.getKeyIdsList()));
  }

  private static String named(Activation activation) {
    return "`" + activation.getName() + "` version " + activation.getVersion();
  }

  private static CannotFoldException refused(Activation activation, BundleException e) {
    return new CannotFoldException(
        Reason.BUNDLE_REFUSED,
        named(activation) + " is refused by this version: " + e.errors().getFirst());
  }

  /** The files of the bundle that an activation holds. */
  private List<BundleFile> files(Activation activation) throws CannotFoldException {
    String named = named(activation);
    redacted = false;
    List<BundleFile> files;
    if (activation.getSealed().isEmpty()) {
      files = SealedBundle.files(activation);
    } else {
      var opened = SealedBundle.open(activation, names);
      if (opened.isEmpty())
        throw new CannotFoldException(
            Reason.SEALED,
            names.areHere()
                ? "the key of " + named + " was erased with a subject that it names"
                : named + " is sealed, and the tables of subjects are not here");
      files = opened.get().files();
      redacted = opened.get().redacted();
    }
    if (!redacted && !Arrays.equals(Bundle.digest(files), activation.getDigest().toByteArray()))
      throw new CannotFoldException(
          Reason.DIGEST_DIFFERS, "the activation of " + named + " does not hold what it names");
    return files;
  }

  /** The bundle that an activation holds. */
  private Bundle bundle(Activation activation) throws CannotFoldException {
    try {
      Bundle bundle = BundleReader.of(files(activation), signed(activation));
      if (activation.getRecoveryKeyIdsList().isEmpty()) return bundle;
      return bundle.recovered(
          new Signed(
              activation.getRecoveryEnvelope().toByteArray(), activation.getRecoveryKeyIdsList()));
    } catch (BundleException e) {
      throw refused(activation, e);
    }
  }
}
