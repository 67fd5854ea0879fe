package dev.ostiary.log.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A file system as the writer sees it. What was not synced may be lost, reordered or torn. */
public interface Disk {
  /** Makes a directory and its parents; nothing if it is there. */
  void createDirectories(Path directory) throws IOException;

  /** Names in a directory, in no order; empty if it is not there. */
  List<String> list(Path directory) throws IOException;

  /** The whole file, or nothing if there is none. */
  Optional<byte[]> read(Path file) throws IOException;

  /** Length of a file; -1 if it is not there. */
  long size(Path file) throws IOException;

  /** Opens a file for reading and writing; made empty if it is not there. */
  DiskFile open(Path file) throws IOException;

  /** Opens a file that is there, for reading and syncing. */
  DiskFile openRead(Path file) throws IOException;

  /** Replaces {@code to}, atomically; durable once both directories are synced. */
  void rename(Path from, Path to) throws IOException;

  /** Removes a file or an empty directory; nothing if it is not there. */
  void delete(Path file) throws IOException;

  /** Makes the names in a directory durable. */
  void syncDirectory(Path directory) throws IOException;

  /** Bytes that can still be written below {@code directory}. */
  long usableBytes(Path directory) throws IOException;

  /** Opens the number in a file, 0 in a new one. */
  Counter counter(Path file) throws IOException;

  /** Takes an exclusive lock that ends with the process; nothing if another holder has it. */
  Optional<Closeable> lock(Path file) throws IOException;

  /**
   * Changes whenever the machine starts; empty where that is not known. While it is the same,
   * nothing written was lost.
   */
  String bootId();

  /** Writes a whole file, in place, without syncing it. */
  default void write(Path file, byte[] bytes) throws IOException {
    try (var out = open(file)) {
      fill(out, bytes);
    }
  }

  /** Makes a file's bytes durable; its name still needs its directory synced. */
  default void sync(Path file) throws IOException {
    try (var opened = openRead(file)) {
      opened.sync();
    }
  }

  /**
   * Puts {@code bytes} at {@code to} so that a reader, and a crash, see all of them or what was
   * there before.
   */
  default void replace(Path draft, Path to, byte[] bytes) throws IOException {
    try (var out = open(draft)) {
      fill(out, bytes);
      out.sync();
    }
    rename(draft, to);
    Path parent = to.getParent();
    if (parent != null) syncDirectory(parent);
  }

  private static void fill(DiskFile file, byte[] bytes) throws IOException {
    file.write(0, bytes, 0, bytes.length);
    // Only where there is more: closing a file that was truncated makes ext4 write it out at once.
    if (file.size() > bytes.length) file.truncate(bytes.length);
  }
}
