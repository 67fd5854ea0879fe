package dev.ostiary.sidecar.record;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.ostiary.log.DecisionLog;
import dev.ostiary.log.LogReader;
import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.record.v1.Pruned;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Removes the decision log's beginning by age, and says so in the log: a record names the first
 * entry that is left. One thread at a time.
 */
public final class Retention {
  private final DecisionLog log;
  private final Recorder recorder;
  private final Path tree;
  private final Clock clock;

  /** Keeps the log in {@code tree}, which {@code recorder} writes. */
  public Retention(DecisionLog log, Recorder recorder, Path tree, Clock clock) {
    this.log = log;
    this.recorder = recorder;
    this.tree = tree;
    this.clock = clock;
  }

  /**
   * Removes what is older, as far as it fills whole units of {@link DecisionLog#PRUNED_UNIT}. What
   * is left still verifies. Blocks.
   *
   * @param keep the age up to which records stay
   * @return index of the first entry that is left; empty where nothing was to be removed
   * @throws IOException if the log cannot be read or the files cannot be removed
   */
  public OptionalLong prune(Duration keep) throws IOException, InterruptedException {
    long before = clock.micros() - keep.toNanos() / 1_000;
    LogReader reader = LogReader.live(tree);
    long first = reader.firstIndex();
    long low = first / DecisionLog.PRUNED_UNIT;
    long high = reader.publishedSize() / DecisionLog.PRUNED_UNIT;
    // Times never run backwards: where a unit's first record is old, so are all before it.
    while (low < high) {
      long middle = (low + high + 1) >>> 1;
      if (micros(reader, middle * DecisionLog.PRUNED_UNIT) < before) low = middle;
      else high = middle - 1;
    }
    long end = low * DecisionLog.PRUNED_UNIT;
    if (end <= first) return OptionalLong.empty();
    // First the record, so that a crash leaves no gap that nothing explains.
    recorder.pruned(Pruned.newBuilder().setFirstIndex(end).setBeforeMicros(before).build());
    long left = log.prune(end); // fewer where the last of them are not durable in tiles yet
    return left <= first ? OptionalLong.empty() : OptionalLong.of(left);
  }

  /** Time of the first record from an index on; there is none later than the last. */
  private static long micros(LogReader reader, long index) throws IOException {
    var time = new AtomicLong(Long.MAX_VALUE);
    reader.forEach(
        index,
        record -> {
          try {
            time.set(DecisionLogEntry.parseFrom(record.bytes()).getTimeMicros());
            return false;
          } catch (InvalidProtocolBufferException e) {
            return true; // what is no entry has no time; reading the log reports it
          }
        });
    return time.get();
  }
}
