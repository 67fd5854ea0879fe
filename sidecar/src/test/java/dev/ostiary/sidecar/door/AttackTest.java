package dev.ostiary.sidecar.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.sidecar.Served;
import dev.ostiary.sidecar.ServedProcess;
import dev.ostiary.sidecar.door.Hostile.Attack;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a client does that means harm, on TCP, again and again, while another caller asks on the
 * Unix socket at a fixed rate: that one is answered as before, and the process neither grows nor
 * ends.
 *
 * <p>The hostile client is a process that runs when nobody else wants its processor: it stands for
 * another machine, or a container with bounds of its own. What the other caller waited is printed;
 * asserted is only that it was not held up, since a p99 beside other programs says little.
 */
final class AttackTest {
  private static final boolean LONG = Boolean.getBoolean("ostiary.long");
  private static final Duration ATTACK = Duration.ofMillis(LONG ? 10_000 : 1_500);
  private static final Duration QUIET = Duration.ofMillis(LONG ? 5_000 : 500);
  private static final Duration MOST_MEDIAN = Duration.ofMillis(500);
  private static final int PER_SECOND = 1_000;
  private static final long MAX_GROWTH_BYTES = 256L << 20;

  @TempDir private static Path directory;
  private static ServedProcess served;
  private static Process hostile;
  private static BufferedReader told;
  private static BufferedWriter orders;
  private static long quietBytes;

  @BeforeAll
  static void start() throws Exception {
    Served.writeBundle(directory, 1, "");
    served =
        ServedProcess.in(
            directory,
            Map.of("OSTIARY_LIMITS_CONNECTION_IDLE", "4s"),
            "-Xmx256m",
            "-XX:+ExitOnOutOfMemoryError");
    hostile =
        new ProcessBuilder(
                "nice",
                "-n",
                "19",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                Hostile.class.getName(),
                served.address(),
                served.httpAddress())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    told = hostile.inputReader();
    orders = hostile.outputWriter();
    try (var caller = caller()) {
      caller.ask(Duration.ofSeconds(3));
    }
    quietBytes = residentBytes();
  }

  @AfterAll
  static void stop() throws Exception {
    hostile.destroyForcibly();
    served.terminate();
    try (var ending = served) {
      assertEquals(0, ending.exitCode(), ending.output());
    }
  }

  private static SteadyCaller caller() throws IOException {
    return new SteadyCaller(directory.resolve("data/ostiary.sock"), PER_SECOND);
  }

  /** What came of an attack, during which the other caller noticed nothing. */
  private static Map<String, Integer> under(Attack attack) throws Exception {
    try (var caller = caller()) {
      var before = caller.ask(QUIET);
      orders.write(attack + " " + ATTACK.toMillis() + "\n");
      orders.flush();
      assertEquals("begun", told.readLine());
      var meanwhile = caller.ask(ATTACK);
      String seen = told.readLine();
      long grown = residentBytes() - quietBytes;
      System.out.printf(
          "%s: %d checks, p50 %d µs (quiet %d), p99 %d (%d), %d MiB more, %s%n",
          attack,
          meanwhile.sorted().length,
          meanwhile.permille(500) / 1_000,
          before.permille(500) / 1_000,
          meanwhile.permille(990) / 1_000,
          before.permille(990) / 1_000,
          grown >> 20,
          seen);
      assertTrue(grown < MAX_GROWTH_BYTES, grown + " bytes more");
      assertTrue(
          meanwhile.permille(500) < MOST_MEDIAN.toNanos(), "median " + meanwhile.permille(500));
      return counts(seen);
    }
  }

  private static Map<String, Integer> counts(String seen) {
    var counts = new TreeMap<String, Integer>();
    for (String word : seen.split(" ", -1)) {
      int at = word.indexOf('=');
      if (at > 0) counts.put(word.substring(0, at), Integer.valueOf(word.substring(at + 1)));
    }
    return counts;
  }

  private static long residentBytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + served.handle().pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
        .sum();
  }

  /** Whether the server ended at least two connections for what they did. */
  private static void assertEnds(Attack attack) throws Exception {
    assertTrue(under(attack).getOrDefault("ended", 0) >= 2);
  }

  @Test
  void rapidResetEndsTheConnection() throws Exception {
    assertEnds(Attack.RAPID_RESET);
  }

  @Test
  void aFloodOfPingsEndsTheConnection() throws Exception {
    assertEnds(Attack.PINGS);
  }

  @Test
  void aFloodOfSettingsEndsTheConnection() throws Exception {
    assertEnds(Attack.SETTINGS_FLOOD);
  }

  @Test
  void aFloodOfContinuationsEndsTheConnection() throws Exception {
    assertEnds(Attack.CONTINUATIONS);
  }

  @Test
  void headersThatNeverEndAreNotWaitedFor() throws Exception {
    assertEquals(Map.of("ended", 200), under(Attack.SLOW_HEADERS)); // after four seconds
  }

  /** Answers that cannot leave take a place each, of which this caller has a share. */
  @Test
  void answersThatNobodyTakesAreBoundedAndWhatIsOverIsRefusedAtOnce() throws Exception {
    assertEquals(Set.of("status8"), under(Attack.STALLED_WINDOWS).keySet());
  }

  @Test
  void aMessageThatGrowsWithoutMeasureWhenUnpackedIsRefused() throws Exception {
    assertEquals(Set.of("status3"), under(Attack.GZIP_BOMB).keySet());
  }

  @Test
  void ofMessagesThatAreAnnouncedAsHugeOneIsHeardOutAndAnotherIsRefusedOnceItIsOverTheBound()
      throws Exception {
    assertTrue(under(Attack.OVERSIZE).getOrDefault("status3", 0) > 0);
  }

  @Test
  void valuesThatAreNestedWithoutMeasureAreRefused() throws Exception {
    assertEquals(Set.of("status3"), under(Attack.NESTED).keySet());
  }

  @Test
  void headersThatComeByteByByteOverHttpAreNotWaitedForEither() throws Exception {
    assertEquals(Map.of("ended", 200), under(Attack.SLOW_HTTP_HEADERS)); // after four seconds
  }

  @Test
  void connectionsThatAreOpenedAndClosedDoNotHoldUpAnybody() throws Exception {
    assertTrue(under(Attack.IDLE_OPENING).getOrDefault("opened", 0) > 1_000);
  }

  /** Half of 1,024 are a caller's share; whoever is over it is let go at once. */
  @Test
  void ofTenThousandIdleConnectionsACallersShareStands() throws Exception {
    var seen = under(Attack.IDLE_STANDING);
    assertEquals(10_000, seen.get("opened"));
    assertTrue(seen.getOrDefault("ended", 0) >= 10_000 - 512, seen.toString());
  }
}
