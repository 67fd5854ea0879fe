package dev.ostiary.sidecar.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.EntityUid;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FairShareTest {
  private static final int CAPACITY = 1_200;

  /** All ask for as much as they get: with n of them each ends with 1/(n+1). */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 11})
  void callersWhoTakeAllTheyCanGetTheSameAndLeaveAsMuchFree(int callers) {
    var shares = new FairShare(CAPACITY);
    var took = new int[callers];
    for (boolean more = true; more; ) {
      more = false;
      for (int i = 0; i < callers; i++) {
        if (!shares.of(caller(i)).take(1)) continue;
        took[i]++;
        more = true;
      }
    }
    for (int each : took) assertEquals((double) CAPACITY / (callers + 1), each, 1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 0x5eed})
  void whoComesNewFindsAPlaceWhateverTheOthersTookAndAllIsGivenBack(long seed) {
    var random = new SplittableRandom(seed);
    var shares = new FairShare(CAPACITY);
    var held = new ArrayDeque<FairShare.Share>();
    for (int i = 0; i < 20_000; i++) {
      var share = shares.of(caller(random.nextInt(4)));
      if (random.nextInt(3) > 0 && share.take(1)) held.add(share);
      else if (!held.isEmpty() && random.nextInt(3) == 0) held.remove().give(1);
      assertTrue(shares.taken() < CAPACITY);
      if (i % 100 == 0) {
        var fresh = shares.of(caller(1_000 + i));
        assertTrue(fresh.take(1), "seed " + seed);
        fresh.give(1);
      }
    }
    for (var share : held) share.give(1);
    assertEquals(0, shares.taken());
  }

  private static EntityUid caller(int number) {
    return EntityUid.of("Ostiary::Caller", "uid:" + number);
  }
}
