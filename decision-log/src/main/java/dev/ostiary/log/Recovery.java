package dev.ostiary.log;

import dev.ostiary.log.CannotOpenException.Reason;
import dev.ostiary.log.disk.Disk;
import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.log.note.SignedNote;
import dev.ostiary.log.note.VerifierKey;
import dev.ostiary.log.tile.Hash;
import dev.ostiary.log.tile.Merkle;
import dev.ostiary.log.tile.MissingTileException;
import dev.ostiary.log.tile.TilePath;
import dev.ostiary.log.wal.Segment;
import dev.ostiary.log.wal.SyncedMark;
import dev.ostiary.log.wal.WalCursor;
import dev.ostiary.log.wal.WalScan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happens between the lock and the first append: finds where the log ends, cuts a torn tail,
 * holds what is there against what was signed, and refuses everything that a stop cannot explain.
 */
final class Recovery {
  /**
   * A log that can go on.
   *
   * @param size entries in it
   * @param observed records of class observe in it, ever
   * @param unpublishedBytes bytes of the frames that no checkpoint covers
   * @param checkpoint the last one signed
   * @param signed the same with its signatures, as it is published
   * @param keptSize size of the last one kept
   * @param settled entries whose tiles are known to be durable, a multiple of 256
   * @param tiles the tree at the checkpoint
   * @param notices for an operator
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  record Found(
      long size,
      long observed,
      long unpublishedBytes,
      Checkpoint checkpoint,
      byte[] signed,
      long keptSize,
      long settled,
      TileWriter tiles,
      List<String> notices) {}

  private final Disk disk;
  private final LogOptions options;
  private final Path wal;
  private final TreeFiles files;
  private final VerifierKey key;
  private final List<String> notices = new ArrayList<>();
  private boolean inDoubt; // whether the fsync of a tile failed before

  Recovery(Disk disk, LogOptions options, VerifierKey key) {
    this.disk = disk;
    this.options = options;
    this.wal = options.directory().resolve("wal");
    this.files = new TreeFiles(disk, options.directory());
    this.key = key;
  }

  Found recover() throws CannotOpenException, IOException {
    long kept = lastKept();
    Checkpoint signed = signedCheckpoint(kept);
    var mark = mark();
    long durable = Math.max(signed.size(), mark.size());
    WalScan.Extent extent = extent(signed.size(), durable, mark.sameBoot());
    notices.addAll(extent.torn());
    Path doubt = wal.resolve(Settler.DOUBT);
    inDoubt = disk.size(doubt) >= 0;
    var tiles = tree(signed, extent.first());
    if (inDoubt) disk.delete(doubt);
    byte[] published = files.read("checkpoint").orElseThrow();
    new AnchorCheck(options, key, notices).check(signed, published, extent.end(), files);
    files.dropUnpublished(signed.size());
    long bytes = 0;
    if (extent.end() > signed.size() || !extent.torn().isEmpty()) {
      bytes =
          Segment.rewrite(
              disk, wal, signed.size(), extent.end(), options.origin(), extent.observedBefore());
      long recovered = extent.end() - signed.size();
      if (recovered > 0)
        notices.add(wal + ": " + recovered + " entries after the last checkpoint recovered");
    }
    long settled = extent.first() / TilePath.WIDTH * TilePath.WIDTH;
    return new Found(
        extent.end(), extent.observed(), bytes, signed, published, kept, settled, tiles, notices);
  }

  private long lastKept() throws CannotOpenException, IOException {
    long last = 0;
    for (String path : files.keptCheckpoints()) {
      String name = path.substring(path.lastIndexOf('/') + 1);
      if (!name.matches("0|[1-9][0-9]{0,18}")) {
        throw refuse(
            Reason.CHECKPOINT_DAMAGED,
            path + ": expected a kept checkpoint named by its size; remove it");
      }
      last = Math.max(last, Long.parseLong(name));
    }
    if (last > 0) {
      String path = "checkpoints/" + last;
      if (read(path).size() != last) {
        throw refuse(Reason.CHECKPOINT_DAMAGED, path + ": expected a checkpoint of size " + last);
      }
    }
    return last;
  }

  private Checkpoint signedCheckpoint(long kept) throws CannotOpenException, IOException {
    if (files.read("checkpoint").isEmpty()) {
      if (kept > 0 || !Segment.starts(disk, wal).isEmpty()) {
        throw refuse(
            Reason.CHECKPOINT_DAMAGED,
            "checkpoint: expected the last signed checkpoint, found none; restore it, or the newest"
                + " of checkpoints/");
      }
      return create();
    }
    var signed = read("checkpoint");
    if (signed.size() < kept) {
      throw refuse(
          Reason.CHECKPOINT_DAMAGED,
          "checkpoint: expected a size of at least "
              + kept
              + " as in checkpoints/, got "
              + signed.size());
    }
    return signed;
  }

  private Checkpoint create() throws IOException, CannotOpenException {
    var empty = new Checkpoint(options.origin(), 0, new Merkle().empty());
    try {
      files.checkpoint(options.sign(empty).encoded().getBytes(StandardCharsets.UTF_8));
    } catch (NoteException e) {
      throw refuse(Reason.OTHER_KEY, e.getMessage());
    }
    return empty;
  }

  private Checkpoint read(String path) throws CannotOpenException, IOException {
    byte[] bytes = files.read(path).orElse(new byte[0]);
    SignedNote note;
    Checkpoint checkpoint;
    try {
      note = SignedNote.parse(new String(bytes, StandardCharsets.UTF_8));
      checkpoint = Checkpoint.parse(note.text());
    } catch (NoteException e) {
      throw refuse(
          Reason.CHECKPOINT_DAMAGED, path + ": " + e.getMessage() + "; restore it from a copy");
    }
    if (!checkpoint.origin().equals(options.origin())) {
      throw refuse(
          Reason.OTHER_ORIGIN,
          path
              + ": expected origin `"
              + options.origin()
              + "`, got `"
              + checkpoint.origin()
              + "`; the origin is fixed when a log is made");
    }
    try {
      key.verified(note);
    } catch (NoteException e) {
      throw refuse(
          Reason.OTHER_KEY,
          path + ": " + e.getMessage() + "; give the key that this log was made with");
    }
    return checkpoint;
  }

  private SyncedMark.Mark mark() throws CannotOpenException, IOException {
    try {
      return SyncedMark.read(disk, wal.resolve("synced")).orElse(new SyncedMark.Mark(0, false));
    } catch (WalScan.Damage e) {
      throw refuse(Reason.WAL_DAMAGED, e.getMessage() + "; see `ostiary log salvage`");
    }
  }

  private WalScan.Extent extent(long signed, long durable, boolean sameBoot)
      throws CannotOpenException, IOException {
    try {
      var extent = new WalScan(disk, wal, options.origin()).extent(signed, durable, sameBoot);
      if (extent.end() >= durable) return extent;
      throw refuse(
          extent.end() < signed ? Reason.SHORTER_THAN_SIGNED : Reason.WAL_MISSING,
          wal
              + ": expected at least "
              + durable
              + " entries, got "
              + extent.end()
              + "; see `ostiary log salvage`");
    } catch (WalScan.Damage e) {
      var reason =
          e.foreign() ? Reason.OTHER_ORIGIN : e.missing() ? Reason.WAL_MISSING : Reason.WAL_DAMAGED;
      throw refuse(reason, e.getMessage() + "; see `ostiary log salvage`");
    }
  }

  /**
   * The tree at the signed checkpoint, worked out again from the write-ahead log as far as that
   * reaches back.
   */
  private TileWriter tree(Checkpoint signed, long first) throws CannotOpenException, IOException {
    long base = (first + TilePath.WIDTH - 1) / TilePath.WIDTH * TilePath.WIDTH;
    if (base > signed.size()) {
      throw refuse(
          Reason.WAL_MISSING,
          wal + ": expected segments from entry " + signed.size() + " at the latest, got " + first);
    }
    TileWriter tiles;
    try {
      tiles = new TileWriter(base, new RightEdge(files, base).hashes());
    } catch (MissingTileException e) {
      throw refuse(Reason.TILE_DAMAGED, e.getMessage() + "; restore it from a copy");
    }
    @Nullable String[] wrong = {null};
    try (var cursor = new WalCursor(disk, wal, first)) {
      while (tiles.size() < signed.size() && cursor.next() < signed.size()) {
        cursor.read(
            signed.size(),
            frame -> {
              for (int i = 0;
                  i < frame.count() && frame.index() + i < base && wrong[0] == null;
                  i++) {
                wrong[0] = against(frame.index() + i, Hash.at(frame.bytes(), frame.hashOffset(i)));
              }
              tiles.add(frame);
              return !tiles.hasFull() && wrong[0] == null;
            });
        tiles.writeFull(this::hold);
        String found = wrong[0];
        if (found != null) throw refuse(Reason.TILE_DAMAGED, found);
      }
      for (var partial : tiles.partials()) hold(partial);
    } catch (DifferentTileException e) {
      throw refuse(Reason.TILE_DAMAGED, e.getMessage() + "; see `ostiary log verify`");
    }
    if (tiles.size() != signed.size() || !tiles.root().equals(signed.root())) {
      throw refuse(
          Reason.ROOT_DIFFERS,
          "expected root "
              + signed.root().base64()
              + " as signed for "
              + signed.size()
              + " entries, got "
              + tiles.root().base64()
              + " for "
              + tiles.size()
              + "; see `ostiary log verify`");
    }
    return tiles;
  }

