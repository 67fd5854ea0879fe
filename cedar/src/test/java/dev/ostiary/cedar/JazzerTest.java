package dev.ostiary.cedar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Jazzer, a fuzzer led by coverage, on every reader: half a minute in each build, an hour with
 * {@code -Dostiary.long=true}, any time with {@code -Dostiary.fuzz.seconds=N}. It goes on from what
 * earlier runs found interesting, in {@code target/fuzz}.
 *
 * <p>The first byte of an input says by which {@link Reading} the rest is read. Inputs that once
 * did harm are in {@code src/test/resources/fuzz} and read in every build.
 */
public final class JazzerTest {
  private static final int SECONDS =
      Integer.getInteger("ostiary.fuzz.seconds", Boolean.getBoolean("ostiary.long") ? 3_600 : 10);
  private static final Path HARMFUL = Path.of("src/test/resources/fuzz");
  private static final Path DIRECTORY = Path.of("target/fuzz");

  /** What Jazzer calls. */
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length == 0) return;
    var reading = Reading.ALL.get(Math.floorMod(input[0] - 'A', Reading.ALL.size()));
    reading.reads(new String(input, 1, input.length - 1, StandardCharsets.UTF_8));
  }

  @Test
  void whatOnceDidHarmDoesNotAgain() throws IOException {
    try (var files = Files.list(HARMFUL)) {
      var all = files.sorted().toList();
      for (Path file : all) fuzzerTestOneInput(Files.readAllBytes(file));
      assertTrue(!all.isEmpty(), "no inputs in " + HARMFUL);
    }
  }

  @Test
  void jazzerFindsNothing() throws Exception {
    Path corpus = Files.createDirectories(DIRECTORY.resolve("corpus"));
    Path seeds = Files.createDirectories(DIRECTORY.resolve("seeds"));
    for (int i = 0; i < Reading.ALL.size(); i++)
      Files.writeString(seeds.resolve("" + i), (char) ('A' + i) + Reading.ALL.get(i).seed());
    Path dictionary = DIRECTORY.resolve("dictionary");
    Files.writeString(dictionary, dictionary());
    Path log = DIRECTORY.resolve("log");
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx768m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + JazzerTest.class.getName(),
                "--instrumentation_includes=dev.ostiary.**",
                "--reproducer_path=" + DIRECTORY,
                "-artifact_prefix=" + DIRECTORY + "/",
                "-dict=" + dictionary,
                "-max_total_time=" + SECONDS,
                "-max_len=6000",
                "-timeout=30",
                "-rss_limit_mb=0",
                "-print_final_stats=1"));
    for (Path directory : List.of(corpus, seeds, HARMFUL)) command.add(directory.toString());
    var process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      assertTrue(process.waitFor(SECONDS + 120, TimeUnit.SECONDS), "Jazzer does not end");
    } finally {
      process.destroyForcibly();
    }
    var said = Files.readString(log, StandardCharsets.ISO_8859_1);
    assertEquals(0, process.exitValue(), () -> said.substring(Math.max(0, said.length() - 6_000)));
    var runs =
        said.lines()
            .filter(line -> line.startsWith("stat::number_of_executed_units:"))
            .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':', 6) + 1).strip()))
            .findFirst();
    System.out.println("Jazzer: " + runs.orElse(0) + " inputs in " + SECONDS + " s");
    assertTrue(runs.orElse(0) > 100, said);
  }

  /** The pieces of the languages, as libFuzzer has them: every byte that is not plain escaped. */
  private static String dictionary() {
    return FuzzTest.PIECES.stream()
        .map(piece -> {
          var entry = new StringBuilder("\"");
          for (byte b : piece.getBytes(StandardCharsets.UTF_8))
            if (b > ' ' && b < 127 && b != '"' && b != '\\') entry.append((char) b);
            else entry.append("\\x%02x".formatted(b & 0xff));
          return entry.append("\"\n").toString();
        })
        .collect(Collectors.joining());
  }
}
