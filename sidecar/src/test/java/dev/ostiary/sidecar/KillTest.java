package dev.ostiary.sidecar;

import static dev.ostiary.sidecar.Served.question;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.log.Verdict;
import dev.ostiary.log.Verifier;
import dev.ostiary.log.note.VerifierKey;
import dev.ostiary.log.tile.TileSource;
import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.v1.DecisionServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real process, killed under load: what it acknowledged is in the log, and it starts again by
 * itself.
 */
final class KillTest {
  private static final int CYCLES = Boolean.getBoolean("ostiary.long") ? 500 : 20;
  private static final long SEED = 0x5eed;

  @TempDir Path directory;
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

  @Test
  void everyAcknowledgedDecisionIsFoundAfterKills() throws Exception {
    Served.writeBundle(directory, 1, "");
    var random = new SplittableRandom(SEED);
    for (int cycle = 0; cycle < CYCLES; cycle++) {
      int before = acknowledged.size();
      var running = new Running();
      int answers = 20 + random.nextInt(400);
      running.loadAndKill(() -> acknowledged.size() < before + answers);
      running.ended();
      assertTrue(acknowledged.size() > before, "seed " + SEED + " cycle " + cycle);
    }
    var last = new Running();
    last.process.destroy(); // SIGTERM
    assertEquals(0, last.ended(), "it stops in order");
    var entries = Served.entries(directory.resolve("data/decisions/1"));
    var logged =
        entries.stream()
            .filter(DecisionLogEntry::hasDecision)
            .map(e -> HexFormat.of().formatHex(e.getDecision().getDecisionId().toByteArray()))
            .collect(Collectors.toSet());
    var lost = acknowledged.stream().filter(id -> !logged.contains(id)).toList();
    assertEquals(List.of(), lost, "seed " + SEED);
    assertEquals(CYCLES + 1, entries.stream().filter(DecisionLogEntry::hasStarted).count());
    assertTrue(entries.getLast().hasClosed());
    var key = VerifierKey.parse(Files.readString(directory.resolve("data/keys/log.vkey")));
    var verdict =
        Verifier.verify(
            TileSource.directory(directory.resolve("data/decisions/1")),
            key.named("test.example/decisions/1"),
            List.of(),
            (_, _) -> {});
    assertInstanceOf(Verdict.Valid.class, verdict);
  }

  private interface While {
    boolean holds();
  }

  /** A process that listens. */
  private final class Running {
    private final Process process;
    private final BufferedReader output;
    private final String address;

    Running() throws IOException {
      var command =
          List.of(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-XX:+UseSerialGC",
              "-XX:TieredStopAtLevel=1",
              "-Xmx256m",
              "--enable-native-access=ALL-UNNAMED",
              "-cp",
              System.getProperty("java.class.path"),
              "dev.ostiary.sidecar.cli.Main",
              "serve");
      var builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().put("OSTIARY_BUNDLE", directory.resolve("bundle").toString());
      builder.environment().put("OSTIARY_DEV", "true");
      builder.environment().put("OSTIARY_DATA", directory.resolve("data").toString());
      builder.environment().put("OSTIARY_LOG_ORIGIN", "test.example");
      builder.environment().put("OSTIARY_GRPC", "127.0.0.1:0");
      builder.environment().put("OSTIARY_HTTP", "127.0.0.1:0");
      builder.environment().put("OSTIARY_ADMIN", "127.0.0.1:0");
      process = builder.start();
      output = process.inputReader();
      var said = new ArrayList<String>();
      String found = "";
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        said.add(line);
        int at = line.indexOf("gRPC listens on 127.0.0.1:");
        if (at >= 0) found = line.substring(at + "gRPC listens on ".length());
        if (line.contains("metrics and health on")) break;
      }
      assertFalse(found.isEmpty(), () -> "it does not start: " + String.join("\n", said));
      address = found;
      Thread.ofVirtual().start(this::drainOutput);
    }

    private void drainOutput() {
      try {
        while (output.readLine() != null) Thread.onSpinWait();
      } catch (IOException e) {
        // The process is gone.
      }
    }

    /** Asks from eight threads while it holds, and kills the process while they ask on. */
    void loadAndKill(While more) throws InterruptedException {
      ManagedChannel channel =
          NettyChannelBuilder.forTarget("dns:///" + address).usePlaintext().build();
      var threads = new ArrayList<Thread>();
      for (int i = 0; i < 8; i++) threads.add(Thread.ofVirtual().start(() -> ask(channel)));
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (more.holds() && System.nanoTime() < deadline) TimeUnit.MILLISECONDS.sleep(1);
      process.destroyForcibly(); // SIGKILL
      for (var thread : threads) assertTrue(thread.join(Duration.ofSeconds(60)));
      channel.shutdownNow();
    }

    private void ask(ManagedChannel channel) {
      try {
        while (true) {
          var stub =
              DecisionServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
          acknowledged.add(stub.check(question().build()).getDecisionId());
        }
      } catch (StatusRuntimeException e) {
        // The process was killed.
      }
    }

    int ended() throws InterruptedException {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
      return process.exitValue();
    }
  }
}
