package dev.ostiary.log;

import dev.ostiary.log.tile.Hash;
import java.time.Duration;

/** What became of an append. A refusal is a value, never an exception. */
public sealed interface Outcome {

  /**
   * The record is in the log, as durable as was asked for.
   *
   * @param index 0-based index of its entry, of the first one if it is a chain
   * @param leafHash RFC 6962 leaf hash of the entry at {@code index}
   * @param count number of consecutive entries; 1 unless the record is a chain
   */
  record Appended(long index, Hash leafHash, int count) implements Outcome {}

  /** The record was taken into memory ({@link Durability#OBSERVE}); it has no index yet. */
  record Accepted() implements Outcome {}

  /**
   * The record was not acknowledged and its caller must be told so. After {@link
   * Refusal#WRITE_FAILED}, {@link Refusal#SYNC_FAILED} or {@link Refusal#UNSHIPPED} it may still be
   * found in the log; after any other reason it is not there.
   *
   * @param reason why
   * @param retryAfter when it is worth trying again; zero if it is not before a restart
   * @param detail one line for an operator
   */
  record Refused(Refusal reason, Duration retryAfter, String detail) implements Outcome {}
}
