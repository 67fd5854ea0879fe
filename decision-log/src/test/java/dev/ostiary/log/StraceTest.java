package dev.ostiary.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.log.tile.TileSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The kernel's answers made to fail, one at a time, by strace: the log is valid afterwards or
 * refused with a reason, all that was acknowledged is in it, and nothing was acknowledged after a
 * failed fsync.
 */
class StraceTest {
  private static final List<String> CALLS =
      List.of("openat", "write", "pwrite64", "fsync", "fdatasync", "rename", "ftruncate");
  private static final List<String> FAULTS =
      List.of("error=EIO", "error=ENOSPC", "error=EINTR", "signal=SIGKILL");

  @TempDir Path directory;

  private record Case(String call, String fault, int when) {}

  @Test
  void everySystemCallMayFailAndNothingAcknowledgedIsLost() throws Exception {
    Tools.require("strace", "strace");
    boolean all = Boolean.getBoolean("ostiary.long");
    long seed = System.nanoTime();
    System.out.println("StraceTest seed " + seed);
    var random = new SplittableRandom(seed);
    var cases = new ArrayList<Case>();
    for (String call : CALLS) {
      if (all) {
        for (String fault : FAULTS) {
          for (int when = 1; when <= 12; when++) cases.add(new Case(call, fault, when));
        }
      } else {
        for (String fault : FAULTS) cases.add(new Case(call, fault, 1 + random.nextInt(6)));
      }
    }
    var faults = new ArrayList<Future<?>>();
    try (var twoAtOnce = Executors.newFixedThreadPool(2)) {
      for (int i = 0; i < cases.size(); i++) {
        Case one = cases.get(i);
        Path data = directory.resolve("case" + i);
        faults.add(
            twoAtOnce.submit(() -> {
              inject(one, data);
              return one;
            }));
      }
    }
    for (var fault : faults) fault.get();
  }

  private void inject(Case one, Path data) throws Exception {
    Files.createDirectories(data);
    var options = Logs.options(data);
    DecisionLog.open(options).close(); // so that the faults meet a log, not its making
    Path told = data.resolve("told");
    var command =
        List.of(
            "strace",
            "-f",
            "--seccomp-bpf", // stops at the calls of interest alone
            "-qq",
            "-o",
            data.resolve("trace").toString(),
            "-e",
            "trace=" + one.call(),
            "-P",
            options.directory().toString(),
            "-e",
            "inject=" + one.call() + ":" + one.fault() + ":when=" + one.when(),
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            FaultedWriter.class.getName(),
            data.toString());
    var process =
        new ProcessBuilder(withPaths(command, options.directory()))
            .redirectErrorStream(true)
            .redirectOutput(told.toFile())
            .start();
    if (!process.waitFor(120, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new AssertionError(
          one + ": expected an end within 120 seconds: " + Files.readString(told));
    }
    String output = Files.readString(told, StandardCharsets.UTF_8);
    boolean syncFailed = false;
    Map<Long, String> acknowledged = new HashMap<>();
    for (String line : output.lines().toList()) {
      String[] words = line.split(" ", 3);
      if (words[0].equals("failed-sync")) syncFailed = true;
      if (!words[0].equals("appended")) continue;
      assertTrue(!syncFailed, one + ": acknowledged after a failed fsync: " + line);
      acknowledged.put(Long.parseLong(words[1]), words[2]);
    }
    try {
      DecisionLog.open(options).close();
    } catch (CannotOpenException e) {
      throw new AssertionError(one + ": " + e.getMessage() + "\n" + output, e);
    }
    var verdict =
        Verifier.verify(
            TileSource.directory(options.directory()),
            options.key().verifier(options.origin()),
            List.of(),
            (_, _) -> {});
    assertInstanceOf(Verdict.Valid.class, verdict, () -> one + ": " + verdict);
    var found = new HashMap<Long, byte[]>();
    for (var record : Logs.records(options.directory())) found.put(record.index(), record.bytes());
    acknowledged.forEach((index, text) ->
        assertArrayEquals(Logs.bytes(text), found.get(index), one + " at " + index));
  }

  /** Names every file of interest: strace's path filter takes files, not directories. */
  private static List<String> withPaths(List<String> command, Path log) throws Exception {
    var full = new ArrayList<String>();
    for (String word : command) {
      if (word.equals("-P")) {
        for (String name :
            List.of(
                "wal/synced",
                "wal/spare-0",
                "wal/spare-1",
                "wal/checkpoint.new",
                "wal/kept.new",
                "wal/ballast",
                "wal/00000000000000000000.wal",
                "wal",
                "tile/0/000.p",
                "tile/entries/000",
                "tile/0/000")) {
          full.add("-P");
          full.add(log.resolve(name).toString());
        }
      }
      full.add(word);
    }
    return full;
  }
}
