package dev.ostiary.sidecar.record;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ClockStepsTest {
  private static final long SECOND = 1_000_000;
  private final AtomicLong micros = new AtomicLong(100 * SECOND);
  private final AtomicLong nanos = new AtomicLong(-7);
  private final ClockSteps steps = new ClockSteps(micros::get, nanos::get);

  /** Lets so much time pass, of which the system's clock shows so much. */
  private void pass(long realMicros, long shownMicros) {
    nanos.addAndGet(realMicros * 1_000);
    micros.addAndGet(shownMicros);
  }

  @Test
  void timeThatPassesIsNoStepHoweverLong() {
    pass(SECOND, SECOND);
    assertEquals(0, steps.look());
    pass(3_600 * SECOND, 3_600 * SECOND);
    assertEquals(0, steps.look());
  }

  @Test
  void aClockThatIsSetIsOneStepForwardOrBack() {
    pass(SECOND, SECOND + 60 * SECOND);
    assertEquals(60 * SECOND, steps.look());
    assertEquals(0, steps.look());
    pass(SECOND, SECOND - 90 * SECOND);
    assertEquals(-90 * SECOND, steps.look());
    pass(SECOND, SECOND);
    assertEquals(0, steps.look());
  }

  @Test
  void aTimeServiceThatSlewsIsNoStep() {
    for (int i = 0; i < 100; i++) {
      pass(SECOND, SECOND + 500); // 500 parts in a million, as fast as they go
      assertEquals(0, steps.look());
    }
  }
}
