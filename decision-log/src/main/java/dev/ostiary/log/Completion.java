package dev.ostiary.log;

/**
 * Told once what became of one append.
 *
 * <p>Called on whichever thread wrote or synced the record: the appending thread, another appending
 * thread, or the log's own. It must return quickly, must not block, and may append. What it throws
 * is dropped.
 */
@FunctionalInterface
public interface Completion {
  /** The append's outcome; called exactly once. */
  void complete(Outcome outcome);
}
