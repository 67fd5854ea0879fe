package dev.ostiary.log;

import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.log.note.SignedNote;
import dev.ostiary.log.tile.Bundle;
import dev.ostiary.log.tile.TilePath;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * What a store gets of a log between two full bundles: {@code tail/FROM}, named by the size that
 * the store had before. It holds a signed checkpoint and those entries up to it that are in no full
 * bundle and in no tail before:
 *
 * <pre>
 * u32 length of the checkpoint · the checkpoint as it is published · the entries as a bundle has them
 * </pre>
 *
 * The next tail is named by this one's size, so that a reader follows them without a listing.
 *
 * @param from the size that the store had before
 * @param note the checkpoint with its signatures
 * @param checkpoint what it says
 * @param entries those from {@link #first} on, up to the checkpoint's size
 */
record Tail(long from, SignedNote note, Checkpoint checkpoint, List<byte[]> entries) {
  static String name(long from) {
    return "tail/" + from;
  }

  /** Index of the first entry that a tail from {@code from} to {@code size} holds. */
  static long first(long from, long size) {
    return Math.max(from, size / TilePath.WIDTH * TilePath.WIDTH);
  }

  static byte[] encode(byte[] signed, List<byte[]> entries) {
    var bundle = new Bundle();
    for (byte[] entry : entries) bundle.add(entry, 0, entry.length);
    byte[] bytes = bundle.bytes();
    return ByteBuffer.allocate(Integer.BYTES + signed.length + bytes.length)
        .putInt(signed.length)
        .put(signed)
        .put(bytes)
        .array();
  }

  /**
   * Reads {@code tail/FROM}. Checks its form, no signature.
   *
   * @throws Bundle.FormException if it is none
   */
  static Tail parse(long from, byte[] bytes) throws Bundle.FormException {
    String path = name(from);
    int length = bytes.length < Integer.BYTES ? -1 : ByteBuffer.wrap(bytes).getInt();
    if (length < 0 || length > bytes.length - Integer.BYTES)
      throw new Bundle.FormException(path, "expected a checkpoint and entries");
    int end = Integer.BYTES + length;
    try {
      var note = SignedNote.parse(new String(bytes, Integer.BYTES, length, StandardCharsets.UTF_8));
      var checkpoint = Checkpoint.parse(note.text());
      if (checkpoint.size() <= from)
        throw new Bundle.FormException(
            path, "expected a checkpoint of more than " + from + " entries");
      int count = Math.toIntExact(checkpoint.size() - first(from, checkpoint.size()));
      byte[] rest = Arrays.copyOfRange(bytes, end, bytes.length);
      return new Tail(from, note, checkpoint, Bundle.entries(rest, count, path));
    } catch (NoteException e) {
      throw new Bundle.FormException(path, e.getMessage());
    }
  }
}
