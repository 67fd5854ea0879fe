package dev.ostiary.log.disk;

/**
 * A number that outlives the process without a system call a change; a lost power may take it back.
 */
public interface Counter {
  /** The number now. */
  long get();

  /** Adds to it. Any thread. */
  void add(long delta);
}
