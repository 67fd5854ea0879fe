package dev.ostiary.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.ostiary.log.note.LogKey;
import dev.ostiary.log.note.VerifierKey;
import dev.ostiary.log.tile.TileSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What we write is accepted by Go's tlog and note and by Tessera's fsck; what Tessera writes, by
 * our verifier.
 */
class GoInteropTest {
  @TempDir static Path tools;
  private static Path logcheck;

  @TempDir Path directory;

  @BeforeAll
  static void buildTheGoProgram() throws Exception {
    Tools.require("go", "golang-go, 1.25 or newer");
    logcheck = tools.resolve("logcheck");
    Path source = Path.of(System.getProperty("ostiary.root"), "decision-log/src/test/go");
    var build =
        new ProcessBuilder("go", "build", "-o", logcheck.toString(), ".")
            .directory(source.toFile());
    var result = run(build);
    Tools.requireThat(
        result.exit() == 0,
        "modules of decision-log/src/test/go cannot be had: " + result.output());
  }

  private record Result(int exit, String output) {}

  private static Result run(ProcessBuilder builder) throws IOException, InterruptedException {
    Path output = Files.createTempFile(tools, "output", ".txt");
    var process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError("expected an end of " + builder.command() + " within 5 minutes");
    }
    return new Result(process.exitValue(), Files.readString(output));
  }

  private Result check(LogOptions options) throws Exception {
    String vkey = options.key().verifier(options.origin()).toString();
    return run(
        new ProcessBuilder(logcheck.toString(), "check", options.directory().toString(), vkey));
  }

  @Test
  void goAndTesseraAcceptWhatWeWriteAtEveryStageOfATree() throws Exception {
    var options = Logs.options(directory).withKeepEvery(Duration.ZERO).withSegmentBytes(256 << 10);
    int appended = 0;
    for (int size : new int[] {1, 255, 256, 257, 700, 66_000}) {
      try (var log = DecisionLog.open(options)) {
        for (; appended < size; appended++) {
          byte[] record = ("entry " + appended + " of a log").getBytes(StandardCharsets.UTF_8);
          if (appended % 50 == 49 || appended == size - 1)
            Logs.appended(log, record, Durability.BOUNDED);
          else log.enqueue(record, Durability.BOUNDED, _ -> {});
        }
      }
      var result = check(options);
      assertEquals(0, result.exit(), "at " + size + ": " + result.output());
    }
  }

  @Test
  void goDerivesTheSameMlDsa44KeyFromASeedAndAcceptsTheSecondSignature() throws Exception {
    Path file = directory.resolve("second.skey");
    var second = LogKey.generateMlDsa44("log.example");
    second.save(file);
    var derived =
        run(new ProcessBuilder(logcheck.toString(), "seed", Files.readString(file).strip()));
    assertEquals(second.verifier() + "\n", derived.output());
    var options = Logs.options(directory).withSecondKey(second);
    try (var log = DecisionLog.open(options)) {
      Logs.append(log, Logs.bytes("entry"), Durability.BOUNDED);
    }
    assertEquals(0, check(options).exit());
    String vkey = second.verifier(options.origin()).toString();
    var command = List.of(logcheck.toString(), "second", options.directory().toString(), vkey);
    var result = run(new ProcessBuilder(command));
    assertEquals(0, result.exit(), result.output());
    Path checkpoint = options.directory().resolve("checkpoint");
    Files.writeString(checkpoint, Files.readString(checkpoint).replace("\n1\n", "\n2\n"));
    assertNotEquals(0, run(new ProcessBuilder(command)).exit());
  }

  @Test
  void goNoticesAnEntryChangedByOneBit() throws Exception {
    var options = Logs.options(directory);
    try (var log = DecisionLog.open(options)) {
      for (int i = 0; i < 300; i++) Logs.append(log, Logs.bytes("entry " + i), Durability.BOUNDED);
    }
    Path bundle = options.directory().resolve("tile/entries/000");
    byte[] bytes = Files.readAllBytes(bundle);
    bytes[10] ^= 1;
    Files.write(bundle, bytes);
    assertNotEquals(0, check(options).exit());
  }

  @Test
  void ourVerifierAcceptsWhatTesseraWrites() throws Exception {
    for (int size : new int[] {1, 256, 1_000}) {
      Path written = directory.resolve("tessera" + size);
      var result =
          run(
              new ProcessBuilder(
                  logcheck.toString(), "write", written.toString(), Integer.toString(size)));
      assertEquals(0, result.exit(), result.output());
      String vkey =
          result
              .output()
              .lines()
              .filter(line -> line.startsWith("tessera.example/log+"))
              .findFirst()
              .orElseThrow();
      var verdict =
          Verifier.verify(
              TileSource.directory(written), VerifierKey.parse(vkey), List.of(), (_, _) -> {});
      var valid = assertInstanceOf(Verdict.Valid.class, verdict, verdict.toString());
      assertEquals(size, valid.entries());
    }
  }
}
