package dev.ostiary.sidecar.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class DecisionIdsTest {
  @Test
  void idsSortByTimeAndThenByTheOrderTheyWereGivenOut() {
    var ids = new DecisionIds(-1);
    byte[] last = ids.next(0);
    for (long micros : new long[] {0, 999, 1_000, 1_000, 2_000_000, 1_700_000_000_000_000L}) {
      byte[] next = ids.next(micros);
      assertTrue(Arrays.compareUnsigned(last, next) < 0, "at " + micros);
      last = next;
    }
  }

  @Test
  void idsOfTwoRunsDifferInTheSameMillisecond() {
    var first = new DecisionIds(1);
    var second = new DecisionIds(2);
    var seen = new HashSet<String>();
    for (int i = 0; i < 1_000; i++) {
      seen.add(HexFormat.of().formatHex(first.next(5_000)));
      seen.add(HexFormat.of().formatHex(second.next(5_000)));
    }
    assertEquals(2_000, seen.size());
  }
}
