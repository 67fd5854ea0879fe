package dev.ostiary.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.LogKey;
import dev.ostiary.log.tile.Bundle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** Stops at random operations on a disk that drops, reorders and tears what was not synced. */
class CrashTest {
  private static final Path DIRECTORY = Path.of("/data/decisions/1");

  private static LogOptions options(LogKey key) {
    return LogOptions.of(DIRECTORY, Logs.ORIGIN, key)
        .withSegmentBytes(8 << 10)
        .withUnsyncedBytes(1 << 20)
        .withReserveBytes(0)
        .withBallastBytes(512)
        .withSyncEvery(Duration.ofNanos(200_000))
        .withCheckpointEvery(Duration.ofMillis(2))
        .withKeepEvery(Duration.ofMillis(6));
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Acknowledged(Durability durability, byte[] record) {}

  private final Map<Long, Acknowledged> acknowledged = new ConcurrentHashMap<>();
  private Checkpoint seen =
      new Checkpoint(Logs.ORIGIN, 0, new dev.ostiary.log.tile.Merkle().empty());

  @Test
  void noStopLosesWhatWasAcknowledgedAsDurableOrForks() throws Exception {
    int points = Boolean.getBoolean("ostiary.long") ? Integer.getInteger("points", 10_000) : 80;
    long seed = System.nanoTime();
    System.out.println("CrashTest seed " + seed);
    var key = LogKey.generate("log.example");
    for (int point = 0; point < points; point++) {
      acknowledged.clear();
      seen = new Checkpoint(Logs.ORIGIN, 0, new dev.ostiary.log.tile.Merkle().empty());
      String where = "seed " + (seed + point);
      try {
        stops(new SplittableRandom(seed + point), options(key));
      } catch (Exception | AssertionError e) {
        throw new AssertionError(where + ": " + e, e);
      }
    }
  }

  /**
   * A life of a log: it is stopped a few times, by a kill or a lost power, and must go on from
   * each.
   */
  private void stops(SplittableRandom random, LogOptions options) throws Exception {
    var disk = new CrashDisk(random.nextLong());
    int lives = 1 + random.nextInt(4);
    for (int life = 0; life < lives; life++) {
      disk.crashAfter(random.nextInt(1200));
      live(disk, options, random);
      boolean power = random.nextInt(4) > 0;
      disk.crashAfter(Integer.MAX_VALUE);
      disk = power ? disk.afterPowerLoss(random.nextLong()) : disk.afterKill();
      check(disk, options, power);
    }
  }

  private void live(CrashDisk disk, LogOptions options, SplittableRandom random) throws Exception {
    DecisionLog log;
    try {
      log = DecisionLog.open(options, disk);
    } catch (CannotOpenException e) {
      if (e.reason() == CannotOpenException.Reason.UNREADABLE)
        return; // the power went during the start
      throw e;
    }
    int appends = random.nextInt(120);
    for (int i = 0; i < appends; i++) {
      var record = new byte[1 + random.nextInt(random.nextInt(20) == 0 ? 70_000 : 700)];
      random.nextBytes(record);
      var durability = random.nextBoolean() ? Durability.STRICT : Durability.BOUNDED;
      log.enqueue(
          record,
          durability,
          outcome -> {
            if (outcome instanceof Outcome.Appended appended) {
              acknowledged.put(appended.index(), new Acknowledged(durability, record));
            }
          });
      if (random.nextInt(3) > 0) log.flush();
      if (random.nextInt(30) == 0 && log.publish()) seen = log.checkpoint();
    }
    if (random.nextInt(4) == 0) log.publish();
    if (log.checkpoint().size() > seen.size()) seen = log.checkpoint();
    log.close();
    if (log.checkpoint().size() > seen.size()) seen = log.checkpoint();
  }

  private void check(CrashDisk disk, LogOptions options, boolean power) throws Exception {
    var files = new TreeFiles(disk, DIRECTORY);
    var log = DecisionLog.open(options, disk);
    long size = log.size();
    assertTrue(size >= seen.size(), "shorter than signed: " + size + " < " + seen.size());
    log.close();
    assertTrue(size == log.checkpoint().size(), log.health() + " published " + log.checkpoint());
    var verdict =
        Verifier.verify(
            files,
            options.key().verifier(options.origin()),
            List.of(new Evidence("seen", options.key().sign(seen).encoded())),
            (_, _) -> {});
    assertInstanceOf(Verdict.Valid.class, verdict, verdict.toString());
    var records = records(files, size);
    acknowledged.forEach((index, ack) -> {
      byte[] found = records.get(index);
      if (found != null) {
        assertArrayEquals(ack.record(), found, "at " + index);
      } else {
        assertTrue(index >= size, "index " + index + " is inside");
        assertTrue(
            power && ack.durability() == Durability.BOUNDED,
            ack.durability() + " lost at " + index);
      }
    });
    acknowledged.keySet().removeIf(index -> index >= size);
  }

  private static Map<Long, byte[]> records(TreeFiles files, long size) throws Exception {
    var records = new ConcurrentHashMap<Long, byte[]>();
    var joiner =
        new RecordJoiner(record -> {
          records.put(record.index(), record.bytes());
          return true;
        });
    for (long bundle = 0; bundle * 256 < size; bundle++) {
      var entries = Bundle.read(files, bundle, size);
      for (int i = 0; i < entries.size(); i++) joiner.entry(bundle * 256 + i, entries.get(i));
    }
    return records;
  }
}
