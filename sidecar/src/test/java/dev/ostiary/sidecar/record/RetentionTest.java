package dev.ostiary.sidecar.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.log.DecisionLog;
import dev.ostiary.log.Durability;
import dev.ostiary.log.LogOptions;
import dev.ostiary.log.LogReader;
import dev.ostiary.log.Verdict;
import dev.ostiary.log.Verifier;
import dev.ostiary.log.note.LogKey;
import dev.ostiary.log.tile.TileSource;
import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.record.v1.Gap;
import dev.ostiary.sidecar.limit.FairShare;
import dev.ostiary.sidecar.subjects.Subjects;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log of three units and a bit, one record a second. */
final class RetentionTest {
  private static final int UNIT = 65_536;
  private static final int RECORDS = 3 * UNIT + 100;
  private static final long SECOND = 1_000_000;

  @TempDir Path directory;

  @Test
  void whatIsOldGoesByWholeUnitsIsSaidInTheLogAndTheRestVerifies() throws Exception {
    Path tree = directory.resolve("tree");
    var key = LogKey.generate("test.example/1");
    var options = LogOptions.of(tree, "test.example/1", key).withSegmentBytes(1 << 18);
    var now = new AtomicLong();
    var clock = new Clock(now::get);
    Path data = directory.resolve("data");
    try (var log = DecisionLog.open(options);
        var subjects =
            Subjects.open(
                Files.createDirectory(data), Subjects.standardKey(data), Optional.empty())) {
      var ids = new DecisionIds(0);
      var recorder =
          new Recorder(
              log,
              "test.example/1",
              clock,
              ids,
              new Refusals(),
              false,
              new Intake(log, new FairShare(1 << 20), new DiskRation(tree, 0, 0), LagBounds.none()),
              subjects);
      var retention = new Retention(log, recorder, tree, clock);
      assertEquals(OptionalLong.empty(), retention.prune(Duration.ZERO));
      for (int i = 0; i < RECORDS; i++) {
        var record = DecisionLogEntry.newBuilder().setTimeMicros(i * SECOND);
        record.setGap(Gap.newBuilder().setCount(1));
        log.append(record.build().toByteArray(), Durability.BOUNDED, _ -> {});
      }
      assertTrue(log.publish());
      now.set(RECORDS * SECOND);
      assertEquals(OptionalLong.empty(), retention.prune(Duration.ofSeconds(RECORDS)));
      // One second short of the second unit's first record, then past it.
      assertEquals(OptionalLong.empty(), retention.prune(Duration.ofSeconds(RECORDS - UNIT)));
      assertEquals(OptionalLong.of(UNIT), retention.prune(Duration.ofSeconds(RECORDS - UNIT - 1)));
      assertEquals(OptionalLong.empty(), retention.prune(Duration.ofSeconds(RECORDS - UNIT - 1)));
      assertEquals(
          OptionalLong.of(2 * UNIT), retention.prune(Duration.ofSeconds(RECORDS - 2 * UNIT - 1)));
      assertTrue(log.publish());
    }
    var reader = LogReader.live(tree);
    assertEquals(2 * UNIT, reader.firstIndex());
    assertEquals(List.of((long) UNIT, 2L * UNIT), pruned(reader));
    var verdict =
        Verifier.verify(
            TileSource.directory(tree), key.verifier("test.example/1"), List.of(), (_, _) -> {});
    assertInstanceOf(Verdict.Valid.class, verdict, verdict::toString);
  }

  /** The first indices that are left, as the log says. */
  private static List<Long> pruned(LogReader reader) throws Exception {
    var indices = new ArrayList<Long>();
    reader.forEach(
        reader.firstIndex(),
        record -> {
          try {
            var entry = DecisionLogEntry.parseFrom(record.bytes());
            if (entry.hasPruned()) indices.add(entry.getPruned().getFirstIndex());
            return true;
          } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new AssertionError(e);
          }
        });
    return indices;
  }
}
