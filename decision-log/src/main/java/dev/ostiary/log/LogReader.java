package dev.ostiary.log;

import dev.ostiary.log.note.Receipt;
import dev.ostiary.log.note.SignedNote;
import dev.ostiary.log.tile.Hash;
import dev.ostiary.log.tile.TileSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Reads a tree: no lock, no writer, no signature checked. Safe beside a live writer. Not
 * thread-safe.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class LogReader {
  private LogReader() {}

  /** Reads what is published at {@code source}, as of the checkpoint there now. */
  public static LogReader open(TileSource source) throws IOException {
    throw new IOException("not implemented yet: " + source);
  }

  /**
   * Reads a tree's directory up to its newest record: what is published, then what only the
   * write-ahead log has yet. A directory without either is an empty log.
   */
  public static LogReader live(Path directory) throws IOException {
    throw new IOException("not implemented yet: " + directory);
  }

  /** The checkpoint read, as it stands there; empty if none is published yet. */
  public Optional<SignedNote> checkpoint() {
    throw new UnsupportedOperationException();
  }

  /** Number of entries that {@link #forEach} can reach. */
  public long size() {
    throw new UnsupportedOperationException();
  }

  /**
   * Hands over the records from index {@code from} on, in order, until there is none or {@code
   * visit} says false. An index inside a chain starts at the record after it.
   *
   * @throws IOException if an entry cannot be read, or is not framed as a record, naming its index
   */
  public void forEach(long from, Predicate<LogRecord> visit) throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * The sibling hashes that prove that the entry at {@code index} is in the tree of {@code size}
   * entries.
   *
   * @throws IllegalArgumentException unless {@code 0 <= index < size <=} the published size
   */
  public List<Hash> inclusionProof(long index, long size) throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * The hashes that prove that the tree of {@code from} entries is a prefix of that of {@code to}.
   *
   * @throws IllegalArgumentException unless {@code 0 <= from <= to <=} the published size
   */
  public List<Hash> consistencyProof(long from, long to) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** The root of the tree of the first {@code size} entries. */
  public Hash root(long size) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** A receipt for the entry at {@code index}, against the checkpoint read. */
  public Receipt receipt(long index) throws IOException {
    throw new UnsupportedOperationException();
  }
}
