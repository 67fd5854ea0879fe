package dev.ostiary.sidecar.record;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The time of entries and facts: microseconds since 1970 that never run backwards, not even past
 * the last entry of an earlier run. Any thread.
 */
public final class Clock {
  /** How far the system's clock may stand behind before time is not believed. */
  private static final long TOLERANCE_MICROS = Duration.ofSeconds(10).toNanos() / 1_000;

  private final LongSupplier systemMicros;
  private final AtomicLong last;

  /** A clock over the system's. */
  public Clock(LongSupplier systemMicros) {
    this.systemMicros = systemMicros;
    this.last = new AtomicLong();
  }

  /** Takes note of an entry or a fact of that time: no earlier one is told from here on. */
  public void notBefore(long micros) {
    last.accumulateAndGet(micros, Math::max);
  }

  /** The system's clock. */
  public static long systemMicros() {
    var now = java.time.Instant.now();
    return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
  }

  /** Now, or the last moment told where the system's clock stands before it. */
  public long micros() {
    long system = systemMicros.getAsLong();
    long before = last.get();
    while (system > before) {
      if (last.weakCompareAndSetVolatile(before, system)) return system;
      before = last.get();
    }
    return before;
  }

  /** Whether the system's clock stands so far before the last entry that time is not believed. */
  public boolean isBehind() {
    return last.get() - systemMicros.getAsLong() > TOLERANCE_MICROS;
  }
}
