package dev.ostiary.sidecar.record;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.ostiary.log.LogReader;
import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.record.v1.Started;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * How a decision log ends.
 *
 * @param size number of entries
 * @param closed whether the last says that its process ended in order
 * @param last time of the last; 1970 where there is none
 */
public record Ending(long size, boolean closed, Instant last) {
  /** Reads the end of a log, as far as its checkpoint goes. Blocks. */
  public static Ending of(LogReader reader) throws IOException {
    if (reader.size() == 0) return new Ending(0, false, Instant.EPOCH);
    var last = new DecisionLogEntry[] {DecisionLogEntry.getDefaultInstance()};
    reader.forEach(
        reader.size() - 1,
        record -> {
          try {
            last[0] = DecisionLogEntry.parseFrom(record.bytes());
          } catch (InvalidProtocolBufferException e) {
            // What is no entry closed nothing; reading the log reports it.
          }
          return true;
        });
    return new Ending(
        reader.size(),
        last[0].hasClosed(),
        Instant.EPOCH.plus(last[0].getTimeMicros(), ChronoUnit.MICROS));
  }

  /** How a log began; empty where that is pruned. Blocks. */
  public static Optional<Started> started(LogReader reader) throws IOException {
    if (reader.size() == 0) return Optional.empty();
    var first = new DecisionLogEntry[] {DecisionLogEntry.getDefaultInstance()};
    reader.forEach(
        0,
        record -> {
          try {
            if (record.index() == 0) first[0] = DecisionLogEntry.parseFrom(record.bytes());
          } catch (InvalidProtocolBufferException e) {
            // What is no entry began nothing; reading the log reports it.
          }
          return false;
        });
    return first[0].hasStarted() ? Optional.of(first[0].getStarted()) : Optional.empty();
  }

  /** Where it is, for people: its size and when it was written last. */
  public String place() {
    return size == 0 ? "no entries" : size + " entries, the last of " + last;
  }
}
