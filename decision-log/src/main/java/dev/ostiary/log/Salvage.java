package dev.ostiary.log;

import dev.ostiary.log.disk.LocalDisk;
import dev.ostiary.log.tile.Bundle;
import dev.ostiary.log.tile.Merkle;
import dev.ostiary.log.tile.TilePath;
import dev.ostiary.log.tile.TileSource;
import dev.ostiary.log.tile.TileTree;
import dev.ostiary.log.wal.WalCursor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Predicate;

/**
 * Reads what can still be read of a log that refuses to start, for a person who then decides. It
 * changes nothing in the log: what it hands over is appended elsewhere, usually to a new epoch, and
 * is vouched for by nobody.
 */
public final class Salvage {
  private Salvage() {}

  /**
   * What was read.
   *
   * @param published entries read from bundles whose leaf hashes they match
   * @param recovered entries after those, read from the write-ahead log
   * @param stopped what could not be read after them, in one line
   * @param whole whether that is just the log's end
   */
  public record Found(long published, long recovered, String stopped, boolean whole) {}

  /**
   * Hands over the records from the first on, up to the first that is damaged.
   *
   * @param directory the log's own directory; nothing is locked or written
   * @throws IOException if the directory cannot be read
   */
  public static Found records(Path directory, Predicate<LogRecord> visit) throws IOException {
    var source = TileSource.directory(directory);
    long size = size(source);
    var joiner = new RecordJoiner(visit);
    long next = 0;
    String stopped = "nothing";
    boolean whole = false;
    try {
      next = published(source, size, joiner);
    } catch (StoppedException e) {
      next = e.index;
      stopped = String.valueOf(e.getMessage());
    }
    long published = next;
    try (var cursor = new WalCursor(new LocalDisk(), directory.resolve("wal"), next)) {
      long from = next;
      cursor.read(
          Long.MAX_VALUE,
          frame -> {
            int at = frame.entryOffset(0);
            for (int i = 0; i < frame.count(); i++) {
              int length = frame.entryLength(i);
              if (frame.index() + i >= from) {
                joiner.entry(frame.index() + i, Arrays.copyOfRange(frame.bytes(), at, at + length));
              }
              at += length;
            }
            return joiner.wantsMore();
          });
      next = cursor.next();
      if (next >= size) {
        var damage = cursor.damage();
        whole = damage.isEmpty();
        stopped = damage.orElse("the end of the log");
      }
    } catch (IOException e) {
      stopped = String.valueOf(e.getMessage());
    }
    return new Found(published, next - published, stopped, whole);
  }

  /** Entries under the last checkpoint, or under the newest kept one if that cannot be read. */
  private static long size(TileSource source) throws IOException {
    try {
      return LogReader.open(source).publishedSize();
    } catch (IOException e) {
      long newest = 0;
      for (String kept : source.keptCheckpoints()) {
        String name = kept.substring(kept.lastIndexOf('/') + 1);
        if (name.matches("[1-9][0-9]{0,17}")) newest = Math.max(newest, Long.parseLong(name));
      }
      return newest;
    }
  }

  private static final class StoppedException extends IOException {
    private final long index;

    StoppedException(long index, String message) {
      super(message);
      this.index = index;
    }
  }

  private static long published(TileSource source, long size, RecordJoiner joiner)
      throws IOException {
    var tree = new TileTree(source, size);
    var merkle = new Merkle();
    for (long index = 0; index < size; ) {
      try {
        for (byte[] entry : Bundle.read(source, index / TilePath.WIDTH, size)) {
          if (!merkle.leaf(entry, 0, entry.length).equals(tree.leaf(index))) {
            throw new StoppedException(index, "entry " + index + ": does not match its leaf hash");
          }
          joiner.entry(index, entry);
          index++;
        }
      } catch (StoppedException e) {
        throw e;
      } catch (IOException e) {
        throw new StoppedException(index, String.valueOf(e.getMessage()));
      }
    }
    return size;
  }
}
