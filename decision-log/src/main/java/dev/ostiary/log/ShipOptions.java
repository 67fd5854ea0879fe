package dev.ostiary.log;

import dev.ostiary.log.store.ObjectStore;
import java.io.IOException;
import java.time.Duration;

/**
 * How a log is shipped to a store.
 *
 * @param store takes the tree directly below its place
 * @param every the most time between two tails while the log grows
 * @param checkpointEvery how often {@code checkpoint} and its partial tiles are put, which
 *     verifiers need that know no tails
 * @param patience how long an append of class shipped may wait for the store
 * @param closing how long closing the log may wait for the store
 * @param first brings to the store what the log's records need to be read
 */
public record ShipOptions(
    ObjectStore store,
    Duration every,
    Duration checkpointEvery,
    Duration patience,
    Duration closing,
    First first) {
  /** Done before anything is shipped. */
  public interface First {
    /**
     * Brings to the store what is needed for all records that were appended before this call.
     * Blocks.
     *
     * @throws IOException if that cannot be now; nothing is shipped before it was done
     */
    void ship() throws IOException;
  }

  /** What needs nothing but its records. */
  public ShipOptions(
      ObjectStore store,
      Duration every,
      Duration checkpointEvery,
      Duration patience,
      Duration closing) {
    this(store, every, checkpointEvery, patience, closing, () -> {});
  }

  /** A tail a second, a checkpoint a minute; ten seconds for an append, thirty for the end. */
  public static ShipOptions of(ObjectStore store) {
    return new ShipOptions(
        store,
        Duration.ofSeconds(1),
        Duration.ofMinutes(1),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30));
  }
}
