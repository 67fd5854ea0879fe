package dev.ostiary.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A kernel that writes less than it was given: a limit on file sizes, set while the log is open.
 */
class ShortWriteTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {5_000, 20_011})
  void aWriteCutShortIsRefusedAndNothingAcknowledgedIsLost(int bytes) throws Exception {
    Tools.require("prlimit", "util-linux");
    var options = Logs.options(directory);
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                FaultedWriter.class.getName(),
                directory.toString())
            .redirectErrorStream(true)
            .start();
    var acknowledged = new HashMap<Long, String>();
    int refused = 0;
    try (var told = process.inputReader()) {
      for (String line = told.readLine(); line != null; line = told.readLine()) {
        String[] words = line.split(" ", 3);
        if (words[0].equals("appended")) acknowledged.put(Long.parseLong(words[1]), words[2]);
        if (line.startsWith("refused WRITE_FAILED")) refused++;
        if (acknowledged.size() == 1) limit(process.pid(), bytes);
      }
    } finally {
      process.destroyForcibly();
    }
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertTrue(refused > 0, "expected refused writes, got " + acknowledged.size() + " appended");
    DecisionLog.open(options).close();
    assertInstanceOf(Verdict.Valid.class, Logs.verify(options));
    var found = new HashMap<Long, byte[]>();
    for (var record : Logs.records(options.directory())) found.put(record.index(), record.bytes());
    acknowledged.forEach(
        (index, text) -> assertArrayEquals(Logs.bytes(text), found.get(index), "at " + index));
  }

  private static void limit(long pid, int bytes) throws Exception {
    var prlimit =
        new ProcessBuilder("prlimit", "--pid", "" + pid, "--fsize=" + bytes + ":" + bytes);
    assertEquals(0, prlimit.inheritIO().start().waitFor());
  }
}
