package dev.ostiary.log;

import dev.ostiary.log.disk.Counter;
import dev.ostiary.log.disk.Disk;
import dev.ostiary.log.wal.FrameWriter;
import dev.ostiary.log.wal.Segment;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/*
 * Whoever has the writer's role, which HandOver gives, frames a batch into one buffer in the order of the
 * pushes, which decides the indices, writes that with one call, and completes each append.
 *
 * Fields marked "role" are touched only by the holder; the role's compare-and-set and release order them.
 */
final class Writer {
  private static final int BATCH_BYTES = 256 << 10;

  private final Disk disk;
  private final Path wal;
  private final LogOptions options;
  private final Condition condition;
  private final Supply supply;

  private final HandOver queue = new HandOver(this::write);
  private final AtomicLong queuedBytes = new AtomicLong();

  private final FrameWriter frames = new FrameWriter(BATCH_BYTES + (64 << 10)); // role
  private @Nullable Segment current; // role
  private long next; // role
  private long bytes; // role; of all frames
  private boolean stopped; // role

  private final AtomicReference<@Nullable Pending> strict = new AtomicReference<>();
  private final ConcurrentLinkedQueue<Segment> sealed = new ConcurrentLinkedQueue<>();
  private volatile @Nullable Segment active;
  private volatile long writtenSize;
  private volatile long writtenBytes;
  private volatile long syncedBytes;
  private volatile long publishedBytes;
  private volatile @Nullable Syncer syncer;
  private volatile boolean closing;

  private long records; // role, read racily for counters
  private long recordBytes;
  private long writes;
  final LongAdder refused = new LongAdder();
  private final Counter observed; // accepted in class observe, less those that a gap stands for
  private long observedWritten; // role
  final AtomicLong lost = new AtomicLong();

  Writer(
      Disk disk,
      Path wal,
      LogOptions options,
      Condition condition,
      Supply supply,
      Counter observed,
      Recovery.Found found) {
    this.disk = disk;
    this.wal = wal;
    this.options = options;
    this.condition = condition;
    this.supply = supply;
    this.observed = observed;
    this.next = found.size();
    this.writtenSize = found.size();
    this.bytes = found.unpublishedBytes();
    this.writtenBytes = bytes;
    this.syncedBytes = bytes;
    this.observedWritten = found.observed();
    // What was accepted before the last stop and is not there. A counter behind the log lost power.
    long missing = observed.get() - found.observed();
    if (missing < 0) observed.add(-missing);
    else lost.set(missing);
  }

  /** Whom to wake when there is something to sync. */
  void wakes(Syncer thread) {
    syncer = thread;
  }

  void enqueue(byte[] record, Durability durability, Completion completion) {
    var pending = new Pending(record, durability, completion);
    var refusal = refusal(pending);
    if (refusal != null) {
      refused.increment();
      pending.complete(refusal);
      return;
    }
    push(pending);
    if (durability == Durability.OBSERVE) {
      observed.add(1);
      pending.complete(new Outcome.Accepted());
      wakeSyncer(false);
    }
    if (closing) flush(); // no thread of the log may be left to do it
  }

  /** Queues a record of the log's own, past all bounds but a closed log. */
  void enqueueOwn(byte[] record, Completion completion) {
    push(new Pending(record, Durability.BOUNDED, completion));
  }

  private void push(Pending pending) {
    queuedBytes.addAndGet(pending.cost());
    queue.push(pending);
  }

  private Outcome.@Nullable Refused refusal(Pending pending) {
    var unwritable = condition.unwritable();
    if (unwritable != null) return refused(unwritable.reason(), unwritable.detail());
    int length = pending.record.length;
    if (length == 0 || length > LogOptions.MAX_RECORD_BYTES) {
      return refused(
          Refusal.TOO_LARGE,
          "expected a record of 1 to " + LogOptions.MAX_RECORD_BYTES + " bytes, got " + length);
    }
    if (pending.durability == Durability.SHIPPED && options.shipping().isEmpty())
      return refused(Refusal.UNSHIPPED, "no store is configured");
    long waiting = queuedBytes.get() + writtenBytes - syncedBytes;
    if (waiting + pending.cost() > options.unsyncedBytes()) {
      return refused(Refusal.BACKLOG, waiting + " bytes wait for the disk");
    }
    long unpublished = writtenBytes - publishedBytes;
    if (unpublished + pending.cost() > options.unpublishedBytes()) {
      return refused(Refusal.UNPUBLISHED, unpublished + " bytes wait to become tiles");
    }
    return null;
  }

  private Outcome.Refused refused(Refusal reason, String detail) {
    var retry =
        switch (reason) {
          case BACKLOG -> options.syncEvery();
          case UNPUBLISHED -> options.checkpointEvery();
          case WRITE_FAILED -> Duration.ofMillis(100);
          case UNSHIPPED -> Duration.ZERO;
          case DISK_FULL -> Duration.ofSeconds(1);
          case SYNC_FAILED, TOO_LARGE, CLOSED -> Duration.ZERO;
        };
    return new Outcome.Refused(reason, retry, detail);
  }

  /** Writes what is queued unless another thread is at it. */
  void flush() {
    if (!queue.flush()) wakeSyncer(true);
  }

