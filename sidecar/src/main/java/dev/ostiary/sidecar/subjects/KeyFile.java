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
import java.util.Base64;
import java.util.EnumSet;
import javax.crypto.SecretKey;

/** The key that encrypts the tables: one line of base64, 32 bytes, readable by its owner alone. */
final class KeyFile {
  private KeyFile() {}

  static SecretKey read(Path file) throws SubjectsException {
    try {
      byte[] key = Base64.getDecoder().decode(Files.readString(file).strip());
      if (key.length == Sealer.KEY_BYTES) return Sealer.key(key);
    } catch (IllegalArgumentException e) {
      // falls through to the one message
    } catch (NoSuchFileException e) {
      throw new SubjectsException(
          file + ": expected the key of the tables of subjects, found none; restore it");
    } catch (IOException e) {
      throw new SubjectsException(file + ": cannot be read: " + e.getMessage());
    }
    throw new SubjectsException(
        file + ": expected " + Sealer.KEY_BYTES + " bytes in base64, got something else");
  }

  /** The same, made if there is none; a new one is on the disk when this returns. */
  static SecretKey readOrMake(Path file) throws SubjectsException {
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
