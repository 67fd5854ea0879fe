package dev.ostiary.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A memory of the last checkpoint that does not go back in time with the log's own directory: a
 * file on another disk, an object store, a witness. Without one, a directory restored from a backup
 * cannot be told from one that never grew further.
 */
public interface Anchor {
  /** The signed checkpoint kept last, or nothing if none ever was. */
  Optional<byte[]> last() throws IOException;

  /**
   * Keeps a signed checkpoint, atomically and durably. Called from the log's own thread, which may
   * block.
   */
  void keep(byte[] signedCheckpoint) throws IOException;

  /** An anchor in a file, which should be on another disk than the log. */
  static Anchor file(Path file) {
    return new FileAnchor(file);
  }
}