  private void write(@Nullable Pending first) {
    Pending batch = first;
    long batchIndex = next;
    for (var pending = first; pending != null; pending = pending.next) {
      int frame = FrameWriter.frameBytes(pending.record.length);
      if (frames.length() > 0 && (frames.length() + frame > BATCH_BYTES || !fits(frame))) {
        writeOut(batch, pending, batchIndex);
        batch = pending;
        batchIndex = next;
      }
      var obstacle = obstacle(frame);
      if (obstacle != null) {
        if (batch != pending) writeOut(batch, pending, batchIndex);
        batch = pending.next;
        queuedBytes.addAndGet(-pending.cost());
        refuse(pending, obstacle);
        continue;
      }
      int count = frames.add(pending.record, next, pending.durability == Durability.OBSERVE);
      pending.appended = new Outcome.Appended(next, frames.leafHash(), count);
      next += count;
    }
    if (frames.length() > 0) writeOut(batch, null, batchIndex);
  }

  private boolean fits(int frame) {
    return current != null && current.room() >= frames.length() + (long) frame;
  }

  private Outcome.@Nullable Refused obstacle(int frame) {
    if (stopped) return refused(Refusal.CLOSED, "the log is closed");
    if (condition.syncFailed()) return refused(Refusal.SYNC_FAILED, "an fsync failed");
    if (fits(frame)) return null;
    seal();
    Segment spare = null;
    try {
      spare = supply.take(frame);
      if (spare == null) return refused(supply.why(), supply.detail());
      current = spare.begin(disk, wal, next, options.origin(), observedWritten);
      active = current;
      return null;
    } catch (IOException e) {
      if (spare != null) closeQuietly(spare);
      return failed(e);
    }
  }

  /** Writes the frames of the list from {@code first} up to {@code end} and completes those. */
  private void writeOut(@Nullable Pending first, @Nullable Pending end, long firstIndex) {
    var segment = Objects.requireNonNull(current);
    int length = frames.length();
    Outcome.Refused refusal = null;
    try {
      segment.append(frames.bytes(), length);
      writes++;
      bytes += length;
      writtenBytes = bytes;
      writtenSize = next;
      if (condition.syncFailed())
        refusal = refused(Refusal.SYNC_FAILED, "an fsync failed meanwhile");
    } catch (IOException e) {
      next = firstIndex;
      seal(); // what follows the last good frame in this file is unknown
      refusal = failed(e);
    }
    frames.clear();
    long cost = 0;
    boolean strictWritten = false;
    for (var pending = first; pending != null && pending != end; ) {
      Pending following = pending.next; // completing may put it into another list
      cost += pending.cost();
      if (refusal != null) {
        refuse(pending, refusal);
      } else {
        written(pending);
        strictWritten |= pending.durability.compareTo(Durability.STRICT) >= 0;
      }
      pending = following;
    }
    queuedBytes.addAndGet(-cost);
    wakeSyncer(strictWritten);
  }

  private void written(Pending pending) {
    records++;
    recordBytes += pending.record.length;
    switch (pending.durability) {
      case OBSERVE -> observedWritten++;
      case BOUNDED -> pending.complete(Objects.requireNonNull(pending.appended));
      case STRICT, SHIPPED -> pending.pushOnto(strict);
    }
  }

  private void refuse(Pending pending, Outcome.Refused refusal) {
    refused.increment();
    if (pending.durability == Durability.OBSERVE) {
      lost.incrementAndGet(); // it was told "accepted": a gap must say so
    } else {
      pending.complete(refusal);
    }
  }

  private Outcome.Refused failed(IOException e) {
    boolean full = Supply.isFull(e);
    var reason = full ? Refusal.DISK_FULL : Refusal.WRITE_FAILED;
    condition.set(reason, wal + ": " + e.getMessage());
    supply.restock();
    return refused(reason, wal + ": " + e.getMessage());
  }

  /** A gap stands for so many lost records now. */
  void gapWritten(long count) {
    observed.add(-count);
    lost.addAndGet(-count);
  }

  private void seal() {
    if (current != null) sealed.add(current);
    active =
        null; // after it is in the queue, so that the syncing thread sees it in one place at least
    current = null;
  }

  private void wakeSyncer(boolean now) {
    var thread = syncer;
    if (thread != null) thread.wake(now);
  }

  static void closeQuietly(Segment segment) {
    try {
      segment.close();
    } catch (IOException e) {
      // nothing was acknowledged from it that is not synced
    }
  }

  /** Refuses all that comes from now on; waits for the role, then writes what came before. */
  void stop() {
    closing = true;
    flush();
    queue.finish(() -> {
      stopped = true;
      seal();
    });
    flush();
  }

  // What the syncing thread needs; see Syncer for the order in which it reads.

  @Nullable Pending takeStrict() {
    return Pending.reversed(strict.getAndSet(null));
  }

  @Nullable Segment active() {
    return active;
  }

  ConcurrentLinkedQueue<Segment> sealed() {
    return sealed;
  }

  long writtenSize() {
    return writtenSize;
  }

  long writtenBytes() {
    return writtenBytes;
  }

  void synced(long bytes) {
    syncedBytes = bytes;
  }

  void published(long bytes) {
    publishedBytes = bytes;
  }

  long publishedBytes() {
    return publishedBytes;
  }

  boolean queued() {
    return !queue.isEmpty();
  }

  long queuedBytes() {
    return queuedBytes.get();
  }

  long unsyncedBytes() {
    return writtenBytes - syncedBytes;
  }

  long records() {
    return records;
  }

  long recordBytes() {
    return recordBytes;
  }

  long writes() {
    return writes;
  }
}
