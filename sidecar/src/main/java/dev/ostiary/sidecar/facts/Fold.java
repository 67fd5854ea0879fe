package dev.ostiary.sidecar.facts;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.ostiary.log.LogReader;
import dev.ostiary.log.LogRecord;
import dev.ostiary.record.v1.Activation;
import dev.ostiary.record.v1.Fact;
import dev.ostiary.sidecar.bundle.Bundle;
import dev.ostiary.sidecar.bundle.BundleException;
import dev.ostiary.sidecar.bundle.BundleFile;
import dev.ostiary.sidecar.bundle.BundleReader;
import dev.ostiary.sidecar.decide.Revision;
import dev.ostiary.sidecar.decide.Snapshot;
import dev.ostiary.sidecar.facts.CannotFoldException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Adds up the facts of a log, in order from the first. A fact of an unknown kind stops it: skipping
 * one could make every answer after it wrong.
 */
final class Fold {
  private final String origin;
  private final long epoch;
  private @Nullable Activation activation;
  private long activationSize;
  private long lastMicros;
  private @Nullable CannotFoldException fault;

  Fold(String origin, long epoch) {
    this.origin = origin;
    this.epoch = epoch;
  }

  /** Folds all that is in a log's directory. */
  static Fold of(Path directory, String origin, long epoch) throws CannotFoldException {
    var fold = new Fold(origin, epoch);
    try {
      LogReader.live(directory).forEach(0, fold::take);
    } catch (IOException e) {
      throw new CannotFoldException(Reason.UNREADABLE, String.valueOf(e.getMessage()));
    }
    fold.check();
    return fold;
  }

  /** Says why the fold ended before the log did, if so. */
  void check() throws CannotFoldException {
    if (fault != null) throw fault;
  }

  /** Takes one record; false ends the fold. */
  boolean take(LogRecord record) {
    try {
      Fact fact = Fact.parseFrom(record.bytes());
      // A field that is not known could matter as much as a fact that is not.
      boolean known =
          fact.getUnknownFields().asMap().isEmpty()
              && fact.getActivation().getUnknownFields().asMap().isEmpty();
      switch (fact.getFactCase()) {
        case ACTIVATION -> {
          if (!known) break;
          // Only the last one counts, so only that one is compiled.
          activation = fact.getActivation();
          activationSize = record.index() + record.count();
          lastMicros = fact.getTimeMicros();
          return true;
        }
        case FACT_NOT_SET -> {}
      }
      fault = unknown(record, "a kind of fact that this version knows");
    } catch (InvalidProtocolBufferException e) {
      fault = unknown(record, "a fact");
    }
    return false;
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

  /** What the facts add up to; nothing before the first activation. Compiles the bundle. */
  Optional<Snapshot> snapshot() throws CannotFoldException {
    if (activation == null) return Optional.empty();
    Bundle bundle = bundle(activation);
    return Optional.of(Snapshot.of(bundle, new Revision(origin, epoch, activationSize)));
  }

  /** The bundle that an activation holds. */
  static Bundle bundle(Activation activation) throws CannotFoldException {
    List<BundleFile> files =
        activation.getFilesList().stream()
            .map(file -> new BundleFile(file.getPath(), file.getContent().toByteArray()))
            .toList();
    String named = "`" + activation.getName() + "` version " + activation.getVersion();
    if (!Arrays.equals(Bundle.digest(files), activation.getDigest().toByteArray()))
      throw new CannotFoldException(
          Reason.DIGEST_DIFFERS, "the activation of " + named + " does not hold what it names");
    try {
      return BundleReader.of(files);
    } catch (BundleException e) {
      throw new CannotFoldException(
          Reason.BUNDLE_REFUSED,
          named + ", which is in force, is refused by this version: " + e.errors().getFirst());
    }
  }
}
