package dev.ostiary.log;

import dev.ostiary.log.note.VerifierKey;
import dev.ostiary.log.tile.TileSource;
import java.util.List;

/**
 * Checks a tree with nothing but its published files and a key: the checkpoint's signature, every
 * entry against its leaf hash, every tile against the one above, the root, and each kept or earlier
 * checkpoint and receipt for consistency. It reads tiles and never mends them from the write-ahead
 * log.
 */
public final class Verifier {
  private Verifier() {}

  /** Told how far a verification is, from its own thread, about ten times a second at most. */
  @FunctionalInterface
  public interface Progress {
    /**
     * So many entries are done.
     *
     * @param entries entries checked
     * @param of entries to check
     */
    void at(long entries, long of);
  }

  /**
   * Verifies the tree at {@code source}.
   *
   * @param key the log's verifier key; its name is the expected origin
   * @param earlier signed checkpoints and receipts that were obtained before, each of which must be
   *     consistent with the tree
   */
  public static Verdict verify(
      TileSource source, VerifierKey key, List<Evidence> earlier, Progress progress) {
    return new Verdict.CouldNotTell("not implemented yet", source.toString());
  }
}
