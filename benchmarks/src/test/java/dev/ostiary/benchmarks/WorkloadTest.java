package dev.ostiary.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.ostiary.cedar.Authorizer;
import dev.ostiary.cedar.Decision;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WorkloadTest {
  private static final long MOST_BYTES_PER_DECISION = 200;
  private static final Path ROOT = Path.of(System.getProperty("ostiary.root"));

  @TempDir private static Path directory;

  @BeforeAll
  static void generate() throws Exception {
    var script = ROOT.resolve("benchmarks").resolve("peers").resolve("gen.py");
    run(List.of("python3", script.toString(), "--out", directory.toString()), 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"S", "M", "L"})
  void theEngineAgreesWithTheGeneratorsOwnDecisions(String size) {
    var workload = new PeersWorkload(directory).read(size).agreed();
    assertEquals(10_000, workload.requests().size());
    if (!size.equals("M")) return;
    var allowed = workload.expected().stream().filter(Decision.ALLOW::equals).count();
    assertEquals(5_000, allowed, "half of the requests are allowed at M");
  }

  @ParameterizedTest
  @ValueSource(strings = {"S", "M", "L"})
  void aDecisionAllocatesLittle(String size) {
    assertAllocatesLittle(new PeersWorkload(directory).read(size));
  }

  @Test
  void theLabGivesTheTablesAnswersAndAllocatesLittle() {
    var lab = LabWorkload.standard();
    assertEquals(100, lab.questions().size());
    var cedars = lab.engine().expected();
    assertTrue(cedars.size() >= 80, cedars.size() + " rows are decided by Cedar alone");
    assertTrue(cedars.contains(Decision.ALLOW) && cedars.contains(Decision.DENY));
    assertAllocatesLittle(lab.engine());
  }

  /** The least of several rounds: the first ones run interpreted, and allocate more. */
  private static void assertAllocatesLittle(Workload workload) {
    var thread = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    var requests = workload.requests();
    double least = Double.MAX_VALUE;
    for (int round = 0; round < 40 && least > MOST_BYTES_PER_DECISION; round++) {
      long before = thread.getCurrentThreadAllocatedBytes();
      int decisions = 0;
      while (decisions < 10_000) {
        for (int i = 0; i < requests.size(); i++) {
          Authorizer.isAuthorized(requests.get(i), workload.policies(), workload.entities());
        }
        decisions += requests.size();
      }
      long bytes = thread.getCurrentThreadAllocatedBytes() - before;
      least = Math.min(least, (double) bytes / decisions);
    }
    assertTrue(least <= MOST_BYTES_PER_DECISION, least + " bytes per decision");
  }

  @ParameterizedTest
  @EnumSource(
      value = Shape.class,
      mode = EnumSource.Mode.MATCH_NONE,
      names = "(UNSCOPED|RANGES)_10000")
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

  @Test
  void theTableRefusesAnEngineThatDisagreed(@TempDir Path logs) throws Exception {
    var table = ROOT.resolve("benchmarks").resolve("peers").resolve("table.py").toString();
    var log = logs.resolve("log");
    var ours =
        "AGREE\tostiary\tS\tpreloaded\t9\t9\nRESULT\tostiary\tS\tpreloaded\t500\t900\t550\t9\n";
    var theirs = "RESULT\tcedar-rust\tS\tpreloaded\t20000\t30000\t21000\t9\n";
    Files.writeString(log, ours + theirs + "AGREE\tcedar-rust\tS\tall\t9\t9\n");
    var said = run(List.of("python3", table, log.toString()), 0);
    assertTrue(said.contains("| cedar-rust, preloaded | 40.0 (goal 60: not reached) |"), said);
    Files.writeString(log, ours + theirs + "AGREE\tcedar-rust\tS\tall\t8\t9\n");
    said = run(List.of("python3", table, log.toString()), 1);
    assertTrue(said.contains("8 of 9 decisions as expected"), said);
  }

  @Test
  void theCommandsThatTheReadmeNamesAreThere() throws Exception {
    var script = ROOT.resolve("benchmarks").resolve("run.sh").toString();
    var help = run(List.of(script, "--help"), 0);
    var readme = Files.readString(ROOT.resolve("benchmarks").resolve("README.md"));
    var commands = Pattern.compile("run\\.sh (\\w+)").matcher(readme);
    int found = 0;
    for (; commands.find(); found++) {
      assertTrue(help.contains("run.sh " + commands.group(1) + " "), commands.group());
    }
    assertTrue(found >= 5, found + " commands in the README");
    run(List.of(script, "nonsense"), 2);
  }

  /** Runs a program and returns what it said. */
  private static String run(List<String> command, int exitCode) throws Exception {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException absent) {
      if (Boolean.getBoolean("ostiary.require-tools")) throw absent;
      var missing = command.getFirst() + " is not installed (package " + command.getFirst() + ")";
      assumeTrue(false, missing);
      throw absent;
    }
    var said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(exitCode, process.waitFor(), said);
    return said;
  }
}
