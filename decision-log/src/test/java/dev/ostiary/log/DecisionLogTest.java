package dev.ostiary.log;

import static dev.ostiary.log.Logs.append;
import static dev.ostiary.log.Logs.appended;
import static dev.ostiary.log.Logs.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.log.tile.Merkle;
import dev.ostiary.log.tile.TileSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecisionLogTest {
  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(
      value = Durability.class,
      names = {"BOUNDED", "STRICT"})
  void whatIsAppendedIsReadBackInOrderAndVerifies(Durability durability) throws Exception {
    var options = Logs.options(directory);
    try (var log = DecisionLog.open(options)) {
      for (int i = 0; i < 600; i++) {
        assertEquals(i, appended(log, bytes("record " + i), durability).index());
      }
    }
    var records = Logs.records(options.directory());
    assertEquals(600, records.size());
    for (int i = 0; i < 600; i++) {
      assertEquals(i, records.get(i).index());
      assertArrayEquals(bytes("record " + i), records.get(i).bytes());
    }
    var valid = assertInstanceOf(Verdict.Valid.class, Logs.verify(options));
    assertEquals(600, valid.entries());
  }

  @Test
  void recordsAreReadableFromTheWriteAheadLogBeforeACheckpointCoversThem() throws Exception {
    var options = Logs.options(directory);
    try (var log = DecisionLog.open(options)) {
      for (int i = 0; i < 300; i++) append(log, bytes("early " + i), Durability.BOUNDED);
      log.publish();
      for (int i = 300; i < 310; i++) append(log, bytes("early " + i), Durability.BOUNDED);
      var records = Logs.records(options.directory());
      assertEquals(310, records.size());
      assertArrayEquals(bytes("early 309"), records.get(309).bytes());
    }
  }

  @ParameterizedTest
  @ValueSource(
      ints = {1, 65_534, 65_535, 65_536, 131_024, 131_025, 1_000_000, LogOptions.MAX_RECORD_BYTES})
  void aRecordOfAnySizeComesBackWhole(int size) throws Exception {
    var options = Logs.options(directory);
    var record = new byte[size];
    new SplittableRandom(size).nextBytes(record);
    try (var log = DecisionLog.open(options)) {
      append(log, bytes("before"), Durability.BOUNDED);
      var outcome = appended(log, record, Durability.STRICT);
      append(log, bytes("after"), Durability.BOUNDED);
      assertEquals(1, outcome.index());
      assertEquals(size < 65_535 ? 1 : 1 + (size - 65_490 + 65_533) / 65_534, outcome.count());
      assertTrue(log.publish());
      var reader = LogReader.open(TileSource.directory(options.directory()));
      byte[] entry = reader.entry(1);
      assertEquals(outcome.leafHash(), new Merkle().leaf(entry, 0, entry.length));
    }
    var records = Logs.records(options.directory());
    assertEquals(3, records.size());
    assertArrayEquals(record, records.get(1).bytes());
    assertArrayEquals(bytes("after"), records.get(2).bytes());
    assertInstanceOf(Verdict.Valid.class, Logs.verify(options));
  }

  @Test
  void emptyAndOversizeRecordsAreRefusedAndLeaveNoTrace() throws Exception {
    var options = Logs.options(directory);
    try (var log = DecisionLog.open(options)) {
      for (int size : new int[] {0, LogOptions.MAX_RECORD_BYTES + 1}) {
        var refused =
            assertInstanceOf(
                Outcome.Refused.class, append(log, new byte[size], Durability.BOUNDED));
        assertEquals(Refusal.TOO_LARGE, refused.reason());
      }
      assertEquals(0, log.size());
      assertEquals(2, log.counters().refused());
    }
  }

  @Test
  void anAppendAfterCloseIsRefusedAsClosed() throws Exception {
    var log = DecisionLog.open(Logs.options(directory));
    log.close();
    var refused =
        assertInstanceOf(Outcome.Refused.class, append(log, bytes("late"), Durability.STRICT));
    assertEquals(Refusal.CLOSED, refused.reason());
  }

  @Test
  void aSecondLogOnTheSameDirectoryIsRefused() throws Exception {
    var options = Logs.options(directory);
    try (var log = DecisionLog.open(options)) {
      var refused = assertThrows(CannotOpenException.class, () -> DecisionLog.open(options));
      assertEquals(CannotOpenException.Reason.LOCKED, refused.reason());
      append(log, bytes("still here"), Durability.STRICT);
    }
    try (var log = DecisionLog.open(options)) {
      assertEquals(1, log.size());
    }
  }

  @Test
  void reopeningGoesOnWhereItEndedAtEverySizeAroundATile() throws Exception {
    var options = Logs.options(directory);
    var expected = new ArrayList<String>();
    int[] sizes = {1, 2, 255, 256, 257, 511, 512, 513, 700};
    for (int size : sizes) {
      try (var log = DecisionLog.open(options)) {
        assertEquals(expected.size(), log.size());
        while (expected.size() < size) {
          expected.add("entry " + expected.size());
          append(log, bytes(expected.getLast()), Durability.BOUNDED);
        }
      }
      assertInstanceOf(Verdict.Valid.class, Logs.verify(options));
    }
    var records = Logs.records(options.directory());
    assertEquals(
        expected,
        records.stream()
            .map(r -> new String(r.bytes(), java.nio.charset.StandardCharsets.UTF_8))
            .toList());
  }

  @Test
  void observedRecordsCompleteAtOnceAndAreInTheLogAfterClose() throws Exception {
    var options = Logs.options(directory);
    try (var log = DecisionLog.open(options)) {
      for (int i = 0; i < 1_000; i++) {
        assertInstanceOf(
            Outcome.Accepted.class, append(log, bytes("seen " + i), Durability.OBSERVE));
      }
    }
    assertEquals(1_000, Logs.records(options.directory()).size());
  }

  @Test
  void aBatchIsWrittenByOneCall() throws Exception {
    var options = Logs.options(directory);
    try (var log = DecisionLog.open(options)) {
      long before = log.counters().writes();
      var indices = new ArrayList<Long>();
      for (int i = 0; i < 100; i++) {
        log.enqueue(
            bytes("batched " + i),
            Durability.BOUNDED,
            outcome -> indices.add(((Outcome.Appended) outcome).index()));
      }
      assertTrue(indices.isEmpty());
      log.flush();
      assertEquals(100, indices.size());
      assertEquals(99, indices.getLast());
      assertEquals(before + 1, log.counters().writes());
    }
  }

  @Test
  void anInterruptedCallerStillAppendsAndTheLogGoesOn() throws Exception {
    var options = Logs.options(directory);
    try (var log = DecisionLog.open(options)) {
      var outcomes = new ArrayList<Outcome>();
      Thread.currentThread().interrupt();
      log.append(bytes("interrupted"), Durability.BOUNDED, outcomes::add);
      assertTrue(Thread.interrupted());
      assertInstanceOf(Outcome.Appended.class, outcomes.getFirst());
      assertEquals(1, appended(log, bytes("next"), Durability.STRICT).index());
    }
  }

  @Test
  void tilesWhoseFsyncFailedAreWrittenAgainFromTheWriteAheadLog() throws Exception {
    var options = Logs.options(directory);
    try (var log = DecisionLog.open(options)) {
      for (int i = 0; i < 300; i++) Logs.append(log, Logs.bytes("entry " + i), Durability.BOUNDED);
    }
    Path tile = options.directory().resolve("tile/entries/000");
    var epoch = java.nio.file.attribute.FileTime.fromMillis(0);
    Files.setLastModifiedTime(tile, epoch);
    DecisionLog.open(options).close();
    assertEquals(epoch, Files.getLastModifiedTime(tile));
    Path doubt = Files.createFile(options.directory().resolve("wal").resolve(Settler.DOUBT));
    DecisionLog.open(options).close();
    assertTrue(Files.getLastModifiedTime(tile).compareTo(epoch) > 0);
    assertTrue(Files.notExists(doubt));
    assertInstanceOf(Verdict.Valid.class, Logs.verify(options));
  }
}
