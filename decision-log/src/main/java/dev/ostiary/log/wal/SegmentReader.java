package dev.ostiary.log.wal;

import dev.ostiary.log.disk.Disk;
import dev.ostiary.log.disk.DiskFile;
import dev.ostiary.log.wal.Frame.Found;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/** Reads one segment's frames in order, also while it grows. */
final class SegmentReader implements Closeable {
  private static final int WINDOW = 1 << 20;

  private final Path path;
  private final DiskFile file;
  private final byte[] header = new byte[Segment.HEADER];
  private final Frame frame = new Frame();
  private byte[] window = new byte[WINDOW];
  private long position = Segment.HEADER; // of the next frame, in the file
  private int at; // of the next frame, in the window
  private int limit; // of the bytes in the window

  SegmentReader(Disk disk, Path path) throws IOException {
    this.path = path;
    this.file = disk.openRead(path);
    file.read(0, header, 0, header.length);
  }

  Path path() {
    return path;
  }

  byte[] header() {
    return header;
  }

  /** Where the next frame is, or would be. */
  long position() {
    return position;
  }

  Frame frame() {
    return frame;
  }

  /** Looks for the next frame; goes past it only if there is one. */
  Found next() throws IOException {
    var found = frame.set(window, at, limit);
    if (found != Found.FRAME) {
      // What is not a frame yet may have become one since the window was filled.
      fill(WINDOW);
      found = frame.set(window, at, limit);
      if (found == Found.PARTIAL && limit == window.length) {
        fill(Math.max(WINDOW, frame.length()));
        found = frame.set(window, at, limit);
      }
    }
    if (found == Found.FRAME) {
      position += frame.length();
      at += frame.length();
    }
    if (found == Found.PARTIAL) found = nothingLeft() ? Found.END : Found.BAD;
    return found;
  }

  private boolean nothingLeft() {
    for (int i = at; i < limit; i++) if (window[i] != 0) return false;
    return true;
  }

  private void fill(int bytes) throws IOException {
    if (window.length < bytes) window = Arrays.copyOf(window, bytes);
    at = 0;
    limit = file.read(position, window, 0, window.length);
  }

  /**
   * Whether anything after the next frame's place is a sound frame of an entry past {@code index}.
   */
  boolean hasFrameAfter(long index) throws IOException {
    long size = file.size();
    if (size <= position) return false;
    var candidate = new Frame();
    int needed = 2 * Frame.MAX_LENGTH;
    var bytes = new byte[(int) Math.min(size - position, needed)];
    for (long from = position; from < size; from += bytes.length / 2 + 1) {
      int read = file.read(from, bytes, 0, bytes.length);
      for (int i = 0; i + Frame.HEADER <= read; i++) {
        // A cheap look first: indices near the expected one, else the checksum would be tried at
        // each byte.
        long there = Bytes.i64(bytes, i + 8);
        if (there <= index || there > index + (1L << 32)) continue;
        if (candidate.set(bytes, i, read) == Found.FRAME) return true;
      }
      if (read < bytes.length || from + read >= size) break;
    }
    return false;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
