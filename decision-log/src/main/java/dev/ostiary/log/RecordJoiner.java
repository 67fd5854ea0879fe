package dev.ostiary.log;

import dev.ostiary.log.tile.Hash;
import dev.ostiary.log.tile.Merkle;
import dev.ostiary.log.wal.FrameWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.function.Predicate;

/** Joins consecutive entries into records. */
final class RecordJoiner {
  private final Predicate<LogRecord> visit;
  private boolean more = true;
  private boolean started;
  private long head;
  private int count;
  private int left;
  private byte[] digest = new byte[0];
  private byte[] joined = new byte[0];
  private int length;

  RecordJoiner(Predicate<LogRecord> visit) {
    this.visit = visit;
  }

  boolean wantsMore() {
    return more;
  }

  void entry(long index, byte[] entry) throws IOException {
    byte kind = entry.length == 0 ? -1 : entry[0];
    if (left > 0 && kind != FrameWriter.NEXT) {
      throw new IOException(
          "entry " + index + ": expected the next part of the chain at entry " + head);
    }
    switch (kind) {
      case FrameWriter.WHOLE ->
          more = visit.test(new LogRecord(index, 1, Arrays.copyOfRange(entry, 1, entry.length)));
      case FrameWriter.HEAD -> head(index, entry);
      case FrameWriter.NEXT -> {
        if (left > 0) part(entry, 1);
        else if (started)
          throw new IOException("entry " + index + ": expected a record, got a part of a chain");
      }
      default ->
          throw new IOException(
              "entry " + index + ": expected a record, got " + entry.length + " other bytes");
    }
    // Only at the start may a part stand alone: the reading began inside its chain.
    if (kind != FrameWriter.NEXT) started = true;
  }

  private void head(long index, byte[] entry) throws IOException {
    var fields = ByteBuffer.wrap(entry);
    long total = entry.length < FrameWriter.HEAD_BYTES ? -1 : fields.getLong(5);
    int entries = total < 0 ? 0 : fields.getInt(1);
    if (total < 0
        || total > LogOptions.MAX_RECORD_BYTES
        || entries != FrameWriter.entries((int) total)
        || entries < 2) {
      throw new IOException("entry " + index + ": expected the head of a chain");
    }
    head = index;
    count = entries;
    left = entries;
    digest = Arrays.copyOfRange(entry, 13, 13 + Hash.BYTES);
    joined = new byte[(int) total];
    length = 0;
    part(entry, FrameWriter.HEAD_BYTES);
  }

  private void part(byte[] entry, int from) throws IOException {
    int bytes = entry.length - from;
    if (length + bytes > joined.length) {
      throw new IOException(
          "entry " + head + ": expected a chain of " + joined.length + " bytes, got more");
    }
    System.arraycopy(entry, from, joined, length, bytes);
    length += bytes;
    left--;
    if (left > 0) return;
    if (length != joined.length || !MessageDigest.isEqual(digest, Merkle.sha256().digest(joined))) {
      throw new IOException("entry " + head + ": the chain's bytes are not those of its digest");
    }
    more = visit.test(new LogRecord(head, count, joined));
  }
}
