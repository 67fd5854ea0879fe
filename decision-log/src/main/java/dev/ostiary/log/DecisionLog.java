package dev.ostiary.log;

import dev.ostiary.log.note.Checkpoint;
import java.util.List;

/**
 * The writer of one tree: an append-only, verifiable log in a directory, held by one process.
 *
 * <p>Appends come from any number of threads and never block on a disk: one thread at a time has
 * the writer's role, and the one that finds it free writes all that is queued, in index order, in
 * one write call. Two threads belong to the log: one syncs, one makes tiles and checkpoints.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class DecisionLog implements AutoCloseable {
  private DecisionLog() {}

  /**
   * Opens the tree in {@link LogOptions#directory()}, making it if there is none, and recovers what
   * a killed process or a lost power left. Blocks until the log takes records.
   *
   * @throws CannotOpenException if another process has it, or it is damaged, with what to do about
   *     it
   */
  public static DecisionLog open(LogOptions options) throws CannotOpenException {
    throw new CannotOpenException(
        CannotOpenException.Reason.UNREADABLE, options.directory() + ": not implemented yet");
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
   * #flush} of any thread, and in any case within {@link LogOptions#syncEvery()}.
   */
  public void enqueue(byte[] record, Durability durability, Completion completion) {
    throw new UnsupportedOperationException();
  }

  /**
   * Writes all that is queued, if no other thread is doing so; else that thread does. Never waits
   * for another thread or an fsync.
   */
  public void flush() {
    throw new UnsupportedOperationException();
  }

  /** Number of entries written to the kernel; the next index. */
  public long size() {
    throw new UnsupportedOperationException();
  }

  /** Number of entries that are fsynced. */
  public long syncedSize() {
    throw new UnsupportedOperationException();
  }

  /** The last published checkpoint; of size 0 in a new log. */
  public Checkpoint checkpoint() {
    throw new UnsupportedOperationException();
  }

  /** Whether records are taken now, and if not, why. */
  public Health health() {
    throw new UnsupportedOperationException();
  }

  /** A snapshot of the counters. */
  public LogCounters counters() {
    throw new UnsupportedOperationException();
  }

  /**
   * What opening found and did that an operator should know, a line each, such as a torn tail cut.
   */
  public List<String> notices() {
    throw new UnsupportedOperationException();
  }

  /**
   * Publishes a checkpoint of all that is written now, and waits for it. For a caller that wants to
   * read or prove what it just appended; nothing needs it.
   *
   * @return false if publishing failed; it is tried again by itself
   */
  public boolean publish() throws InterruptedException {
    throw new UnsupportedOperationException();
  }

  /**
   * Refuses new records, writes and syncs what is queued, publishes the last checkpoint and lets go
   * of the directory. Blocks; a second call does nothing.
   */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
