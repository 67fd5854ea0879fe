package dev.ostiary.sidecar.facts;

import dev.ostiary.log.LogReader;
import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.sidecar.decide.Revision;
import dev.ostiary.sidecar.decide.Snapshot;
import dev.ostiary.sidecar.facts.CannotFoldException.Reason;
import dev.ostiary.sidecar.subjects.Names;
import java.io.IOException;
import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The snapshots that a fact log added up to at each of its revisions. Reads the log as it is when
 * opened, beside a live writer or without one. One thread at a time.
 */
public final class History {
  /** Decisions of several threads may stand in the log a little out of the order of revisions. */
  private static final int KEPT = 256;

  private final LogReader reader;
  private final String origin;
  private final long epoch;
  private final Names names;
  private final NavigableMap<Long, Snapshot> kept = new TreeMap<>();
  private Fold fold;

  private History(LogReader reader, String origin, long epoch, Names names) {
    this.reader = reader;
    this.origin = origin;
    this.epoch = epoch;
    this.names = names;
    this.fold = new Fold(origin, epoch, names);
  }

  /**
   * Looks at a log. Blocks.
   *
   * @param directory one tree of it, such as {@code DATA/facts/1}
   * @param names whom its names stand for
   * @throws CannotFoldException if it cannot be read
   */
  public static History open(Path directory, Names names) throws CannotFoldException {
    try {
      var reader = LogReader.live(directory);
      var note = reader.checkpoint();
      if (note.isEmpty())
        throw new CannotFoldException(Reason.UNREADABLE, directory + ": no checkpoint here");
      // An origin line is `NAME/EPOCH`.
      String line = Checkpoint.parse(note.get().text()).origin();
      int slash = line.lastIndexOf('/');
      String origin = line.substring(0, Math.max(0, slash));
      long epoch = Long.parseLong(line.substring(slash + 1));
      return new History(reader, origin, epoch, names);
    } catch (IOException | NoteException | NumberFormatException e) {
      throw new CannotFoldException(Reason.UNREADABLE, directory + ": " + e.getMessage());
    }
  }

  /**
   * The snapshot at a revision; empty where the facts up to it are not here. Cheap where revisions
   * are asked for in order; an old one after a much later one folds from the first fact again.
   *
   * @throws CannotFoldException if the facts up to it cannot be read or folded
   */
  public Optional<Snapshot> at(Revision revision) throws CannotFoldException {
    if (!revision.origin().equals(origin) || revision.epoch() != epoch) return Optional.empty();
    Snapshot known = kept.get(revision.size());
    if (known != null) return Optional.of(known);
    if (revision.size() < fold.size()) fold = new Fold(origin, epoch, names);
    take(revision.size());
    Optional<Snapshot> snapshot =
        fold.size() == revision.size() ? fold.snapshot() : Optional.empty();
    snapshot.ifPresent(found -> {
      kept.put(revision.size(), found);
      if (kept.size() > KEPT) kept.pollFirstEntry();
    });
    return snapshot;
  }

  /** Whether erasure took something of the facts up to the last revision that was asked for. */
  public boolean isErased() {
    return fold.isErased();
  }

  /** Takes the facts up to that size of the log. */
  private void take(long upTo) throws CannotFoldException {
    if (fold.size() >= upTo) return;
    try {
      reader.forEach(
          fold.size(),
          record ->
              record.index() + record.count() <= upTo && fold.take(record) && fold.size() < upTo);
    } catch (IOException e) {
      throw new CannotFoldException(Reason.UNREADABLE, String.valueOf(e.getMessage()));
    }
    fold.check();
  }
}
