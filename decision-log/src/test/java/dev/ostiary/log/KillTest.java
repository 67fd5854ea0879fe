package dev.ostiary.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.log.tile.TileSource;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KillTest {
  private static final Duration READY = Duration.ofSeconds(20); // ten times what is wanted

  private final List<Duration> starts = new ArrayList<>();
  @TempDir Path directory;

  @Test
  void aKilledWriterLosesNothingAcknowledgedAndForksNothing() throws Exception {
    int cycles = Boolean.getBoolean("ostiary.long") ? Integer.getInteger("kills", 1_000) : 20;
    long seed = System.nanoTime();
    System.out.println("KillTest seed " + seed);
    var random = new SplittableRandom(seed);
    var acknowledged = new HashMap<Long, Long>();
    var signed = new ArrayList<Evidence>();
    var options = Logs.options(directory);
    for (int cycle = 0; cycle < cycles; cycle++) {
      killOnce(cycle, 20 + random.nextInt(250), acknowledged);
      var checkpoint = options.directory().resolve("checkpoint");
      signed.add(new Evidence("checkpoint of cycle " + cycle, Files.readString(checkpoint)));
      if (cycle % 100 == 99 || cycle == cycles - 1) check(options, acknowledged, signed);
    }
    starts.sort(null);
    Duration slowest = starts.getLast();
    System.out.printf(
        "%d kills, %d acknowledged, ready in %d ms, at most %d%n",
        cycles, acknowledged.size(), starts.get(cycles / 2).toMillis(), slowest.toMillis());
    assertTrue(slowest.compareTo(READY) < 0, "ready only after " + slowest);
    assertTrue(acknowledged.size() > cycles * 10L, "acknowledged only " + acknowledged.size());
  }

  private static void check(LogOptions options, Map<Long, Long> acknowledged, List<Evidence> signed)
      throws Exception {
    DecisionLog.open(options).close();
    var found = new HashMap<Long, Long>();
    LogReader.live(options.directory())
        .forEach(
            0,
            record -> {
              long number = KilledWriter.number(record.bytes());
              assertArrayEquals(KilledWriter.record(number), record.bytes());
              found.put(record.index(), number);
              return true;
            });
    acknowledged.forEach(
        (index, number) -> assertEquals(number, found.get(index), "at index " + index));
    var verdict =
        Verifier.verify(
            TileSource.directory(options.directory()),
            options.key().verifier(options.origin()),
            signed,
            (_, _) -> {});
    var valid = assertInstanceOf(Verdict.Valid.class, verdict, verdict.toString());
    assertTrue(valid.checkpoints() >= signed.size());
  }

  private void killOnce(int cycle, int millis, Map<Long, Long> acknowledged) throws Exception {
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                KilledWriter.class.getName(),
                directory.toString(),
                Integer.toString(cycle))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    var ready = new CompletableFuture<Duration>();
    var reader =
        Thread.ofPlatform()
            .start(() -> {
              try (var in = new DataInputStream(process.getInputStream())) {
                in.readLong();
                ready.complete(Duration.ofNanos(in.readLong()));
                while (true) {
                  long index = in.readLong();
                  acknowledged.put(index, in.readLong());
                }
              } catch (EOFException e) {
                ready.completeExceptionally(e);
              } catch (IOException e) {
                ready.completeExceptionally(e);
              }
            });
    var opened = Logs.await(ready);
    starts.add(opened);
    if (cycle == 0) {
      var refused =
          assertThrows(
              CannotOpenException.class, () -> DecisionLog.open(Logs.options(directory)).close());
      assertEquals(CannotOpenException.Reason.LOCKED, refused.reason());
    }
    reader.join(millis);
    process.destroyForcibly().waitFor();
    reader.join();
  }
}
