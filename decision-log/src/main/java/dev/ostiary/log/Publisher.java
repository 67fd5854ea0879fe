package dev.ostiary.log;

import dev.ostiary.log.disk.Disk;
import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.log.tile.TilePath;
import dev.ostiary.log.wal.Segment;
import dev.ostiary.log.wal.WalCursor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread that turns synced frames into tiles, signs checkpoints, and drops segments that are
 * tiles for good. A checkpoint covers only what is fsynced, so that no lost power makes the log
 * shorter than it signed.
 */
final class Publisher {
  private final Disk disk;
  private final Path wal;
  private final LogOptions options;
  private final Writer writer;
  private final Syncer syncer;
  private final TreeFiles files;
  private final TileWriter tiles;
  private final WalCursor cursor;
  private final Thread thread = new Thread(this::run, "ostiary-log-publish");
  private volatile Checkpoint checkpoint;
  private volatile boolean stopping;
  private volatile boolean requested;
  private long readBytes;
  private long settled;
  private boolean unanchored;
  private long lastKeptNanos = System.nanoTime();
  private long keptSize;
  private long published;
  private long failures;

  Publisher(Disk disk, LogOptions options, Writer writer, Syncer syncer, Recovery.Found found) {
    this.disk = disk;
    this.wal = options.directory().resolve("wal");
    this.options = options;
    this.writer = writer;
    this.syncer = syncer;
    this.files = new TreeFiles(disk, options.directory());
    this.tiles = found.tiles();
    this.checkpoint = found.checkpoint();
    this.keptSize = found.keptSize();
    this.settled = found.settled();
    this.cursor = new WalCursor(disk, wal, checkpoint.size());
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run() {
    long next = System.nanoTime();
    while (!stopping) {
      next = Math.max(next + options.checkpointEvery().toNanos(), System.nanoTime());
      for (long wait = next - System.nanoTime();
          wait > 0 && !stopping && !requested;
          wait = next - System.nanoTime()) {
        LockSupport.parkNanos(this, wait);
      }
      if (!stopping) round();
    }
  }

  private synchronized void round() {
    requested = false;
    try {
      publish(syncer.syncedSize());
    } catch (IOException e) {
      failures++;
      if (Supply.isFull(e)) giveBallast();
    }
    notifyAll();
  }

  private void publish(long size) throws IOException {
    if (size > checkpoint.size()) {
      derive(size);
      for (var partial : tiles.partials()) files.write(partial);
      var next = new Checkpoint(options.origin(), tiles.size(), tiles.root());
      byte[] signed = signed(next);
      files.checkpoint(signed);
      checkpoint = next;
      published++;
      writer.published(readBytes);
      unanchored = options.anchor().isPresent();
    }
    if (unanchored) {
      options.anchor().orElseThrow().keep(signed(checkpoint));
      unanchored = false;
    }
    boolean due = System.nanoTime() - lastKeptNanos >= options.keepEvery().toNanos();
    if ((due || stopping) && checkpoint.size() > keptSize) keep();
    trim();
  }

  private void derive(long size) throws IOException {
    tiles.writeFull(files::write); // what a failed round left
    while (cursor.next() < size) {
      long before = cursor.next();
      cursor.read(
          size,
          frame -> {
            tiles.add(frame);
            readBytes += frame.length();
            return !tiles.hasFull();
          });
      tiles.writeFull(files::write);
      if (cursor.next() == before) {
        throw new IOException(wal + ": expected a sound frame of entry " + before);
      }
    }
  }

  private byte[] signed(Checkpoint next) throws IOException {
    try {
      return options.key().sign(next).encoded().getBytes(StandardCharsets.UTF_8);
    } catch (NoteException e) {
      throw new IOException(e.getMessage(), e); // the origin was accepted when the log was opened
    }
  }

  private void keep() throws IOException {
    files.keep(checkpoint.size(), signed(checkpoint));
    keptSize = checkpoint.size();
    lastKeptNanos = System.nanoTime();
  }

  /**
   * Drops the oldest segments whose entries are all in full, durable tiles under the checkpoint.
   */
  private void trim() throws IOException {
    List<Long> starts = Segment.starts(disk, wal);
    for (int i = 0; i + 1 < starts.size(); i++) {
      long end = starts.get(i + 1);
      long whole = (end + TilePath.WIDTH - 1) / TilePath.WIDTH * TilePath.WIDTH;
      if (whole > checkpoint.size()) return;
      files.settle(settled, whole);
      settled = Math.max(settled, whole);
      disk.delete(wal.resolve(Segment.name(starts.get(i))));
    }
  }

  /**
   * Removes the entries below {@code before}, as far as whole units of them are durable under the
   * checkpoint.
   */
  synchronized long prune(long before) throws IOException {
    long end = Math.min(before, Math.min(settled, checkpoint.size())) / Pruned.UNIT * Pruned.UNIT;
    long start = Pruned.start(files, checkpoint.size()).size();
    for (long unit = start; unit < end; unit += Pruned.UNIT) files.prune(unit);
    return Math.max(start, end);
  }

  private void giveBallast() {
    try {
      disk.delete(wal.resolve("ballast"));
    } catch (IOException e) {
      // then the disk stays full for one more round
    }
  }

  Checkpoint checkpoint() {
    return checkpoint;
  }

  long published() {
    return published;
  }

  long failures() {
    return failures;
  }

  /** Waits until a checkpoint covers {@code size}, or a round fails. */
  synchronized boolean await(long size) throws InterruptedException {
    long failuresBefore = failures;
    while (checkpoint.size() < size) {
      if (stopping || failures > failuresBefore) return false;
      requested = true;
      LockSupport.unpark(thread);
      wait(20);
    }
    return true;
  }

  /** Ends the thread and publishes once more; called after all is synced. */
  void stop() throws InterruptedException {
    stopping = true;
    LockSupport.unpark(thread);
    thread.join();
    long failuresBefore = failures;
    round();
    if (failures > failuresBefore) round(); // perhaps there was a ballast to give
    try {
      cursor.close();
    } catch (IOException e) {
      // it only read
    }
  }
}
