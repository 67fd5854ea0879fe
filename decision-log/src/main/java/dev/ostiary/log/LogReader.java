package dev.ostiary.log;

import dev.ostiary.log.disk.Disk;
import dev.ostiary.log.disk.LocalDisk;
import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.log.note.Receipt;
import dev.ostiary.log.note.SignedNote;
import dev.ostiary.log.tile.Bundle;
import dev.ostiary.log.tile.Hash;
import dev.ostiary.log.tile.TilePath;
import dev.ostiary.log.tile.TileSource;
import dev.ostiary.log.tile.TileTree;
import dev.ostiary.log.wal.WalCursor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tree: no lock, no writer, no signature checked. Safe beside a live writer. Not
 * thread-safe.
 */
public final class LogReader {
  private final TileSource source;
  private final Optional<SignedNote> note;
  private final TileTree tree;
  private final @Nullable Path wal; // null if only what is published is read
  private final Disk disk = new LocalDisk();
  private final long end;

  private LogReader(TileSource source, @Nullable Path wal) throws IOException {
    this.source = source;
    this.wal = wal;
    this.note = note(source);
    this.tree = new TileTree(source, note.isPresent() ? published(note.get()).size() : 0);
    this.end = wal == null ? tree.size() : walEnd(wal, tree.size());
  }

  /**
   * Reads what is published at {@code source}, as of the checkpoint there now.
   *
   * @throws IOException if it cannot be read, or its checkpoint is not one
   */
  public static LogReader open(TileSource source) throws IOException {
    return new LogReader(source, null);
  }

  /**
   * Reads a tree's directory up to its newest record: what is published, then what only the
   * write-ahead log has yet. A directory without either is an empty log.
   */
  public static LogReader live(Path directory) throws IOException {
    return new LogReader(TileSource.directory(directory), directory.resolve("wal"));
  }

  private static Optional<SignedNote> note(TileSource source) throws IOException {
    var bytes = source.read("checkpoint");
    if (bytes.isEmpty()) return Optional.empty();
    try {
      return Optional.of(SignedNote.parse(new String(bytes.get(), StandardCharsets.UTF_8)));
    } catch (NoteException e) {
      throw new IOException("checkpoint: " + e.getMessage(), e);
    }
  }

  private static Checkpoint published(SignedNote note) throws IOException {
    try {
      return Checkpoint.parse(note.text());
    } catch (NoteException e) {
      throw new IOException("checkpoint: " + e.getMessage(), e);
    }
  }

  private long walEnd(Path directory, long from) throws IOException {
    try (var cursor = new WalCursor(disk, directory, from)) {
      cursor.read(Long.MAX_VALUE, _ -> true);
      return cursor.next();
    }
  }

  /** The checkpoint read, as it stands there; empty if none is published yet. */
  public Optional<SignedNote> checkpoint() {
    return note;
  }

  /** Number of entries that a checkpoint covers; proofs reach so far. */
  public long publishedSize() {
    return tree.size();
  }

  /** Index of the first entry that is there: 0 unless the log's beginning was pruned. */
  public long firstIndex() throws IOException {
    return Pruned.start(source, tree.size()).size();
  }

  /** Index after the last entry that {@link #forEach} can reach. */
  public long size() {
    return end;
  }

  /**
   * Hands over the records from index {@code from} on, in order, until there is none or {@code
   * visit} says false. An index inside a chain starts at the record after it.
   *
   * @throws IOException if an entry cannot be read, or is not framed as a record, naming its index
   */
  public void forEach(long from, Predicate<LogRecord> visit) throws IOException {
    if (from < 0) throw new IllegalArgumentException("expected an index, got " + from);
    var records = new RecordJoiner(visit);
    long next = from;
    for (; next < tree.size() && records.wantsMore(); ) {
      long bundle = next / TilePath.WIDTH;
      var entries = Bundle.read(source, bundle, tree.size());
      for (int i = Math.toIntExact(next % TilePath.WIDTH);
          i < entries.size() && records.wantsMore();
          i++) {
        records.entry(bundle * TilePath.WIDTH + i, entries.get(i));
      }
      next = bundle * TilePath.WIDTH + entries.size();
    }
    if (wal == null || !records.wantsMore() || next >= end) return;
    try (var cursor = new WalCursor(disk, wal, next)) {
      long start = next;
      cursor.read(
          end,
          frame -> {
            int at = frame.entryOffset(0);
            for (int i = 0; i < frame.count() && records.wantsMore(); i++) {
              int length = frame.entryLength(i);
              if (frame.index() + i >= start) {
                records.entry(
                    frame.index() + i, Arrays.copyOfRange(frame.bytes(), at, at + length));
              }
              at += length;
            }
            return records.wantsMore();
          });
      if (records.wantsMore() && cursor.next() < end) {
        throw new IOException(
            wal + ": entry " + cursor.next() + " is no longer there; open the log again");
      }
    }
  }

  /** The bytes of the entry at {@code index}, with its framing; the index must be published. */
  public byte[] entry(long index) throws IOException {
    if (index < 0 || index >= tree.size()) {
      throw new IllegalArgumentException(
          "expected an index below " + tree.size() + ", got " + index);
    }
    return Bundle.read(source, index / TilePath.WIDTH, tree.size())
        .get(Math.toIntExact(index % TilePath.WIDTH));
  }

  /**
   * The sibling hashes that prove that the entry at {@code index} is in the tree of {@code size}
   * entries.
   *
   * @throws IllegalArgumentException unless {@code 0 <= index < size <=} the published size
   */
  public List<Hash> inclusionProof(long index, long size) throws IOException {
    return tree.inclusion(index, size);
  }

  /**
   * The hashes that prove that the tree of {@code from} entries is a prefix of that of {@code to}.
   *
   * @throws IllegalArgumentException unless {@code 0 <= from <= to <=} the published size
   */
  public List<Hash> consistencyProof(long from, long to) throws IOException {
    return tree.consistency(from, to);
  }

  /** The root of the tree of the first {@code size} entries. */
  public Hash root(long size) throws IOException {
    return tree.root(size);
  }

  /** The leaf hash of the entry at {@code index}; the index must be published. */
  public Hash leafHash(long index) throws IOException {
    return tree.leaf(index);
  }

  /**
   * A receipt for the entry at {@code index}, against the checkpoint read.
   *
   * @throws IllegalArgumentException if that does not cover it
   */
  public Receipt receipt(long index) throws IOException {
    var path = tree.inclusion(index, tree.size());
    return new Receipt(index, path, note.orElseThrow());
  }
}
