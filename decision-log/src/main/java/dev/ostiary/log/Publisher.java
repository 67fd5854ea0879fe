package dev.ostiary.log;

import dev.ostiary.log.disk.Disk;
import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.log.note.SignedNote;
import dev.ostiary.log.tile.TileTree;
import dev.ostiary.log.wal.WalCursor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread that turns synced frames into tiles and signs checkpoints. A checkpoint covers only
 * what is fsynced, so that no lost power makes the log shorter than it signed.
 */
final class Publisher {
  /** Where appends outrun the tiles, a checkpoint over some of them is due before one over all. */
  private static final Duration DERIVE_FOR = Duration.ofMillis(200);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
  private static final Duration ANCHOR_REST = Duration.ofSeconds(5);

  private final Disk disk;
  private final Path wal;
  private final LogOptions options;
  private final Writer writer;
  private final Syncer syncer;
  private final TreeFiles files;
  private final TileWriter tiles;
  private final WalCursor cursor;
  private final Thread thread = new Thread(this::run, "ostiary-log-publish");

  /**
   * What is published.
   *
   * @param signed the checkpoint as it is there
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  record Published(Checkpoint checkpoint, byte[] signed) {}

  private volatile Checkpoint checkpoint;
  private volatile Published last;
  private volatile boolean stopping;
  private volatile boolean requested;
  private boolean unsynced; // entries are written, and the last round found none of them synced
  private boolean behind; // more is synced than the last round made tiles of
  private final Cosigning cosigning;
  private final Settler settler;
  private byte[] signed; // the last checkpoint, as it is published
  private long readBytes;
  private boolean unanchored;
  private long anchorRestsUntil = System.nanoTime();
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
    this.signed = found.signed();
    this.last = new Published(checkpoint, signed);
    this.settler = new Settler(disk, wal, files, () -> checkpoint().size(), found.settled());
    this.cosigning =
        new Cosigning(options.witnesses(), options.witnessPatience(), checkpoint.size());
    this.cursor = new WalCursor(disk, wal, checkpoint.size());
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
    settler.start();
  }

  private void run() {
    while (!stopping) {
      Duration every = unsynced ? LOOK_AGAIN : options.checkpointEvery();
      long next = System.nanoTime() + every.toNanos();
      for (long wait = next - System.nanoTime();
          wait > 0 && !stopping && !requested && !behind;
          wait = next - System.nanoTime()) {
        LockSupport.parkNanos(this, wait);
      }
      if (!stopping) round();
    }
  }

  private synchronized void round() {
    boolean whole = requested || stopping;
    requested = false;
    behind = false;
    long size = syncer.syncedSize();
    unsynced = size == checkpoint.size() && writer.writtenSize() > size;
    try {
      publish(size, whole ? Long.MAX_VALUE : DERIVE_FOR.toNanos());
    } catch (IOException e) {
      failures++;
      if (Supply.isFull(e)) giveBallast();
    }
    notifyAll();
  }

  private void publish(long size, long deriveNanos) throws IOException {
    if (size > checkpoint.size()) {
      derive(size, deriveNanos);
      for (var partial : tiles.partials()) files.write(partial);
      var next = new Checkpoint(options.origin(), tiles.size(), tiles.root());
      signed = encoded(cosigning.cosigned(sign(next), next, new TileTree(files, next.size())));
      files.checkpoint(signed);
      checkpoint = next;
      last = new Published(next, signed);
      published++;
      writer.published(readBytes);
      unanchored = !options.anchors().isEmpty();
      behind = next.size() < size;
    }
    boolean due = System.nanoTime() - lastKeptNanos >= options.keepEvery().toNanos();
    if ((due || stopping) && checkpoint.size() > keptSize) keep();
    settler.wake();
    anchor();
  }

  /** Tells the anchors, last: one that cannot be reached delays and fills nothing. */
  private void anchor() throws IOException {
    if (!unanchored) return;
    if (anchorRestsUntil - System.nanoTime() > 0 && !stopping) return;
    try {
      for (var anchor : options.anchors()) anchor.keep(signed);
      unanchored = false;
    } catch (IOException e) {
      anchorRestsUntil = System.nanoTime() + ANCHOR_REST.toNanos();
      throw e;
    }
  }

  private void derive(long size, long nanos) throws IOException {
    long begin = System.nanoTime();
    tiles.writeFull(files::write); // what a failed round left
    while (cursor.next() < size && System.nanoTime() - begin < nanos) {
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

  private static byte[] encoded(SignedNote note) {
    return note.encoded().getBytes(StandardCharsets.UTF_8);
  }

  private SignedNote sign(Checkpoint next) throws IOException {
    try {
      return options.sign(next);
    } catch (NoteException e) {
      throw new IOException(e.getMessage(), e); // the origin was accepted when the log was opened
    }
  }

  private void keep() throws IOException {
    files.keep(checkpoint.size(), signed);
    keptSize = checkpoint.size();
    lastKeptNanos = System.nanoTime();
  }

  private void giveBallast() {
    try {
      disk.delete(wal.resolve("ballast"));
    } catch (IOException e) {
      // then the disk stays full for one more round
    }
  }

  long prune(long before) throws IOException {
    return settler.prune(before);
  }

  Checkpoint checkpoint() {
    return checkpoint;
  }

  /** The last checkpoint with its signatures. */
  Published last() {
    return last;
  }

  /** Asks for a checkpoint of all that is synced now, and does not wait. */
  void request() {
    requested = true;
    LockSupport.unpark(thread);
  }

  TreeFiles files() {
    return files;
  }

  long published() {
    return published;
  }

  long failures() {
    return failures;
  }

  long unsettled() {
    return settler.failures();
  }

  long unwitnessed() {
    return cosigning.failures();
  }

  /** Waits until a checkpoint covers {@code size}, or a round fails. */
  synchronized boolean await(long size) throws InterruptedException {
    long failuresBefore = failures;
    while (checkpoint.size() < size) {
      if (stopping || failures > failuresBefore) return false;
      requested = true;
      LockSupport.unpark(thread);
      wait(); // until the round is over
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
      settler.stop();
      cursor.close();
    } catch (IOException e) {
      // it only read
    }
  }
}
