package dev.ostiary.sidecar.cli;

import dev.ostiary.log.note.NoteException;
import dev.ostiary.log.note.VerifierKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Verifier keys as a user gives them: as they are, or in a file. */
final class LogKeys {
  private LogKeys() {}

  /** The key that {@code option} was given. */
  static VerifierKey parse(String option, String text) throws IOException {
    try {
      return VerifierKey.parse(isFile(text) ? Files.readString(Path.of(text)) : text);
    } catch (NoteException e) {
      throw new UserException(option + ": " + e.getMessage());
    }
  }

  private static boolean isFile(String text) {
    try {
      return Files.isRegularFile(Path.of(text));
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
