package dev.ostiary.log.wal;

import dev.ostiary.log.disk.Disk;
import dev.ostiary.log.disk.DiskFile;
import dev.ostiary.log.tile.Hash;
import dev.ostiary.log.tile.Merkle;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A pre-allocated file of frames, as its writer sees it. */
public final class Segment implements Closeable {
  /** Bytes before the first frame. */
  public static final int HEADER = 64;

  private static final byte[] MAGIC = "OSTYWAL1".getBytes(StandardCharsets.US_ASCII);
  private static final String SUFFIX = ".wal";

  private final DiskFile file;
  private final Path path;
  private final long capacity;
  private long position = HEADER;
  private boolean nameSynced; // the syncing thread's own, as is the next
  private boolean closed;

  private Segment(DiskFile file, Path path, long capacity) {
    this.file = file;
    this.path = path;
    this.capacity = capacity;
  }

  /**
   * Makes a file of zeros that can become a segment; its blocks are on the disk when this returns.
   */
  public static Segment spare(Disk disk, Path path, int capacity) throws IOException {
    disk.delete(path);
    var file = disk.open(path);
    try {
      var zeros = new byte[Math.min(capacity, 1 << 18)];
      for (int at = 0; at < capacity; at += zeros.length) {
        file.write(at, zeros, 0, Math.min(zeros.length, capacity - at));
      }
      file.sync();
      return new Segment(file, path, capacity);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /** Makes a file that can become a segment and takes its blocks only as it is written. */
  public static Segment sparse(Disk disk, Path path, int capacity) throws IOException {
    disk.delete(path);
    var file = disk.open(path);
    try {
      file.truncate(capacity);
      return new Segment(file, path, capacity);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /**
   * Gives a spare its first index and its name.
   *
   * @param observed records of class observe before it
   */
  public Segment begin(Disk disk, Path directory, long first, String origin, long observed)
      throws IOException {
    byte[] header = header(first, origin, observed);
    file.write(0, header, 0, header.length);
    Path named = directory.resolve(name(first));
    disk.rename(path, named);
    return new Segment(file, named, capacity);
  }

  /** Makes room for a frame that no spare has room for. */
  public Segment enlarged(int frameBytes) throws IOException {
    if (frameBytes <= room()) return this;
    file.truncate(HEADER + (long) frameBytes);
    return new Segment(file, path, HEADER + (long) frameBytes);
  }

  /**
   * Writes what is left of a log after {@code first} anew, durably, as its last segment. A file
   * whose fsync may have failed is so never trusted again.
   *
   * @param observed records of class observe before {@code first}
   * @return bytes of the frames up to {@code end}
   */
  public static long rewrite(
      Disk disk, Path directory, long first, long end, String origin, long observed)
      throws IOException {
    Path draft = directory.resolve("rewrite");
    disk.delete(draft);
    long[] at = {HEADER};
    try (var file = disk.open(draft);
        var cursor = new WalCursor(disk, directory, first)) {
      file.write(0, header(first, origin, observed), 0, HEADER);
      cursor.read(
          end,
          frame -> {
            file.write(at[0], frame.bytes(), frame.start(), frame.length());
            at[0] += frame.length();
            return true;
          });
      if (cursor.next() != end && first != end) {
        throw new IOException(
            directory + ": expected entries up to " + end + ", got " + cursor.next());
      }
      file.sync();
    }
    disk.rename(draft, directory.resolve(name(first)));
    for (long start : starts(disk, directory)) {
      if (start > first) disk.delete(directory.resolve(name(start)));
    }
    disk.syncDirectory(directory);
    return at[0] - HEADER;
  }

  /** Room for further frames, in bytes. */
  public long room() {
    return capacity - position;
  }

  /**
   * Appends frames. After a failure this segment must be left: what is after its last frame is
   * unknown.
   */
  public void append(byte[] frames, int length) throws IOException {
    file.write(position, frames, 0, length);
    position += length;
  }

  /** Makes all frames and, the first time, the segment's name durable. */
  public void sync(Disk disk) throws IOException {
    if (closed) return; // synced before it was closed
    file.sync();
    if (!nameSynced) {
      Path directory = path.getParent();
      if (directory != null) disk.syncDirectory(directory);
      nameSynced = true;
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    file.close();
  }

  @Override
  public String toString() {
    return path.toString();
  }

  static byte[] header(long first, String origin, long observed) {
    var header = Arrays.copyOf(MAGIC, HEADER);
    Bytes.putI64(header, 8, first);
    System.arraycopy(originDigest(origin), 0, header, 16, Hash.BYTES);
    Bytes.putI64(header, 48, observed);
    Bytes.putI32(header, 60, Bytes.crc(header, 0, 60));
    return header;
  }

  private static byte[] originDigest(String origin) {
    return Merkle.sha256().digest(origin.getBytes(StandardCharsets.UTF_8));
  }

  /** Whether {@code header} begins a segment of this log at {@code first}. */
  static boolean isHeader(byte[] header, long first, String origin) {
    return Arrays.equals(header, header(first, origin, observed(header)));
  }

  /** Records of class observe before the segment that {@code header} begins. */
  static long observed(byte[] header) {
    return Bytes.i64(header, 48);
  }

  /** Whether {@code header} is one of another log at {@code first}. */
  static boolean isOtherOrigin(byte[] header, long first, String origin) {
    return Bytes.i32(header, 60) == Bytes.crc(header, 0, 60)
        && Bytes.i64(header, 8) == first
        && !Arrays.equals(Arrays.copyOfRange(header, 16, 48), originDigest(origin));
  }

  /** A segment's file name. */
  public static String name(long first) {
    return "%020d".formatted(first) + SUFFIX;
  }

  /** First indices of the segments in a directory, in order. */
  public static List<Long> starts(Disk disk, Path directory) throws IOException {
    return disk.list(directory).stream()
        .filter(name -> name.matches("[0-9]{20}\\" + SUFFIX))
        .map(name -> Long.parseLong(name.substring(0, 20)))
        .sorted()
        .toList();
  }
}
