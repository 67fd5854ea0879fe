package dev.ostiary.log;

import dev.ostiary.log.CannotOpenException.Reason;
import dev.ostiary.log.disk.Disk;
import dev.ostiary.log.disk.LocalDisk;
import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.log.note.VerifierKey;
import dev.ostiary.log.wal.SyncedMark;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The writer of one tree: an append-only, verifiable log in a directory, held by one process.
 *
 * <p>Appends come from any number of threads and never block on a disk: one thread at a time has
 * the writer's role, and the one that finds it free writes all that is queued, in index order, in
 * one write call. Three threads belong to the log: one syncs, one makes tiles and checkpoints, one
 * keeps segments ready.
 */
public final class DecisionLog implements AutoCloseable {
  /** The log's beginning is pruned by whole units of so many entries. */
  public static final long PRUNED_UNIT = Pruned.UNIT;

  private final Condition condition = new Condition();
  private final List<String> notices;
  private final Closeable lock;
  private final Supply supply;
  private final Writer writer;
  private final Syncer syncer;
  private final Publisher publisher;
  private final Optional<Shipper> shipper;
  private boolean closed;

  /**
   * Opens the tree in {@link LogOptions#directory()}, making it if there is none, and recovers what
   * a killed process or a lost power left. Blocks until the log takes records.
   *
   * @throws CannotOpenException if another process has it, or it is damaged, with what to do about
   *     it
   */
  public static DecisionLog open(LogOptions options) throws CannotOpenException {
    return open(options, new LocalDisk());
  }

  static DecisionLog open(LogOptions options, Disk disk) throws CannotOpenException {
    Path directory = options.directory().toAbsolutePath();
    Path wal = directory.resolve("wal");
    VerifierKey key;
    try {
      key = options.key().verifier(options.origin());
    } catch (NoteException e) {
      throw new CannotOpenException(Reason.OTHER_ORIGIN, e.getMessage());
    }
    Closeable lock;
    try {
      create(disk, wal);
      lock =
          disk.lock(wal.resolve("lock"))
              .orElseThrow(() ->
                  new CannotOpenException(
                      Reason.LOCKED,
                      directory + ": another process has this log open; stop it first"));
    } catch (IOException e) {
      throw unreadable(directory, e);
    }
    try {
      return new DecisionLog(disk, options, new Recovery(disk, options, key).recover(), lock);
    } catch (IOException e) {
      release(lock);
      throw unreadable(directory, e);
    } catch (CannotOpenException | RuntimeException e) {
      release(lock);
      throw e;
    }
  }

  /** Makes the directory, and where it is new the names on the way to it durable. */
  private static void create(Disk disk, Path wal) throws IOException {
    if (disk.size(wal.resolveSibling("checkpoint")) >= 0) return;
    disk.createDirectories(wal);
    Path parent = wal;
    for (int i = 0; i < 4 && parent != null; i++, parent = parent.getParent())
      disk.syncDirectory(parent);
  }

  private static CannotOpenException unreadable(Path directory, IOException e) {
    var reason = Supply.isFull(e) ? Reason.DISK_FULL : Reason.UNREADABLE;
    String what = e.getClass().getSimpleName().replaceAll("Exception$", "");
    return new CannotOpenException(reason, directory + ": " + e.getMessage() + " (" + what + ")");
  }

  private static void release(Closeable lock) {
    try {
      lock.close();
    } catch (IOException e) {
      // it ends with the process
    }
  }

  private DecisionLog(Disk disk, LogOptions options, Recovery.Found found, Closeable lock)
      throws IOException {
    Path wal = options.directory().resolve("wal");
    this.lock = lock;
    this.notices = found.notices();
    var mark = new SyncedMark(disk, wal.resolve("synced"), found.size());
    var observed = disk.counter(wal.resolve("observed"));
    disk.syncDirectory(wal);
    supply = new Supply(disk, wal, options, condition, this::unpublishedBytes);
    writer = new Writer(disk, wal, options, condition, supply, observed, found);
    syncer = new Syncer(disk, options, condition, writer, mark, found.size());
    publisher = new Publisher(disk, options, writer, syncer, found);
    writer.wakes(syncer);
    shipper = options.shipping().map(to -> new Shipper(options, to, writer, publisher));
    shipper.ifPresent(syncer::ships);
    supply.start();
    syncer.start();
    publisher.start();
    shipper.ifPresent(Shipper::start);
  }

