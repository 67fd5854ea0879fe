package dev.ostiary.log;

import dev.ostiary.log.store.ObjectStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A memory of the last checkpoint that does not go back in time with the log's own directory: a
 * file on another disk, an object in a store, a witness. Without one, a directory restored from a
 * backup cannot be told from one that never grew further.
 */
public interface Anchor {
  /** What an anchor remembers. */
  sealed interface Memory {
    /** A signed checkpoint, kept after it was published. */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record Signed(byte[] checkpoint) implements Memory {}

    /**
     * The size of a checkpoint that was signed, perhaps just before a stop that kept it from being
     * published.
     */
    record Size(long entries) implements Memory {}
  }

  /**
   * What is remembered, or nothing if nothing ever was.
   *
   * @param current the signed checkpoint in the log's directory
   * @throws IOException if the anchor cannot be asked; the log does not open then
   */
  Optional<Memory> last(byte[] current) throws IOException;

  /**
   * Keeps a signed checkpoint, atomically and durably. Called from the log's own thread, which may
   * block.
   */
  void keep(byte[] signedCheckpoint) throws IOException;

  /** An anchor in a file, which should be on another disk than the log. */
  static Anchor file(Path file) {
    return new FileAnchor(file);
  }

  /** An anchor in an object of a store, read with GET and written with PUT. */
  static Anchor store(URI object) {
    return new StoreAnchor(object);
  }

  /**
   * The store that the log is shipped to, as its anchor: what it has of the log is what it
   * remembers. Nothing is kept there besides.
   *
   * @param tree the store at the tree's place
   */
  static Anchor shipped(ObjectStore tree) {
    return new ShippedAnchor(tree);
  }

  /** An anchor that is this log's witnesses, one of which must answer when the log is opened. */
  static Anchor witnesses(List<Witness> witnesses) {
    return new WitnessAnchor(witnesses);
  }
}
