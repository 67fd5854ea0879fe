package dev.ostiary.sidecar.record;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Notices that the system's clock was set: between two looks it went otherwise than the time that
 * nobody can set. One thread at a time.
 */
public final class ClockSteps {
  /** Less is a time service at its work, or a pause between the two readings. */
  private static final long LEAST_MICROS = Duration.ofSeconds(1).toNanos() / 1_000;

  private final LongSupplier systemMicros;
  private final LongSupplier nanos;
  private long lastMicros;
  private long lastNanos;

  /**
   * Looks for the first time.
   *
   * @param systemMicros the system's clock: microseconds since 1970
   * @param nanos time that nobody can set, in nanoseconds
   */
  public ClockSteps(LongSupplier systemMicros, LongSupplier nanos) {
    this.systemMicros = systemMicros;
    this.nanos = nanos;
    this.lastMicros = systemMicros.getAsLong();
    this.lastNanos = nanos.getAsLong();
  }

  /** By how many microseconds it was set since the last look, forward or back; 0 if it was not. */
  public long look() {
    long micros = systemMicros.getAsLong();
    long nano = nanos.getAsLong();
    long step = (micros - lastMicros) - (nano - lastNanos) / 1_000;
    lastMicros = micros;
    lastNanos = nano;
    return Math.abs(step) < LEAST_MICROS ? 0 : step;
  }
}
