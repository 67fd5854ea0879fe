package dev.ostiary.sidecar.record;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.ostiary.log.LogReader;
import dev.ostiary.record.v1.DecisionLogEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/** Where the decision log's time stands when a run begins. */
public final class LastEntry {
  /** A record of many entries is seldom longer; then the clock begins a moment earlier. */
  private static final long LOOK_BACK = 256;

  private LastEntry() {}

  /** Time of the last entry in microseconds since 1970; 0 where there is none. */
  public static long micros(Path directory) throws IOException {
    var reader = LogReader.live(directory);
    var last = new AtomicLong();
    reader.forEach(
        Math.max(0, reader.size() - LOOK_BACK),
        record -> {
          try {
            last.accumulateAndGet(
                DecisionLogEntry.parseFrom(record.bytes()).getTimeMicros(), Math::max);
          } catch (InvalidProtocolBufferException e) {
            // What is no entry has no time; reading the log reports it.
          }
          return true;
        });
    return last.get();
  }
}
