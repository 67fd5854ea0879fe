package dev.ostiary.sidecar.subjects;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import javax.crypto.SecretKey;

/**
 * The keys that encrypt the tables, readable by their owner alone: a line of base64 for each, 32
 * bytes. The first one is in use, those after it were before.
 */
final class KeyFile {
  private KeyFile() {}

  /** The keys, at least one. */
  static List<SecretKey> read(Path file) throws SubjectsException {
    try {
      var keys = new ArrayList<SecretKey>();
      boolean good = true;
      for (String line : Files.readString(file).strip().lines().toList()) {
        byte[] key = Base64.getDecoder().decode(line.strip());
        good &= key.length == Sealer.KEY_BYTES;
        if (good) keys.add(Sealer.key(key));
      }
      if (good && !keys.isEmpty()) return keys;
    } catch (IllegalArgumentException e) {
      // falls through to the one message
    } catch (NoSuchFileException e) {
      throw new SubjectsException(
          file + ": expected the key of the tables of subjects, found none; restore it");
    } catch (IOException e) {
      throw new SubjectsException(file + ": cannot be read: " + e.getMessage());
    }
    throw new SubjectsException(
        file
            + ": expected "
            + Sealer.KEY_BYTES
            + " bytes in base64, and perhaps keys before it in lines below, got something else");
  }

  /** The same, made if there is none; a new one is on the disk when this returns. */
  static List<SecretKey> readOrMake(Path file) throws SubjectsException {
    if (Files.exists(file)) return read(file);
    var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    String line = Base64.getEncoder().encodeToString(Sealer.random(Sealer.KEY_BYTES)) + "\n";
    var flags = EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try {
      Path directory = file.toAbsolutePath().resolveSibling("");
      Files.createDirectories(directory);
      Path draft = directory.resolve("." + file.getFileName() + ".new");
      Files.deleteIfExists(draft);
      try (var channel = FileChannel.open(draft, flags, owner)) {
        TableFile.write(channel, line.getBytes(StandardCharsets.US_ASCII));
        channel.force(true);
      }
      Files.createLink(file, draft); // unlike a move it replaces nothing
      Files.delete(draft);
      TableFile.sync(directory);
    } catch (FileAlreadyExistsException e) {
      return read(file);
    } catch (IOException e) {
      throw new SubjectsException(file + ": cannot be written: " + e);
    }
    return read(file);
  }
}
