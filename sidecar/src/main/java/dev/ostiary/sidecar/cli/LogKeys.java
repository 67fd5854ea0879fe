package dev.ostiary.sidecar.cli;

import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.log.note.SignedNote;
import dev.ostiary.log.note.VerifierKey;
import dev.ostiary.log.tile.TileSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

  /**
   * The key under a log's origin: one that has the data directory's name, as {@code log.vkey} has,
   * stands for every log in it; any other stands for itself.
   */
  static VerifierKey under(VerifierKey key, String origin) {
    if (!origin.startsWith(key.name() + "/")
        || !origin.substring(key.name().length()).matches("/(decisions|facts)/[1-9][0-9]*"))
      return key;
    try {
      return key.named(origin);
    } catch (NoteException e) {
      return key; // an origin that can be nobody's name is for the verifier to refuse
    }
  }

  /** The origin that a log's checkpoint claims to have; empty where there is none to read. */
  static String origin(TileSource source) throws IOException {
    var checkpoint = source.read("checkpoint");
    if (checkpoint.isEmpty()) return "";
    String text = new String(checkpoint.get(), StandardCharsets.UTF_8);
    int end = text.indexOf('\n');
    return end < 0 ? "" : text.substring(0, end);
  }

  /** What a note signs, whose signatures were checked. */
  static Checkpoint checkpoint(SignedNote note) throws IOException {
    try {
      return Checkpoint.parse(note.text());
    } catch (NoteException e) {
      throw new IOException("checkpoint: " + e.getMessage(), e);
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
