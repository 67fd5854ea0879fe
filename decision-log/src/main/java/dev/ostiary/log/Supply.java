package dev.ostiary.log;

import dev.ostiary.log.disk.Disk;
import dev.ostiary.log.wal.Segment;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A thread that keeps pre-allocated segments ready, so that the writer never waits for one, and
 * watches the room on the disk. Making one after a failed write is also the proof that writing
 * works again.
 */
final class Supply {
  private static final Duration RETRY = Duration.ofMillis(100);
  private static final Duration WATCH = Duration.ofMillis(500);

  private final Disk disk;
  private final Path wal;
  private final LogOptions options;
  private final Condition condition;
  private final LongSupplier unpublished;
  private final int wanted;
  private final ConcurrentLinkedQueue<Segment> spares = new ConcurrentLinkedQueue<>();
  private final Thread thread = new Thread(this::run, "ostiary-log-supply");
  private volatile boolean stopping;
  private volatile boolean proof;
  private volatile @Nullable String failure;
  private volatile boolean full;
  private long made; // this thread's own
  private long sparse; // the writer's own

  Supply(Disk disk, Path wal, LogOptions options, Condition condition, LongSupplier unpublished) {
    this.unpublished = unpublished;
    this.disk = disk;
    this.wal = wal;
    this.options = options;
    this.condition = condition;
    this.wanted =
        1 + Math.toIntExact(Math.min(3, options.unsyncedBytes() / options.segmentBytes()));
    thread.setDaemon(true);
  }

  /** Makes the first spare on the calling thread, then starts. */
  void start() throws IOException {
    for (String name : disk.list(wal)) {
      if (name.startsWith("spare-")) disk.delete(wal.resolve(name));
    }
    watch();
    if (!condition.has(Refusal.DISK_FULL)) make();
    thread.start();
  }

  /**
   * A spare with room for a frame, or none if the disk gives none. Where appends are faster than
   * this thread, it is a file without blocks yet, which costs its writer two system calls and the
   * next fsync the rest.
   */
  @Nullable Segment take(int frameBytes) throws IOException {
    Segment spare = spares.poll();
    LockSupport.unpark(thread);
    if (spare == null && failure != null) return null;
    if (spare == null)
      spare = Segment.sparse(disk, wal.resolve("spare-s" + sparse++), options.segmentBytes());
    try {
      return spare.enlarged(frameBytes);
    } catch (IOException e) {
      Writer.closeQuietly(spare);
      throw e;
    }
  }

  /** Why there is no spare. */
  Refusal why() {
    return full ? Refusal.DISK_FULL : Refusal.WRITE_FAILED;
  }

  /** The same in words. */
  String detail() {
    return String.valueOf(failure);
  }

  /** Makes a new spare as a proof that writing works, then takes back that it does not. */
  void restock() {
    proof = true;
    LockSupport.unpark(thread);
  }

  private void run() {
    while (!stopping) {
      boolean done = round();
      if (!stopping) LockSupport.parkNanos(this, (done ? WATCH : RETRY).toNanos());
    }
  }

  private boolean round() {
    try {
      watch();
      boolean low = full;
      if (low) return false;
      if (proof) {
        make();
        proof = false;
        condition.clear(Refusal.WRITE_FAILED);
        condition.clear(Refusal.DISK_FULL);
      }
      while (!stopping && spares.size() < wanted) make();
      failure = null;
      return true;
    } catch (IOException e) {
      full = isFull(e);
      failure = wal + ": " + e.getMessage();
      return false;
    }
  }

  private void make() throws IOException {
    spares.add(Segment.spare(disk, wal.resolve("spare-" + made++), options.segmentBytes()));
  }

  private void watch() throws IOException {
    // What is written and not published yet is written once more, as tiles.
    long usable = disk.usableBytes(wal) - unpublished.getAsLong();
    full = usable < options.reserveBytes();
    if (full) {
      failure =
          "%s: %d bytes left, less than the reserve of %d"
              .formatted(wal, usable, options.reserveBytes());
      condition.set(
          Refusal.DISK_FULL,
          wal + ": less room on the disk than the reserve of " + options.reserveBytes() + " bytes");
      proof = true;
      return;
    }
    ballast();
  }

  /** Puts back the ballast that a full disk took. */
  private void ballast() throws IOException {
    Path file = wal.resolve("ballast");
    if (options.ballastBytes() > 0 && disk.size(file) != options.ballastBytes()) {
      disk.write(file, new byte[options.ballastBytes()]);
    }
  }

  void stop() throws InterruptedException {
    stopping = true;
    LockSupport.unpark(thread);
    thread.join();
    for (Segment spare = spares.poll(); spare != null; spare = spares.poll()) {
      Writer.closeQuietly(spare);
    }
    try {
      for (String name : disk.list(wal)) {
        if (name.startsWith("spare-")) disk.delete(wal.resolve(name));
      }
    } catch (IOException e) {
      // the next start deletes them
    }
  }

  static boolean isFull(IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("No space left") || message.contains("quota");
  }
}
