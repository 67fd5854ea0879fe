package dev.ostiary.sidecar.facts;

import dev.ostiary.log.CannotOpenException;
import dev.ostiary.log.note.LogKey;
import dev.ostiary.sidecar.bundle.Bundle;
import dev.ostiary.sidecar.decide.Snapshot;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The fact log of a data directory, and the snapshot that its facts add up to. */
public final class FactLog implements AutoCloseable {
  private volatile @Nullable Snapshot snapshot;

  private FactLog() {}

  /**
   * Opens {@code DATA/facts/1}, making it if there is none, and folds it. Blocks.
   *
   * @param data the data directory
   * @param name first part of the logs' origins; the fact log's is {@code NAME/facts/1}
   * @param key signs its checkpoints
   * @param micros the time of facts: microseconds since 1970
   */
  public static FactLog open(Path data, String name, LogKey key, LongSupplier micros)
      throws CannotOpenException, CannotFoldException {
    throw new UnsupportedOperationException(data + name);
  }

  /** The snapshot in force, or nothing before the first activation. One volatile read. */
  public Optional<Snapshot> snapshot() {
    return Optional.ofNullable(snapshot);
  }

  /** Time of the last fact, in microseconds since 1970; 0 where there is none. */
  public long lastMicros() {
    throw new UnsupportedOperationException();
  }

  /**
   * Brings a bundle into force: appends its activation, waits until it is fsynced, and swaps the
   * snapshot. The bundle that is in force already stays so, and nothing is appended. One at a time;
   * blocks.
   *
   * @return the snapshot then in force
   * @throws ActivationException where it does not come into force; then nothing changed
   */
  public Snapshot activate(Bundle bundle) throws ActivationException, InterruptedException {
    throw new UnsupportedOperationException(bundle.name());
  }

  /** Lets go of the directory. Blocks. */
  @Override
  public void close() {}
}
