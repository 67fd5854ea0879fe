package dev.ostiary.sidecar.record;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Names decisions: 48 bits of milliseconds, 32 of a counter, 48 chosen at random for this run. They
 * sort by time, and those of one run within a millisecond by the order they were given out. Any
 * thread.
 */
public final class DecisionIds {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final long run;
  private final AtomicInteger counter = new AtomicInteger();

  /** Ids of one run of the process; {@code random} tells it from others. */
  public DecisionIds(long random) {
    this.run = random & 0xFFFF_FFFF_FFFFL;
  }

  /** The next id: 16 bytes. */
  public byte[] next(long epochMicros) {
    int count = counter.getAndIncrement();
    var id = new byte[16];
    LONG.set(id, 0, (epochMicros / 1_000) << 16 | count >>> 16);
    LONG.set(id, 8, (count & 0xFFFFL) << 48 | run);
    return id;
  }
}
