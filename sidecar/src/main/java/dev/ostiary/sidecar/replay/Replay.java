package dev.ostiary.sidecar.replay;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.ostiary.log.LogReader;
import dev.ostiary.log.LogRecord;
import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.record.v1.DecisionRecord;
import dev.ostiary.sidecar.contract.ContractException;
import dev.ostiary.sidecar.decide.Revision;
import dev.ostiary.sidecar.decide.Snapshot;
import dev.ostiary.sidecar.facts.CannotFoldException;
import dev.ostiary.sidecar.facts.History;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the decisions of a log again and compares. One thread reads the entries in order, all cores
 * decide; memory is bounded by a few thousand entries.
 */
public final class Replay {
  private static final int CHUNK = 512;

  private final History history;
  private final LongConsumer progress;
  private final int cores = Runtime.getRuntime().availableProcessors();
  private final ArrayDeque<Future<Part>> running = new ArrayDeque<>();
  private final List<Difference> differences = new ArrayList<>();
  private final TreeMap<String, Long> notMade = new TreeMap<>();
  private long same;

  private Replay(History history, LongConsumer progress) {
    this.history = history;
    this.progress = progress;
  }

  /** What came of one chunk. */
  private record Part(
      long end, long same, List<Difference> differences, Map<String, Long> notMade) {}

  /**
   * Makes every decision of {@code log} from index {@code from} on again, by the facts of {@code
   * history}. Blocks until all are made.
   *
   * @param progress told from time to time the index before which all is done; the calling thread
   * @throws IOException if the log cannot be read, naming the entry
   */
  public static Replayed run(LogReader log, long from, History history, LongConsumer progress)
      throws IOException, InterruptedException {
    var replay = new Replay(history, progress);
    try (var workers = Executors.newFixedThreadPool(replay.cores)) {
      try {
        replay.run(log, from, workers);
      } finally {
        workers.shutdownNow();
      }
    }
    return new Replayed(replay.same, List.copyOf(replay.differences), Map.copyOf(replay.notMade));
  }

  private void run(LogReader log, long from, ExecutorService workers)
      throws IOException, InterruptedException {
    var chunk =
        new Object() {
          List<LogRecord> records = new ArrayList<>(CHUNK);
          @Nullable InterruptedException interrupted;
        };
    log.forEach(
        from,
        record -> {
          chunk.records.add(record);
          if (chunk.records.size() < CHUNK) return true;
          List<LogRecord> full = chunk.records;
          chunk.records = new ArrayList<>(CHUNK);
          running.add(workers.submit(() -> part(full)));
          try {
            if (running.size() > 2 * cores) takeOldest();
            return true;
          } catch (InterruptedException e) {
            chunk.interrupted = e;
            return false;
          }
        });
    if (chunk.interrupted != null) throw chunk.interrupted;
    running.add(workers.submit(() -> part(chunk.records)));
    while (!running.isEmpty()) takeOldest();
  }

  private void takeOldest() throws InterruptedException {
    try {
      Part part = running.remove().get();
      same += part.same;
      differences.addAll(part.differences);
      part.notMade.forEach((why, count) -> notMade.merge(why, count, Long::sum));
      progress.accept(part.end);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause()); // a defect: what can go wrong is a value
    }
  }

  private Part part(List<LogRecord> records) {
    var part = new Made();
    for (LogRecord record : records) part.make(record);
    LogRecord last = records.isEmpty() ? null : records.getLast();
    return new Part(
        last == null ? 0 : last.index() + last.count(), part.same, part.differences, part.notMade);
  }

  /** Makes the decisions of one chunk; neighbours mostly share a revision. */
  private final class Made {
    private final List<Difference> differences = new ArrayList<>(0);
    private final TreeMap<String, Long> notMade = new TreeMap<>();
    private long same;
    private @Nullable Revision revision;
    private Optional<Snapshot> snapshot = Optional.empty();

    private void make(LogRecord record) {
      try {
        var entry = DecisionLogEntry.parseFrom(record.bytes());
        switch (entry.getEntryCase()) {
          case DECISION -> make(entry.getDecision(), record.index(), 0);
          case BATCH -> {
            var items = entry.getBatch().getItemsList();
            for (int i = 0; i < items.size(); i++) make(items.get(i), record.index(), i);
          }
          case ENTRY_NOT_SET -> notMade("the entry is of a kind that this version does not know");
          case STARTED, CLOSED, POLICY_ACTIVATED, REFUSALS, GAP -> {}
        }
      } catch (InvalidProtocolBufferException e) {
        notMade("the entry is not a decision log's");
      }
    }

    private void make(DecisionRecord logged, long index, int item) {
      try {
        Revision at = Logged.revision(logged);
        if (!at.equals(revision)) {
          snapshot = history.at(at);
          revision = at;
        }
        if (snapshot.isEmpty()) {
          notMade("the facts up to its revision are not here");
          return;
        }
        var parts = Logged.differences(logged, snapshot.get());
        if (parts.isEmpty()) same++;
        else differences.add(new Difference(index, item, id(logged), parts));
      } catch (CannotFoldException e) {
        revision = null;
        notMade(String.valueOf(e.getMessage()));
      } catch (ContractException e) {
        notMade("the entry holds no question: " + e.field() + ": " + e.getMessage());
      }
    }

    private void notMade(String why) {
      notMade.merge(why, 1L, Long::sum);
    }
  }

  private static String id(DecisionRecord logged) {
    return HexFormat.of().formatHex(logged.getDecisionId().toByteArray());
  }
}
