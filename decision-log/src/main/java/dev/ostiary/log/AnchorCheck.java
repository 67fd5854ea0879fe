package dev.ostiary.log;

import dev.ostiary.log.CannotOpenException.Reason;
import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.log.note.SignedNote;
import dev.ostiary.log.note.VerifierKey;
import dev.ostiary.log.tile.TileSource;
import dev.ostiary.log.tile.TileTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Holds a log against what was remembered elsewhere, before anything new is signed. */
record AnchorCheck(LogOptions options, VerifierKey key, List<String> notices) {

  /**
   * Refuses what an anchor says is older than it was.
   *
   * @param published {@code signed} with its signatures
   * @param end entries that the write-ahead log has
   */
  void check(Checkpoint signed, byte[] published, long end, TileSource files)
      throws CannotOpenException, IOException {
    if (options.anchors().isEmpty()) {
      notices.add(
          options.directory()
              + ": no anchor: a directory restored from a backup would not be noticed");
      return;
    }
    for (var anchor : options.anchors()) {
      var memory = anchor.last(published);
      if (memory.isEmpty()) continue;
      switch (memory.get()) {
        case Anchor.Memory.Signed(byte[] checkpoint) -> check(signed, read(checkpoint), files);
        case Anchor.Memory.Size(long entries) -> {
          // A stop may have come between the witness's answer and the checkpoint's publication; the
          // entries were durable before.
          if (entries > end)
            throw rolledBack("expected " + entries + " entries as a witness remembers, got " + end);
        }
      }
    }
  }

  private void check(Checkpoint signed, Checkpoint remembered, TileSource files)
      throws CannotOpenException, IOException {
    if (remembered.size() > signed.size()) {
      throw rolledBack(
          "expected "
              + remembered.size()
              + " signed entries as in the anchor, got "
              + signed.size());
    }
    if (!new TileTree(files, signed.size()).root(remembered.size()).equals(remembered.root())) {
      throw rolledBack(
          "expected root "
              + remembered.root().base64()
              + " of "
              + remembered.size()
              + " entries as in the anchor");
    }
  }

  private Checkpoint read(byte[] bytes) throws CannotOpenException {
    try {
      return Checkpoint.parse(
          key.verified(SignedNote.parse(new String(bytes, StandardCharsets.UTF_8))));
    } catch (NoteException e) {
      throw rolledBack("the anchor is not a checkpoint of this log: " + e.getMessage());
    }
  }

  private CannotOpenException rolledBack(String what) {
    return new CannotOpenException(
        Reason.ROLLED_BACK,
        options.directory() + ": " + what + "; restore the newest copy, or begin a new epoch");
  }
}
