package dev.ostiary.log;

import dev.ostiary.log.disk.Disk;
import dev.ostiary.log.wal.Segment;
import dev.ostiary.log.wal.SyncedMark;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The thread that makes written frames durable: group commit, so that the next fsync covers all
 * that came during the last one. It completes appends of class strict.
 */
final class Syncer {
  private final Disk disk;
  private final LogOptions options;
  private final Condition condition;
  private final Writer writer;
  private final SyncedMark mark;
  private final Thread thread = new Thread(this::run, "ostiary-log-sync");
  private volatile boolean idle;
  private volatile boolean stopping;
  private volatile long syncedSize;
  private volatile int awaited; // changed under the monitor
  private @Nullable Shipper shipper; // set before the thread starts
  private long syncs; // this thread's own, read racily
  private long syncedBytes;

  Syncer(
      Disk disk,
      LogOptions options,
      Condition condition,
      Writer writer,
      SyncedMark mark,
      long size) {
    this.disk = disk;
    this.options = options;
    this.condition = condition;
    this.writer = writer;
    this.mark = mark;
    this.syncedSize = size;
    thread.setDaemon(true);
  }

  /** Who completes appends of class shipped. */
  void ships(Shipper to) {
    shipper = to;
  }

  void start() {
    thread.start();
  }

  /** There is something to do: at once, or within the time between two fsyncs. */
  void wake(boolean now) {
    if (now || idle) LockSupport.unpark(thread);
  }

  private void run() {
    long last = System.nanoTime() - options.syncEvery().toNanos();
    while (true) {
      boolean lastRound = stopping;
      writer.flush();
      var strict = writer.takeStrict();
      boolean dirty = writer.writtenSize() > syncedSize && !condition.syncFailed();
      long wait = last + options.syncEvery().toNanos() - System.nanoTime();
      if (strict != null || (dirty && (wait <= 0 || lastRound))) {
        last = System.nanoTime();
        sync(strict);
      } else if (lastRound) {
        return;
      } else if (dirty || writer.queued()) {
        LockSupport.parkNanos(this, Math.max(wait, 1));
      } else {
        rest();
      }
      gap();
    }
  }

  private void rest() {
    idle = true;
    // Looked at again after the flag is up: whoever came before sees no flag, whoever comes after
    // wakes.
    if ((writer.writtenSize() == syncedSize || condition.syncFailed())
        && !writer.queued()
        && !stopping) {
      LockSupport.parkNanos(this, Duration.ofSeconds(1).toNanos());
    }
    idle = false;
  }

  private void sync(@Nullable Pending strict) {
    // All that is in the list was written before it got there, so the size read now covers it. The
    // order of
    // the next three reads matters: what is below the size is in the active segment read after it,
    // or was
    // sealed before that and is in the queue.
    long size = writer.writtenSize();
    long bytes = writer.writtenBytes();
    Segment active = writer.active();
    var sealed = new ArrayList<Segment>();
    for (Segment s = writer.sealed().poll(); s != null; s = writer.sealed().poll()) sealed.add(s);
    try {
      if (condition.syncFailed()) throw new IOException("an fsync failed before");
      for (Segment segment : sealed) segment.sync(disk);
      if (active != null && !sealed.contains(active)) active.sync(disk);
      mark(size);
      syncedBytes = Math.max(syncedBytes, bytes);
      syncedSize = size;
      writer.synced(syncedBytes);
      syncs++;
      for (Segment segment : sealed) segment.close();
      complete(strict, null);
    } catch (IOException e) {
      String detail = options.directory() + ": fsync failed, open the log again: " + e.getMessage();
      condition.set(Refusal.SYNC_FAILED, detail);
      complete(strict, new Outcome.Refused(Refusal.SYNC_FAILED, Duration.ZERO, detail));
    }
    tell();
  }

  private void mark(long size) {
    try {
      mark.write(size);
    } catch (IOException e) {
      // It may lag: the entries are durable all the same.
    }
  }

  private void complete(@Nullable Pending first, Outcome.@Nullable Refused refusal) {
    for (var pending = first; pending != null; ) {
      Pending following = pending.next;
      if (refusal != null) {
        writer.refused.increment();
        pending.complete(refusal);
      } else if (pending.durability == Durability.SHIPPED && shipper != null) {
        shipper.await(pending);
      } else {
        pending.complete(Objects.requireNonNull(pending.appended));
      }
      pending = following;
    }
  }

  private volatile boolean gapOnItsWay;

  /** Appends what stands for lost records, once something can be written again. */
  private void gap() {
    long lost = writer.lost.get();
    if (lost == 0 || gapOnItsWay || condition.unwritable() != null) return;
    gapOnItsWay = true;
    writer.enqueueOwn(
        options
            .gaps()
            .apply(
                new Gap(
                    lost, "accepted, and not written when a write failed or the process ended")),
        outcome -> {
          if (outcome instanceof Outcome.Appended) writer.gapWritten(lost);
          gapOnItsWay = false;
        });
    writer.flush();
  }

  long syncedSize() {
    return syncedSize;
  }

  long syncedBytes() {
    return syncedBytes;
  }

  long syncs() {
    return syncs;
  }

  /** Waits until {@code size} entries are synced; false if they never will be. */
  synchronized boolean await(long size) throws InterruptedException {
    awaited++; // before the size is looked at, which the syncing thread changes before it looks
    // here
    try {
      while (syncedSize < size) {
        if (condition.syncFailed() || stopping) return false;
        wake(true);
        wait();
      }
      return true;
    } finally {
      awaited--;
    }
  }

  /** Tells those who wait that there is news. */
  private void tell() {
    if (awaited == 0) return;
    synchronized (this) {
      notifyAll();
    }
  }

  void stop() throws InterruptedException {
    stopping = true;
    LockSupport.unpark(thread);
    thread.join();
    tell();
    try {
      mark.close();
    } catch (IOException e) {
      // its last write is not needed
    }
  }
}
