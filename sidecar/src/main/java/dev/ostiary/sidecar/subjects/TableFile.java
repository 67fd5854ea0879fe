package dev.ostiary.sidecar.subjects;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.ostiary.record.v1.SubjectRow;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import javax.crypto.SecretKey;

/**
 * The rows on the disk: {@code OSTYSUB1}, then for each row a u32 length, a u32 CRC32C, and the row
 * sealed under the key-encryption key, the first of those that are given. Rows are appended and
 * fsynced; a removal writes the file anew. One thread at a time.
 */
final class TableFile implements AutoCloseable {
  private static final byte[] MAGIC = "OSTYSUB1".getBytes(StandardCharsets.US_ASCII);
  private static final int HEAD = 8;

  private final Path path;
  private final List<SecretKey> keys;
  private final Sealer sealer;
  private FileChannel channel;
  private boolean failed;

  private TableFile(Path path, List<SecretKey> keys, Sealer sealer, FileChannel channel) {
    this.path = path;
    this.keys = keys;
    this.sealer = sealer;
    this.channel = channel;
  }

  /**
   * Rows, and how many bytes of the file hold them.
   *
   * @param current whether all are sealed under the first key
   */
  record Rows(List<SubjectRow> rows, long length, boolean current) {}

  /**
   * Reads the rows, but for a torn tail; none where there is no file.
   *
   * @param keys of which one opens each row
   * @throws SubjectsException where one cannot be read though sound ones follow it, or with these
   *     keys
   */
  static Rows read(Path path, List<SecretKey> keys) throws SubjectsException {
    ByteBuffer bytes;
    try {
      bytes = ByteBuffer.wrap(Files.readAllBytes(path));
    } catch (NoSuchFileException e) {
      return new Rows(List.of(), 0, true);
    } catch (IOException e) {
      throw new SubjectsException(path + ": cannot be read: " + e.getMessage());
    }
    var rows = new ArrayList<SubjectRow>();
    if (bytes.limit() < MAGIC.length) return new Rows(rows, 0, true);
    if (!bytes.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC)))
      throw new SubjectsException(path + ": expected a table of subjects, got something else");
    int at = MAGIC.length;
    boolean current = true;
    while (isSound(bytes, at)) {
      var box = new byte[bytes.getInt(at)];
      bytes.get(at + HEAD, box);
      var plain = Sealer.open(keys.getFirst(), box);
      current &= plain.isPresent();
      for (int i = 1; i < keys.size() && plain.isEmpty(); i++)
        plain = Sealer.open(keys.get(i), box);
      rows.add(row(path, at, plain));
      at += HEAD + box.length;
    }
    for (int later = at + 1; later < bytes.limit(); later++)
      if (isSound(bytes, later))
        throw new SubjectsException(
            path + ": damaged at byte " + at + ", sound from byte " + later + "; restore a copy");
    return new Rows(rows, at, current);
  }

  private static boolean isSound(ByteBuffer bytes, int at) {
    if (at + HEAD >= bytes.limit()) return false;
    int length = bytes.getInt(at);
    return length > 0
        && length <= bytes.limit() - at - HEAD
        && crc(bytes.slice(at + HEAD, length)) == bytes.getInt(at + 4);
  }

  private static SubjectRow row(Path path, int at, Optional<byte[]> plain)
      throws SubjectsException {
    try {
      if (plain.isPresent()) return SubjectRow.parseFrom(plain.get());
    } catch (InvalidProtocolBufferException e) {
      // falls through: another program wrote it
    }
    throw new SubjectsException(
        path + ": the row at byte " + at + " is not of this key-encryption key");
  }

  /**
   * Takes the file for one writer, making it if there is none.
   *
   * @throws SubjectsException if another process has it
   */
  static TableFile take(Path path, List<SecretKey> keys, Sealer sealer)
      throws IOException, SubjectsException {
    var channel = open(path, StandardOpenOption.CREATE);
    if (isLocked(channel)) return new TableFile(path, keys, sealer, channel);
    channel.close();
    throw new SubjectsException(path + ": another process has it open; stop it first");
  }

  /** A lock goes with the file, so that a replaced one has its own. */
  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // by this process
    }
  }

  /** Reads the rows and goes on after them. */
  Rows rows() throws IOException, SubjectsException {
    Rows read = read(path, keys);
    if (read.length() == 0) {
      channel.truncate(0);
      write(channel, MAGIC);
    } else {
      channel.truncate(read.length());
      channel.position(read.length());
    }
    channel.force(true);
    sync(path.toAbsolutePath().resolveSibling(""));
    return read;
  }

  private static FileChannel open(Path path, StandardOpenOption how) throws IOException {
    var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    return FileChannel.open(path, EnumSet.of(how, StandardOpenOption.WRITE), owner);
  }

  /** Appends rows, which are on the disk when this returns. */
  void append(List<SubjectRow> rows) throws IOException {
    if (failed) throw new IOException(path + ": a write or an fsync failed before");
    failed = true; // until it is done: what an fsync failed on is not to be trusted
    for (SubjectRow row : rows) write(channel, frame(row));
    channel.force(false);
    failed = false;
  }

  /** Replaces all rows; either the old ones or the new ones are there after a crash. */
  void replace(List<SubjectRow> rows) throws IOException {
    Path draft = path.resolveSibling(".draft");
    Files.deleteIfExists(draft);
    var next = open(draft, StandardOpenOption.CREATE_NEW);
    try {
      if (!isLocked(next)) throw new IOException(draft + ": cannot be locked");
      write(next, MAGIC);
      for (SubjectRow row : rows) write(next, frame(row));
      next.force(true);
      Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE);
      sync(path.toAbsolutePath().resolveSibling(""));
    } catch (IOException e) {
      next.close();
      throw e;
    }
    channel.close();
    channel = next;
    failed = false;
  }

  /** The file as it is. */
  byte[] bytes() throws IOException {
    return Files.readAllBytes(path);
  }

  private byte[] frame(SubjectRow row) {
    byte[] box = sealer.seal(keys.getFirst(), row.toByteArray());
    return ByteBuffer.allocate(HEAD + box.length)
        .putInt(box.length)
        .putInt(crc(ByteBuffer.wrap(box)))
        .put(box)
        .array();
  }

  private static int crc(ByteBuffer bytes) {
    var crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  static void write(FileChannel channel, byte[] bytes) throws IOException {
    var left = ByteBuffer.wrap(bytes);
    while (left.hasRemaining()) channel.write(left);
  }

  static void sync(Path directory) throws IOException {
    try (var names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
