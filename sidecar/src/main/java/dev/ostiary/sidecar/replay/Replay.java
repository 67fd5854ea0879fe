package dev.ostiary.sidecar.replay;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.ostiary.log.LogReader;
import dev.ostiary.log.LogRecord;
import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.record.v1.DecisionRecord;
import dev.ostiary.sidecar.contract.ContractException;
import dev.ostiary.sidecar.decide.Snapshot;
import dev.ostiary.sidecar.facts.CannotFoldException;
import dev.ostiary.sidecar.facts.History;
import dev.ostiary.sidecar.subjects.Names;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;

/**
 * Makes the decisions of a log again and compares. One thread reads the entries and folds the facts
 * in order, all cores decide; memory is bounded by a few thousand entries.
 */
public final class Replay {
  private static final int CHUNK = 512;
  private static final String WITHOUT_ERASED =
      "it comes out otherwise, but facts of its time were erased with a subject";

  private final History history;
  private final Names names;
  private final LongConsumer progress;
  private final int cores = Runtime.getRuntime().availableProcessors();
  private final ArrayDeque<Future<Part>> running = new ArrayDeque<>();
  private final List<Difference> differences = new ArrayList<>();
  private final TreeMap<String, Long> notMade = new TreeMap<>();
  private List<Task> chunk = new ArrayList<>(CHUNK);
  private long read;
  private long same;

  private Replay(History history, Names names, long from, LongConsumer progress) {
    this.history = history;
    this.names = names;
    this.read = from;
    this.progress = progress;
  }

  /** A logged decision and what it was made by. */
  private record Task(
      long index, int item, DecisionRecord logged, Snapshot snapshot, boolean erased) {}

  /** What came of one chunk, which ends before {@code end}. */
  private record Part(
      long end, long same, List<Difference> differences, Map<String, Long> notMade) {}

  /**
   * Makes every decision of {@code log} from index {@code from} on again, by the facts of {@code
   * history}. Blocks until all are made.
   *
   * @param names whom the names of the log stand for
   * @param progress told from time to time the index before which all is done; the calling thread
   * @throws IOException if the log cannot be read, naming the entry
   */
  public static Replayed run(
      LogReader log, long from, History history, Names names, LongConsumer progress)
      throws IOException, InterruptedException {
    var replay = new Replay(history, names, from, progress);
    try (var workers = Executors.newFixedThreadPool(replay.cores)) {
      log.forEach(from, record -> replay.take(record, workers));
      replay.hand(workers);
      while (!replay.running.isEmpty() && !Thread.currentThread().isInterrupted())
        replay.takeOldest();
    }
    if (Thread.interrupted()) throw new InterruptedException();
    return new Replayed(replay.same, List.copyOf(replay.differences), Map.copyOf(replay.notMade));
  }

  /** Takes one record; false where the thread was interrupted. */
  private boolean take(LogRecord record, ExecutorService workers) {
    read = record.index() + record.count();
    try {
      var entry = DecisionLogEntry.parseFrom(record.bytes());
      switch (entry.getEntryCase()) {
        case DECISION -> task(record.index(), 0, entry.getDecision());
        case BATCH -> {
          var items = entry.getBatch().getItemsList();
          for (int i = 0; i < items.size(); i++) task(record.index(), i, items.get(i));
        }
        case ENTRY_NOT_SET -> notMade("the entry is of a kind that this version does not know");
        case STARTED,
            CLOSED,
            POLICY_ACTIVATED,
            REFUSALS,
            GAP,
            CLOCK_STEP,
            PRUNED,
            REVEALED,
            ERASED,
            KEY_ROTATED -> {}
      }
    } catch (InvalidProtocolBufferException e) {
      notMade("the entry is not a decision log's");
    }
    if (chunk.size() >= CHUNK) hand(workers);
    if (running.size() > 2 * cores) takeOldest();
    return !Thread.currentThread().isInterrupted();
  }

  private void task(long index, int item, DecisionRecord logged) {
    try {
      var snapshot = history.at(Logged.revision(logged));
      if (snapshot.isPresent())
        chunk.add(new Task(index, item, logged, snapshot.get(), history.isErased()));
      else notMade("the facts up to its revision are not here");
    } catch (CannotFoldException e) {
      notMade(String.valueOf(e.getMessage()));
    }
  }

  private void notMade(String why) {
    notMade.merge(why, 1L, Long::sum);
  }

  private void hand(ExecutorService workers) {
    List<Task> full = chunk;
    long end = read;
    chunk = new ArrayList<>(CHUNK);
    running.add(workers.submit(() -> made(full, end)));
  }

  private Part made(List<Task> tasks, long end) {
    var differences = new ArrayList<Difference>(0);
    var notMade = new TreeMap<String, Long>();
    long same = 0;
    for (Task task : tasks) {
      try {
        switch (Logged.again(task.logged, task.snapshot, names)) {
          case Logged.Made.Same() -> same++;
          case Logged.Made.Not(var why) -> notMade.merge(why, 1L, Long::sum);
          case Logged.Made.Differs(var parts) -> {
            if (task.erased) notMade.merge(WITHOUT_ERASED, 1L, Long::sum);
            else differences.add(new Difference(task.index, task.item, id(task.logged), parts));
          }
        }
      } catch (ContractException e) {
        String why = "the entry holds no question: " + e.field() + ": " + e.getMessage();
        notMade.merge(why, 1L, Long::sum);
      }
    }
    return new Part(end, same, differences, notMade);
  }

  /** Adds what the oldest chunk came to; leaves the thread interrupted if it is while waiting. */
  private void takeOldest() {
    try {
      Part part = running.remove().get();
      same += part.same;
      differences.addAll(part.differences);
      part.notMade.forEach((why, count) -> notMade.merge(why, count, Long::sum));
      progress.accept(part.end);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause()); // a defect: what can go wrong is a value
    }
  }

  private static String id(DecisionRecord logged) {
    return HexFormat.of().formatHex(logged.getDecisionId().toByteArray());
  }
}