  private @Nullable String against(long index, Hash hash) throws IOException {
    String path = TilePath.tile(0, index / TilePath.WIDTH, TilePath.WIDTH);
    byte[] tile = files.read(path).orElseThrow(() -> new MissingTileException(path));
    int at = Math.toIntExact(index % TilePath.WIDTH) * Hash.BYTES;
    if (tile.length == TilePath.WIDTH * Hash.BYTES && Hash.at(tile, at).equals(hash)) return null;
    return path + ": expected hash " + hash + " of entry " + index + " as in the write-ahead log";
  }

  /** A tile says otherwise than the write-ahead log. */
  private static final class DifferentTileException extends IOException {
    DifferentTileException(String message) {
      super(message);
    }
  }

  /**
   * Holds a published file against what it should be. Tiles are not synced before their segment
   * goes, so a lost power may leave one absent, short, or with sectors of zeros: such a one is
   * written again. One that says something else was changed.
   */
  private void hold(TileWriter.Output output) throws IOException {
    byte[] there = files.read(output.path()).orElse(new byte[0]);
    byte[] expected = output.bytes();
    if (Arrays.equals(there, expected)) {
      if (inDoubt) {
        // What is read may be in memory only; a new file is written for good.
        files.delete(output.path());
        files.write(output);
      }
      return;
    }
    int sector = 512;
    for (int at = 0; at < there.length; at += sector) {
      int end = Math.min(at + sector, there.length);
      boolean same = end <= expected.length && Arrays.equals(there, at, end, expected, at, end);
      if (!same && !allZero(there, at, end)) {
        throw new DifferentTileException(
            output.path() + ": says otherwise than the write-ahead log at byte " + at);
      }
    }
    files.write(output);
    notices.add(output.path() + ": written again from the write-ahead log");
  }

  private static boolean allZero(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) if (bytes[i] != 0) return false;
    return true;
  }

  private CannotOpenException refuse(Reason reason, String message) {
    return new CannotOpenException(reason, options.directory() + ": " + message);
  }
}
