package dev.ostiary.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.log.CannotOpenException.Reason;
import dev.ostiary.log.note.LogKey;
import dev.ostiary.log.tile.Bundle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/**
 * What the log does when the disk fails, fills up or is slow: named refusals, and nothing
 * acknowledged wrongly.
 */
class FaultTest {
  private static final Path DIRECTORY = Path.of("/data/decisions/1");

  private final CrashDisk disk = new CrashDisk(1);
  private final LogOptions options;

  FaultTest() throws Exception {
    options =
        LogOptions.of(DIRECTORY, Logs.ORIGIN, LogKey.generate("log.example"))
            .withSegmentBytes(16 << 10)
            .withUnsyncedBytes(32 << 10)
            .withReserveBytes(0)
            .withBallastBytes(4 << 10)
            .withCheckpointEvery(Duration.ofMillis(20));
  }

  private static Refusal refusal(Outcome outcome) {
    return assertInstanceOf(Outcome.Refused.class, outcome).reason();
  }

  private static void eventually(String what, BooleanSupplier condition)
      throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "expected " + what);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private Verdict verify() throws Exception {
    return Verifier.verify(
        new TreeFiles(disk, DIRECTORY),
        options.key().verifier(options.origin()),
        List.of(),
        (_, _) -> {});
  }

  @Test
  void afterAFailedFsyncNothingIsAcknowledgedUntilTheLogIsOpenedAgain() throws Exception {
    try (var log = DecisionLog.open(options, disk)) {
      Logs.appended(log, Logs.bytes("durable"), Durability.STRICT);
      disk.failSyncs(true);
      assertEquals(
          Refusal.SYNC_FAILED, refusal(Logs.append(log, Logs.bytes("lost"), Durability.STRICT)));
      disk.failSyncs(false);
      for (var durability : Durability.values()) {
        assertEquals(
            Refusal.SYNC_FAILED, refusal(Logs.append(log, Logs.bytes("late"), durability)));
      }
      var unwritable = assertInstanceOf(Health.Unwritable.class, log.health());
      assertEquals(Refusal.SYNC_FAILED, unwritable.reason());
    }
    try (var log = DecisionLog.open(options, disk)) {
      assertTrue(log.size() >= 1);
      Logs.appended(log, Logs.bytes("again"), Durability.STRICT);
    }
    assertInstanceOf(Verdict.Valid.class, verify());
  }

  @Test
  void aFailedWriteIsRefusedAndTheLogGoesOnInANewFile() throws Exception {
    try (var log = DecisionLog.open(options, disk)) {
      Logs.appended(log, Logs.bytes("one"), Durability.BOUNDED);
      disk.failWrites(true);
      assertEquals(
          Refusal.WRITE_FAILED, refusal(Logs.append(log, new byte[900], Durability.BOUNDED)));
      disk.failWrites(false);
      eventually("a writable log", () -> log.health() instanceof Health.Writable);
      assertEquals(1, Logs.appended(log, Logs.bytes("two"), Durability.STRICT).index());
    }
    try (var log = DecisionLog.open(options, disk)) {
      assertEquals(2, log.size());
    }
    assertInstanceOf(Verdict.Valid.class, verify());
  }

  @Test
  void aFullDiskRefusesAndResumesByItselfWhenThereIsRoomAgain() throws Exception {
    try (var log =
        DecisionLog.open(
            options.withReserveBytes(100_000).withCheckpointEvery(Duration.ofHours(1)), disk)) {
      Logs.appended(log, Logs.bytes("before"), Durability.STRICT);
      disk.capacity(disk.used() + 140_000);
      Outcome outcome;
      do {
        outcome = Logs.append(log, new byte[2_000], Durability.BOUNDED);
      } while (!(outcome instanceof Outcome.Refused refused
          && refused.reason() == Refusal.DISK_FULL));
      assertFalse(((Outcome.Refused) outcome).retryAfter().isZero());
      long size = log.size();
      assertTrue(log.publish(), "expected a checkpoint of all that was taken");
      assertEquals(size, log.checkpoint().size());
      disk.capacity(Long.MAX_VALUE);
      eventually("a writable log", () -> log.health() instanceof Health.Writable);
      Logs.appended(log, Logs.bytes("after"), Durability.STRICT);
    }
    assertInstanceOf(Verdict.Valid.class, verify());
  }

  @Test
  void theBallastLetsADiskWithoutAnyRoomTakeTheLastCheckpoint() throws Exception {
    try (var log = DecisionLog.open(options.withCheckpointEvery(Duration.ofHours(1)), disk)) {
      for (int i = 0; i < 5; i++) Logs.appended(log, Logs.bytes("entry " + i), Durability.STRICT);
      disk.capacity(disk.used());
    }
    assertEquals(5, assertInstanceOf(Verdict.Valid.class, verify()).entries());
  }

  @Test
  void aSlowDiskDoesNotSlowBoundedAppendsUntilTheBoundIsReached() throws Exception {
    try (var log = DecisionLog.open(options.withUnsyncedBytes(1 << 20), disk)) {
      Logs.appended(log, Logs.bytes("warm"), Durability.STRICT);
      disk.syncTakes(Duration.ofMillis(300).toNanos());
      var outcomes = new ArrayList<Outcome>();
      long begin = System.nanoTime();
      for (int i = 0; i < 100; i++) log.append(new byte[100], Durability.BOUNDED, outcomes::add);
      long took = System.nanoTime() - begin;
      // Each is complete when its append returns, so none has waited for a sync of 300 ms.
      assertEquals(100, outcomes.size());
      assertTrue(outcomes.stream().allMatch(Outcome.Appended.class::isInstance));
      assertTrue(took < Duration.ofSeconds(10).toNanos());
      while (outcomes.getLast() instanceof Outcome.Appended) {
        log.append(new byte[50_000], Durability.BOUNDED, outcomes::add);
      }
      assertEquals(Refusal.BACKLOG, refusal(outcomes.getLast()));
      disk.syncTakes(0);
      eventually("room in the backlog", () -> log.counters().unsyncedBytes() == 0);
      Logs.appended(log, Logs.bytes("on"), Durability.BOUNDED);
    }
  }

  @Test
  void lostRecordsOfClassObserveAreCountedInAGap() throws Exception {
    try (var log =
        DecisionLog.open(options.withGaps(gap -> Logs.bytes("lost " + gap.lost())), disk)) {
      Logs.appended(log, Logs.bytes("first"), Durability.STRICT);
      disk.failWrites(true);
      var accepted = new CompletableFuture<Outcome>();
      for (int i = 0; i < 3; i++)
        log.enqueue(Logs.bytes("unseen"), Durability.OBSERVE, accepted::complete);
      assertInstanceOf(Outcome.Accepted.class, Logs.await(accepted));
      eventually("three lost records", () -> log.counters().lost() > 0);
      long lost = log.counters().lost();
      disk.failWrites(false);
      eventually("a gap record", () -> log.counters().lost() == 0);
      assertTrue(lost <= 3);
      assertTrue(log.size() >= 2);
    }
  }

  @Test
  void recordsOfClassObserveThatAKilledProcessHadInMemoryAreCountedAtTheNextStart()
      throws Exception {
    var gaps = options.withGaps(gap -> Logs.bytes("lost " + gap.lost()));
    var accepted = new AtomicInteger();
    CrashDisk after;
    try (var log = DecisionLog.open(gaps, disk)) {
      for (int i = 0; i < 4; i++) log.enqueue(Logs.bytes("seen"), Durability.OBSERVE, _ -> {});
      log.flush();
      Logs.appended(log, Logs.bytes("durable"), Durability.STRICT);
      disk.crashAfter(0);
      for (int i = 0; i < 7; i++) {
        log.enqueue(
            Logs.bytes("unseen"),
            Durability.OBSERVE,
            outcome -> {
              if (outcome instanceof Outcome.Accepted) accepted.incrementAndGet();
            });
      }
      after = disk.afterKill();
    }
    try (var log = DecisionLog.open(gaps, after)) {
      eventually("a gap record", () -> log.size() == 6);
      assertTrue(log.publish());
      var entries = Bundle.read(new TreeFiles(after, DIRECTORY), 0, 6);
      assertArrayEquals(Logs.bytes("\0lost " + accepted), entries.get(5));
    }
    try (var log = DecisionLog.open(gaps, after)) {
      Logs.appended(log, Logs.bytes("no second gap"), Durability.STRICT);
      assertEquals(7, log.size());
      assertEquals(0, log.counters().lost());
    }
  }

  @Test
  void aRestoredBackupIsRefusedWhereAnAnchorRemembersMore() throws Exception {
    var anchor =
        new Anchor() {
          private byte[] last = new byte[0];

          @Override
          public Optional<Memory> last(byte[] current) {
            return last.length == 0 ? Optional.empty() : Optional.of(new Memory.Signed(last));
          }

          @Override
          public void keep(byte[] signedCheckpoint) {
            last = signedCheckpoint;
          }
        };
    var anchored = options.withAnchor(anchor);
    try (var log = DecisionLog.open(anchored, disk)) {
      Logs.append(log, Logs.bytes("old"), Durability.STRICT);
    }
    var backup = disk.afterKill();
    try (var log = DecisionLog.open(anchored, disk)) {
      assertTrue(log.notices().stream().noneMatch(notice -> notice.contains("anchor")));
      Logs.append(log, Logs.bytes("new"), Durability.STRICT);
    }
    var refused = assertThrows(CannotOpenException.class, () -> DecisionLog.open(anchored, backup));
    assertEquals(Reason.ROLLED_BACK, refused.reason());
    try (var log = DecisionLog.open(options, backup)) {
      assertTrue(log.notices().stream().anyMatch(notice -> notice.contains("no anchor")));
    }
  }
}
