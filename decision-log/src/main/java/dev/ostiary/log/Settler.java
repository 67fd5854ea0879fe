package dev.ostiary.log;

import dev.ostiary.log.disk.Disk;
import dev.ostiary.log.tile.TilePath;
import dev.ostiary.log.wal.Segment;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * The thread that makes published tiles durable and then drops the segments that they replace. It
 * comes after the publishing thread, so that no checkpoint waits for it, and syncs several files at
 * a time, since a file system commits those together.
 */
final class Settler {
  /** Left where the fsync of a tile failed: a start then writes all of them again. */
  static final String DOUBT = "tiles-in-doubt";

  private static final Duration REST = Duration.ofSeconds(1);
  private static final int FILES_AT_ONCE = 8;

  private final Disk disk;
  private final Path wal;
  private final TreeFiles files;
  private final LongSupplier published;
  private final Thread thread = new Thread(this::run, "ostiary-log-settle");
  private final ExecutorService pool =
      Executors.newFixedThreadPool(
          FILES_AT_ONCE, Thread.ofPlatform().daemon().name("ostiary-log-settle-", 0).factory());
  private long settled;
  private boolean failed;
  private long failures; // read racily for counters
  private volatile boolean stopping;

  /**
   * Not started yet.
   *
   * @param published size of the last published checkpoint
   * @param settled entries whose tiles are known to be durable, a multiple of 256
   */
  Settler(Disk disk, Path wal, TreeFiles files, LongSupplier published, long settled) {
    this.disk = disk;
    this.wal = wal;
    this.files = files;
    this.published = published;
    this.settled = settled;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** A checkpoint was published. */
  void wake() {
    LockSupport.unpark(thread);
  }

  private void run() {
    while (!stopping) {
      LockSupport.parkNanos(this, REST.toNanos());
      settle();
    }
  }

  /**
   * Drops the oldest segments whose entries are all in full, durable tiles under the checkpoint.
   */
  private synchronized void settle() {
    if (failed) return;
    try {
      List<Long> starts = Segment.starts(disk, wal);
      for (int i = 0; i + 1 < starts.size(); i++) {
        long end = starts.get(i + 1);
        long whole = (end + TilePath.WIDTH - 1) / TilePath.WIDTH * TilePath.WIDTH;
        if (whole > published.getAsLong() || !synced(whole)) return;
        disk.delete(wal.resolve(Segment.name(starts.get(i))));
      }
    } catch (IOException e) {
      failures++; // the segments stay until the next time
    }
  }

  private boolean synced(long whole) {
    try {
      files.settle(settled, whole, pool);
      settled = Math.max(settled, whole);
      return true;
    } catch (IOException e) {
      // A file whose fsync failed may look whole and not be on the disk, whatever a second fsync
      // says. So all segments stay from now on.
      failures++;
      failed = true;
      doubt();
      return false;
    }
  }

  private void doubt() {
    try {
      disk.replace(wal.resolve(DOUBT + ".new"), wal.resolve(DOUBT), new byte[0]);
    } catch (IOException e) {
      // a disk that takes nothing any more; the segments are there all the same
    }
  }

  /**
   * Removes the entries below {@code before}, as far as whole units of them are durable under the
   * checkpoint.
   */
  synchronized long prune(long before) throws IOException {
    settle(); // as far as it can be now
    long size = published.getAsLong();
    long end = Math.min(before, Math.min(settled, size)) / Pruned.UNIT * Pruned.UNIT;
    long start = Pruned.start(files, size).size();
    for (long unit = start; unit < end; unit += Pruned.UNIT) files.prune(unit);
    return Math.max(start, end);
  }

  long failures() {
    return failures;
  }

  /** Ends the thread, and settles once more; called after the last checkpoint is published. */
  void stop() throws InterruptedException {
    stopping = true;
    LockSupport.unpark(thread);
    thread.join();
    settle();
    pool.shutdown();
  }
}
