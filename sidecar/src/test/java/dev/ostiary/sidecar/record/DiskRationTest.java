package dev.ostiary.sidecar.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.EntityUid;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class DiskRationTest {
  private static final EntityUid GREEDY = EntityUid.of("Ostiary::Caller", "uid:1");
  private static final EntityUid OTHER = EntityUid.of("Ostiary::Caller", "uid:2");

  @Test
  void oneCallerTakesHalfOfWhatIsLeftAndTheOthersFindTheirs() {
    var ration = new DiskRation(Path.of("."), 0, 1_000);
    ration.measured(1_000);
    for (int i = 0; i < 1_000; i++) assertTrue(ration.take(GREEDY, 100), "there is enough");
    ration.measured(800);
    int took = 0;
    while (ration.take(GREEDY, 10)) took += 10;
    assertEquals(400, took);
    assertTrue(ration.take(OTHER, 10));
    ration.measured(390); // as it was reckoned
    assertFalse(ration.take(GREEDY, 10));
    assertTrue(ration.take(OTHER, 10));
    ration.measured(1_000);
    ration.measured(900);
    assertTrue(ration.take(GREEDY, 10), "a time of plenty came between");
  }
}