  /**
   * Appends one record: {@link #enqueue} and {@link #flush}.
   *
   * @param record the caller's bytes, not copied; must not change before the completion
   */
  public void append(byte[] record, Durability durability, Completion completion) {
    enqueue(record, durability, completion);
    flush();
  }

  /**
   * Queues one record. Its index is decided by the order of these calls. Returns at once; a refusal
   * that is known at once completes before this returns. A record is written by the next {@link
   * #flush} of any thread.
   *
   * @param record the caller's bytes, not copied; must not change before the completion
   */
  public void enqueue(byte[] record, Durability durability, Completion completion) {
    writer.enqueue(record, durability, completion);
  }

  /**
   * Writes all that is queued, if no other thread is doing so; else that thread does. Never waits
   * for another thread or an fsync.
   */
  public void flush() {
    writer.flush();
  }

  /** Number of entries written to the kernel; the next index. */
  public long size() {
    return writer.writtenSize();
  }

  /** Number of entries that are fsynced. */
  public long syncedSize() {
    return syncer.syncedSize();
  }

  /** The last published checkpoint; of size 0 in a new log. */
  public Checkpoint checkpoint() {
    return publisher.checkpoint();
  }

  /** How far the log is in its store; empty where it is shipped to none. */
  public Optional<Shipping> shipping() {
    return shipper.map(Shipper::shipping);
  }

  /**
   * How long the oldest record that the store has not has been written, in nanoseconds; 0 where it
   * has all, or there is no store. Cheap.
   */
  public long unshippedNanos() {
    return shipper.isEmpty() ? 0 : shipper.get().behindNanos();
  }

  /** Whether records are taken now, and if not, why. */
  public Health health() {
    return condition.health();
  }

  private long unpublishedBytes() {
    return writer.writtenBytes() - writer.publishedBytes();
  }

  /** A snapshot of the counters. */
  public LogCounters counters() {
    return new LogCounters(
        writer.records(),
        writer.recordBytes(),
        writer.writes(),
        syncer.syncs(),
        publisher.published(),
        writer.refused.sum(),
        writer.lost.get(),
        writer.queuedBytes(),
        writer.unsyncedBytes(),
        writer.writtenSize() - publisher.checkpoint().size(),
        publisher.failures() + publisher.unsettled(),
        publisher.unwitnessed());
  }

  /**
   * What opening found and did that an operator should know, a line each, such as a torn tail cut.
   */
  public List<String> notices() {
    return notices;
  }

  /**
   * Publishes a checkpoint of all that is written now, and waits for it. For a caller that wants to
   * read or prove what it just appended; nothing needs it.
   *
   * @return false if publishing failed; it is tried again by itself
   */
  public boolean publish() throws InterruptedException {
    long size = size();
    if (!syncer.await(size)) return false;
    return publisher.await(size);
  }

  /**
   * Removes the log's beginning for good: the entries below {@code before}, as far as whole units
   * of 65,536 of them are in durable tiles under a published checkpoint, and in the store if there
   * is one. The tree's upper levels stay, so that what is left still verifies and old checkpoints
   * stay comparable.
   *
   * @return index of the first entry that is left
   */
  public long prune(long before) throws IOException {
    long shipped = shipper.map(s -> s.shipping().size()).orElse(Long.MAX_VALUE);
    return publisher.prune(Math.min(before, shipped));
  }

  /**
   * Refuses new records, writes and syncs what is queued, publishes the last checkpoint, ships it
   * and lets go of the directory. Blocks; a second call does nothing.
   */
  @Override
  public synchronized void close() {
    if (closed) return;
    closed = true;
    condition.set(Refusal.CLOSED, "the log is closed");
    boolean interrupted = false;
    Closing[] steps = {
      writer::stop, syncer::stop, publisher::stop, this::stopShipping, supply::stop
    };
    for (Closing step : steps) {
      while (true) {
        try {
          step.run();
          break;
        } catch (InterruptedException e) {
          interrupted = true; // half closed is no state to leave behind
        }
      }
    }
    release(lock);
    if (interrupted) Thread.currentThread().interrupt();
  }

  private void stopShipping() throws InterruptedException {
    if (shipper.isPresent()) shipper.get().stop();
  }

  private interface Closing {
    void run() throws InterruptedException;
  }
}
