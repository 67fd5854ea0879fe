package dev.ostiary.sidecar.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ClockTest {
  private static final long SECOND = 1_000_000;
  private final AtomicLong system = new AtomicLong(100 * SECOND);
  private final Clock clock = new Clock(system::get);

  @Test
  void timeStandsStillWhileTheSystemsClockRunsBehindTheLastEntry() {
    clock.notBefore(103 * SECOND);
    assertEquals(103 * SECOND, clock.micros());
    system.set(102 * SECOND);
    assertEquals(103 * SECOND, clock.micros());
    system.set(104 * SECOND);
    assertEquals(104 * SECOND, clock.micros());
    system.set(101 * SECOND);
    assertEquals(104 * SECOND, clock.micros());
  }

  @Test
  void aLargerStepBackIsNotBelieved() {
    assertEquals(100 * SECOND, clock.micros());
    system.set(91 * SECOND);
    assertFalse(clock.isBehind());
    system.set(89 * SECOND);
    assertTrue(clock.isBehind());
    system.set(100 * SECOND);
    assertFalse(clock.isBehind());
  }
}
