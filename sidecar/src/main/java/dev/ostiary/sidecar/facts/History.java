package dev.ostiary.sidecar.facts;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.ostiary.log.LogReader;
import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.record.v1.Fact;
import dev.ostiary.sidecar.decide.Revision;
import dev.ostiary.sidecar.decide.Snapshot;
import dev.ostiary.sidecar.facts.CannotFoldException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The snapshots that a fact log added up to at each of its revisions. Reads the log as it is when
 * opened, beside a live writer or without one. Any thread.
 */
public final class History {
  /** Whoever reads decisions in order needs one, and those beside it a second. */
  private static final int KEPT = 2;

  private final Path directory;
  private final String origin;
  private final long epoch;
  private final long size;

  /** Index of each activation by the size after it. */
  private final TreeMap<Long, Long> activations = new TreeMap<>();

  private final Map<Long, Snapshot> kept = new LinkedHashMap<>(KEPT * 2, 0.75f, true);

  private History(Path directory, String origin, long epoch, long size) {
    this.directory = directory;
    this.origin = origin;
    this.epoch = epoch;
    this.size = size;
  }

  /**
   * Reads which facts there are. Blocks.
   *
   * @param directory one tree of it, such as {@code DATA/facts/1}
   * @throws CannotFoldException if it cannot be read, or holds a fact that is not known
   */
  public static History open(Path directory) throws CannotFoldException {
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
      var history = new History(directory, origin, epoch, reader.size());
      var fold = new Fold(origin, epoch);
      reader.forEach(
          0,
          record -> {
            boolean taken = fold.take(record);
            if (taken) history.activations.put(record.index() + record.count(), record.index());
            return taken;
          });
      fold.check();
      return history;
    } catch (IOException | NoteException | NumberFormatException e) {
      throw new CannotFoldException(Reason.UNREADABLE, directory + ": " + e.getMessage());
    }
  }

  /**
   * The snapshot at a revision; empty where the facts up to it are not here. Compiles a bundle
   * where the revision is not one of the last that were asked for.
   *
   * @throws CannotFoldException if the facts up to it cannot be read or folded any more
   */
  public synchronized Optional<Snapshot> at(Revision revision) throws CannotFoldException {
    if (!revision.origin().equals(origin) || revision.epoch() != epoch || revision.size() > size)
      return Optional.empty();
    var activation = activations.floorEntry(revision.size());
    if (activation == null) return Optional.empty();
    Snapshot snapshot = kept.get(activation.getKey());
    if (snapshot == null) {
      snapshot = read(activation.getValue(), activation.getKey());
      if (kept.size() == KEPT) kept.remove(kept.keySet().iterator().next());
      kept.put(activation.getKey(), snapshot);
    }
    return Optional.of(snapshot);
  }

  private Snapshot read(long index, long sizeAfter) throws CannotFoldException {
    var found =
        new Object() {
          byte[] bytes = new byte[0];
        };
    try {
      LogReader.live(directory)
          .forEach(
              index,
              record -> {
                found.bytes = record.bytes();
                return false;
              });
      var activation = Fact.parseFrom(found.bytes).getActivation();
      return Snapshot.of(Fold.bundle(activation), new Revision(origin, epoch, sizeAfter));
    } catch (InvalidProtocolBufferException e) {
      throw new CannotFoldException(Reason.UNKNOWN_FACT, origin + "/" + epoch + " entry " + index);
    } catch (IOException e) {
      throw new CannotFoldException(Reason.UNREADABLE, String.valueOf(e.getMessage()));
    }
  }
}
