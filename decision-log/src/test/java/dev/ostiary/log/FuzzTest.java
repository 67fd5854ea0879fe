package dev.ostiary.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every reader under Jazzer, in a process of its own: seconds in a build, an hour with {@code
 * -Plong}, whatever {@code -Dostiary.fuzz.seconds} says.
 */
class FuzzTest {
  @TempDir Path directory;

  @Test
  void noInputThatCoverageLeadsToDefeatsAReader() throws Exception {
    int seconds =
        Integer.getInteger("ostiary.fuzz.seconds", Boolean.getBoolean("ostiary.long") ? 3_600 : 8);
    long seed = System.nanoTime() & 0x7fffffff;
    System.out.println("FuzzTest seed " + seed + ", " + seconds + " seconds");
    var corpus = Files.createDirectory(directory.resolve("corpus"));
    var targets = Readers.in(directory);
    for (int i = 0; i < targets.size(); i++) {
      var valid = targets.get(i).valid();
      var input = new byte[1 + valid.length];
      input[0] = (byte) i;
      System.arraycopy(valid, 0, input, 1, valid.length);
      Files.write(corpus.resolve("valid" + i), input);
    }
    var process =
        new ProcessBuilder(command(corpus, seconds, seed))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    List<String> said;
    try (var output = process.inputReader()) {
      said = output.lines().collect(Collectors.toCollection(ArrayList::new));
    }
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    String end = String.join("\n", said.subList(Math.max(0, said.size() - 60), said.size()));
    assertEquals(0, process.exitValue(), end);
    var runs = said.getLast();
    System.out.println("FuzzTest " + runs);
    assertTrue(runs.matches("Done \\d{3,} runs in \\d+ second.*"), end);
  }

  private List<String> command(Path corpus, int seconds, long seed) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx512m",
        "-XX:+UseSerialGC",
        "-Dostiary.fuzz.directory=" + directory,
        "-cp",
        System.getProperty("java.class.path"),
        "com.code_intelligence.jazzer.Jazzer",
        "--target_class=" + ReaderFuzz.class.getName(),
        "--instrumentation_includes=dev.ostiary.log.**",
        "--disabled_hooks=.*", // they look for injections that no reader here could have
        "-max_total_time=" + seconds,
        "-max_len=8192",
        "-timeout=20",
        "-rss_limit_mb=4096",
        "-seed=" + seed,
        corpus.toString());
  }
}
