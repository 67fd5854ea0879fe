package dev.ostiary.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ostiary.cedar.Decision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class WorkloadTest {
  @Test
  void theEngineAgreesWithTheGeneratorsOwnDecisions(@TempDir Path directory) throws Exception {
    generate(directory);
    var data = new PeersWorkload(directory);
    for (var size : new String[] {"S", "M", "L"}) {
      assertEquals(10_000, data.read(size).agreed().requests().size());
    }
    var allowed = data.read("M").expected().stream().filter(Decision.ALLOW::equals).count();
    assertEquals(5_000, allowed, "half of the requests are allowed at M");
  }

  @ParameterizedTest
  @EnumSource(Shape.class)
  void theEngineAgreesOnEveryShape(Shape shape) {
    var workload = shape.make().agreed();
    assertTrue(workload.expected().contains(Decision.ALLOW));
    assertTrue(workload.expected().contains(Decision.DENY));
  }

  @Test
  void aWrongDecisionStopsTheRun() {
    var right = Shape.GROUPS_500.make();
    var wrong = new ArrayList<>(right.expected());
    wrong.replaceAll(decision -> decision == Decision.ALLOW ? Decision.DENY : Decision.ALLOW);
    var workload = new Workload(right.policies(), right.entities(), right.requests(), wrong);
    assertThrows(IllegalStateException.class, workload::agreed);
  }

  private static void generate(Path directory) throws Exception {
    var script = Path.of(System.getProperty("ostiary.root"), "benchmarks", "peers", "gen.py");
    Process python;
    try {
      python =
          new ProcessBuilder("python3", script.toString(), "--out", directory.toString())
              .redirectErrorStream(true)
              .start();
    } catch (IOException absent) {
      if (Boolean.getBoolean("ostiary.require-tools")) throw absent;
      assumeTrue(false, "python3 is not installed (package python3)");
      return;
    }
    var said = new String(python.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, python.waitFor(), said);
  }
}
