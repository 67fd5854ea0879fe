package dev.ostiary.sidecar.subjects;

import dev.ostiary.log.store.MutableObject;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The copy of the tables in a store, for where the disk is not kept: the file's bytes, whole. One
 * process at a time writes it: each put names the state that it replaces. Digests of what was put
 * are noted beside the file before they are, so that a state is known as this process's own also
 * where the answer to its put was lost. One thread at a time.
 */
final class TableCopy {
  private final MutableObject object;
  private final Path table;
  private final Path note;

  /** Of what may be there by this process: the last that was acknowledged, and all since. */
  private final Set<String> own = new LinkedHashSet<>();

  private boolean resumed;
  private Optional<String> tag = Optional.empty();

  TableCopy(MutableObject object, Path table) {
    this.object = object;
    this.table = table;
    this.note = table.resolveSibling("copy");
  }

  /**
   * Brings the tables back where the disk has none and the store has some.
   *
   * @return whether it did
   * @throws IOException if the store cannot be read
   */
  boolean restore() throws IOException {
    if (Files.exists(table)) {
      if (Files.exists(note)) own.addAll(Files.readAllLines(note));
      return false;
    }
    var there = object.read();
    if (there.isEmpty()) return false;
    own.add(digest(there.get().bytes()));
    write(note, String.join("\n", own).getBytes(StandardCharsets.US_ASCII));
    write(table, there.get().bytes());
    return true;
  }

  /**
   * Replaces the copy.
   *
   * @throws IOException if the store does not take it, or has what another process put there
   */
  void put(byte[] bytes) throws IOException {
    if (!resumed) resume();
    String digest = digest(bytes);
    if (own.add(digest)) write(note, String.join("\n", own).getBytes(StandardCharsets.US_ASCII));
    var next = object.replace(bytes, tag);
    if (next.isEmpty()) {
      resumed = false;
      resume(); // perhaps it was this process, and the answer was lost
      next = object.replace(bytes, tag);
      if (next.isEmpty()) throw another();
    }
    tag = next;
    own.clear();
    own.add(digest);
  }

  private void resume() throws IOException {
    var there = object.read();
    if (there.isPresent() && !own.contains(digest(there.get().bytes()))) throw another();
    tag = there.map(MutableObject.State::tag);
    resumed = true;
  }

  private IOException another() {
    return new IOException(
        object + ": another process has put its tables there; one sidecar has them at a time");
  }

  private static String digest(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    var flags = EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    Path draft = file.resolveSibling("." + file.getFileName() + ".new");
    Files.deleteIfExists(draft);
    try (var channel = FileChannel.open(draft, flags, owner)) {
      TableFile.write(channel, bytes);
      channel.force(true);
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    TableFile.sync(file.toAbsolutePath().resolveSibling(""));
  }
}
