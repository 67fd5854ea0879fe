package dev.ostiary.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real file system that fills up: 4 MiB in memory, which takes root to mount. */
class SmallDiskTest {
  @TempDir Path directory;

  private static int run(String... command) throws Exception {
    var process = new ProcessBuilder(command).inheritIO().start();
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    return process.exitValue();
  }

  @Test
  void aFullDiskRefusesAndTheLogGoesOnByItselfWhenSpaceReturns() throws Exception {
    Tools.require("mount", "mount (util-linux)");
    Path disk = Files.createDirectories(directory.resolve("disk"));
    int mounted = run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk.toString());
    assumeTrue(mounted == 0, "a tmpfs cannot be mounted here; run as root");
    try {
      fill(disk);
    } finally {
      // Lazily: the counter of class observe stays mapped until it is collected.
      assertEquals(0, run("umount", "-l", disk.toString()));
    }
  }

  private static void fill(Path disk) throws Exception {
    var options = Logs.options(disk).withCheckpointEvery(Duration.ofMillis(20));
    // Nothing is reserved, so that the disk is really full and writes really fail.
    try (var log = DecisionLog.open(options)) {
      Logs.appended(log, Logs.bytes("before"), Durability.STRICT);
      Path filler = disk.resolve("filler");
      var blocks = new byte[64 << 10];
      try (var out = Files.newOutputStream(filler)) {
        while (true) out.write(blocks);
      } catch (java.io.IOException e) {
        assertTrue(String.valueOf(e.getMessage()).contains("No space"), e.toString());
      }
      Outcome outcome;
      int taken = 0;
      do {
        outcome = Logs.append(log, new byte[2_000], Durability.STRICT);
        if (outcome instanceof Outcome.Appended) taken++;
      } while (outcome instanceof Outcome.Appended);
      var refused = assertInstanceOf(Outcome.Refused.class, outcome);
      assertEquals(Refusal.DISK_FULL, refused.reason(), refused.detail());
      assertTrue(taken < 2_000, "took " + taken + " records of 2,000 bytes on a full disk");
      Files.delete(filler);
      long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (!(log.health() instanceof Health.Writable)) {
        assertTrue(System.nanoTime() < deadline, "expected a writable log");
        LockSupport.parkNanos(1_000_000);
      }
      var after = Logs.appended(log, Logs.bytes("after"), Durability.STRICT);
      assertEquals(taken + 1, after.index());
    }
    assertInstanceOf(Verdict.Valid.class, Logs.verify(options));
  }
}
