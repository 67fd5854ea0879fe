package dev.ostiary.sidecar.record;

import static dev.ostiary.sidecar.Served.question;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.sidecar.Served;
import dev.ostiary.v1.CheckResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the times of entries promise, with questions from many threads at once. */
final class TimeOrderTest {
  @TempDir Path directory;

  /** An entry, and one that was acknowledged before it was asked for; -1 where none was. */
  private record Asked(long before, long index) {}

  @Test
  void noTimeIsBeforeThatOfAnEntryThatStoodWhenTheQuestionWasAsked() throws Exception {
    Served.writeBundle(directory, 1, "");
    var asked = new ConcurrentLinkedQueue<Asked>();
    var acknowledged = new AtomicLong(-1);
    List<DecisionLogEntry> entries;
    try (var served = Served.in(directory)) {
      var threads = new ArrayList<Thread>();
      for (int i = 0; i < 8; i++)
        threads.add(
            Thread.ofPlatform()
                .start(() -> {
                  for (int j = 0; j < 100; j++) {
                    long before = acknowledged.get();
                    CheckResponse response = served.client().check(question().build());
                    long index = response.getReceipt().getIndex();
                    acknowledged.accumulateAndGet(index, Math::max);
                    asked.add(new Asked(before, index));
                  }
                }));
      for (var thread : threads) assertTrue(thread.join(Duration.ofSeconds(60)));
      entries = served.entries();
    }
    assertEquals(800, asked.size());
    long last = entries.stream().mapToLong(DecisionLogEntry::getTimeMicros).max().orElseThrow();
    for (var question : asked) {
      if (question.before() < 0) continue;
      var entry = entries.get((int) question.index());
      long stood = entries.get((int) question.before()).getTimeMicros();
      assertTrue(entry.getTimeMicros() >= stood, () -> question + " ran backwards");
      assertTrue(now(entry) >= stood / 1_000, () -> question + " was decided before");
      assertTrue(now(entry) <= entry.getTimeMicros() / 1_000, () -> question + " is from later");
    }
    try (var again = Served.in(directory)) {
      var entry = again.entries().getLast();
      assertTrue(entry.getTimeMicros() >= last, "a restart does not go back");
    }
  }

  private static long now(DecisionLogEntry entry) {
    return entry.getDecision().getContextList().stream()
        .filter(attribute -> attribute.getName().equals("now"))
        .findFirst()
        .orElseThrow()
        .getValue()
        .getDatetimeMillis();
  }
}
