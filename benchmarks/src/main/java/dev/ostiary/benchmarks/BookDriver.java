package dev.ostiary.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.IpValue;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.ValueFormatException;
import dev.ostiary.log.DecisionLog;
import dev.ostiary.log.LogOptions;
import dev.ostiary.log.LogReader;
import dev.ostiary.log.Outcome;
import dev.ostiary.log.note.LogKey;
import dev.ostiary.record.v1.Door;
import dev.ostiary.sidecar.bundle.BundleReader;
import dev.ostiary.sidecar.decide.Answer;
import dev.ostiary.sidecar.decide.Decider;
import dev.ostiary.sidecar.decide.Question;
import dev.ostiary.sidecar.decide.Snapshot;
import dev.ostiary.sidecar.facts.FactLog;
import dev.ostiary.sidecar.facts.History;
import dev.ostiary.sidecar.limit.FairShare;
import dev.ostiary.sidecar.record.Call;
import dev.ostiary.sidecar.record.Clock;
import dev.ostiary.sidecar.record.DecisionIds;
import dev.ostiary.sidecar.record.DiskRation;
import dev.ostiary.sidecar.record.Intake;
import dev.ostiary.sidecar.record.LagBounds;
import dev.ostiary.sidecar.record.Recorder;
import dev.ostiary.sidecar.record.Refusals;
import dev.ostiary.sidecar.replay.Replay;
import dev.ostiary.sidecar.subjects.Subjects;
import dev.ostiary.v1.Attribute;
import dev.ostiary.v1.Entity;
import dev.ostiary.v1.EntityChange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * What does the book cost: a decision with its entry in each log class, with and without people
 * under pseudonyms and sealed context, the bytes of an entry, replaying them, and loading facts?
 *
 * <p>{@code decisions [COUNT]} and {@code facts [COUNT]}. In one process, without doors: the CPU
 * time is the whole process's, that of the log's threads included.
 */
public final class BookDriver {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  /** As many as an event loop may read at once. */
  private static final int TURN = 32;

  private static final int UNDER_WAY = 4_096;
  private static final int BATCH = 1_000;

  private BookDriver() {}

  /** Runs what is asked for. */
  public static void main(String[] args) throws Exception {
    String what = args.length > 0 ? args[0] : "decisions";
    int count = args.length > 1 ? Integer.parseInt(args[1]) : 0;
    if (what.equals("facts")) {
      facts(count == 0 ? 1_000_000 : count);
    } else {
      decisions(count == 0 ? 200_000 : count);
    }
  }

  /** A data directory with a bundle in force. */
  private record Book(Path data, LogKey key, Subjects subjects, FactLog facts, Snapshot snapshot)
      implements AutoCloseable {
    static Book open(String logClass, boolean personal) throws Exception {
      Path data = Files.createTempDirectory("ostiary-book");
      var workload = PeersWorkload.standard();
      Path bundle = Files.createDirectories(data.resolve("bundle/entities")).resolveSibling("");
      Files.writeString(
          bundle.resolve("bundle.yaml"), "name: peers\nversion: 1\nlog: " + logClass + "\n");
      Files.writeString(
          bundle.resolve("policies.cedar"),
          Files.readString(workload.directory().resolve("policies_S.cedar"))
              .replace("ip(context.ip)", "context.ip"));
      String schema =
          Files.readString(workload.directory().resolve("schema.cedarschema"))
              .replace("ip: String", "ip: ipaddr");
      Files.writeString(
          bundle.resolve("peers.cedarschema"),
          personal ? schema.replace("entity User ", "@personal entity User ") : schema);
      Files.copy(
          workload.directory().resolve("entities.json"), bundle.resolve("entities/all.json"));
      LogKey key = LogKey.generate("bench");
      var subjects = Subjects.open(data, Subjects.standardKey(data), Optional.empty());
      var options = LogOptions.of(data.resolve("facts/1"), "bench/facts/1", key);
      var facts = FactLog.open(options, Clock::systemMicros, subjects, Optional.empty());
      return new Book(data, key, subjects, facts, facts.activate(BundleReader.read(bundle)));
    }

    @Override
    public void close() throws IOException {
      facts.close();
      subjects.close();
      try (var files = Files.walk(data)) {
        for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList())
          Files.delete(file);
      }
    }
  }

  private static List<Question> questions() throws IOException, ValueFormatException {
    var questions = new ArrayList<Question>();
    long now = System.currentTimeMillis();
    for (Request request : PeersWorkload.standard().read("S").requests()) {
      Map<String, Value> context = new TreeMap<>(request.context().attributes());
      if (context.get("ip") instanceof StringValue(var text))
        context.put("ip", IpValue.parse(text));
      questions.add(
          new Question(
              EntityUid.of("Ostiary::Caller", "loopback"),
              Question.Proof.ASSERTED,
              OptionalLong.of(now),
              request.principal(),
              request.action(),
              request.resource(),
              RecordValue.of(context),
              List.of(),
              Optional.empty()));
    }
    return questions;
  }

  private static void decisions(int count) throws Exception {
    var questions = questions();
    System.out.println(
        "| class | people | decisions/s | CPU µs a decision | bytes an entry | bytes on disk an"
            + " entry |");
    System.out.println("| --- | --- | --- | --- | --- | --- |");
    for (int round = 0; round < 3; round++) {
      for (boolean personal : new boolean[] {false, true}) {
        String people = personal ? "pseudonyms, context sealed" : "plain";
        if (!personal) {
          try (var book = Book.open("bounded", false)) {
            row("decided, not written", people, count, new Run(book, questions), round);
          }
        }
        for (String logClass : List.of("observe", "bounded", "strict")) {
          try (var book = Book.open(logClass, personal)) {
            row(logClass, people, count, new Run(book, questions), round);
            if (round == 2 && logClass.equals("bounded")) replay(book, people);
          }
        }
      }
    }
  }

  private record Measured(long count, double seconds, double cpuMicros, long entryBytes) {}

  private record Run(Book book, List<Question> questions) {
    Measured decide(int count) {
      long cpu = SYSTEM.getProcessCpuTime();
      long began = System.nanoTime();
      int allowed = 0;
      for (int i = 0; i < count; i++)
        if (Decider.decide(questions.get(i % questions.size()), book.snapshot())
                instanceof Answer answer
            && answer.allowed()) allowed++;
      if (allowed == 0) throw new IllegalStateException("nothing was allowed");
      return measured(count, began, cpu, 0);
    }

    Measured write(int count) throws Exception {
      Path tree = book.data().resolve("decisions/1");
      var options = LogOptions.of(tree, "bench/decisions/1", book.key());
      var open = new AtomicLong();
      try (var log = DecisionLog.open(options)) {
        var recorder =
            new Recorder(
                log,
                "bench/decisions/1",
                new Clock(Clock::systemMicros),
                new DecisionIds(7),
                new Refusals(),
                true,
                new Intake(
                    log,
                    new FairShare(1L << 30),
                    new DiskRation(options.directory(), 0, 0),
                    LagBounds.none()),
                book.subjects());
        long cpu = SYSTEM.getProcessCpuTime();
        long began = System.nanoTime();
        long bytes = log.counters().bytes();
        for (int i = 0; i < count; i++) {
          var result = Decider.decide(questions.get(i % questions.size()), book.snapshot());
          var call = new Call(Door.DOOR_CHECK, "", Call.Trace.NONE, System.nanoTime());
          open.incrementAndGet();
          recorder.write(
              new Recorder.Item((Answer) result, call, recorder.nextId()),
              outcome -> {
                if (outcome instanceof Outcome.Refused refused)
                  throw new IllegalStateException(refused.toString());
                open.decrementAndGet();
              });
          if (i % TURN == TURN - 1) {
            recorder.flush();
            while (open.get() > UNDER_WAY) LockSupport.parkNanos(50_000);
          }
        }
        recorder.flush();
        while (open.get() > 0) LockSupport.parkNanos(50_000);
        var measured = measured(count, began, cpu, log.counters().bytes() - bytes);
        if (!log.publish()) throw new IllegalStateException("not published");
        return measured;
      }
    }

    private static Measured measured(int count, long began, long cpu, long bytes) {
      return new Measured(
          count,
          (System.nanoTime() - began) / 1e9,
          (SYSTEM.getProcessCpuTime() - cpu) / 1e3,
          bytes);
    }
  }

  private static void row(String what, String people, int count, Run run, int round)
      throws Exception {
    boolean written = !what.startsWith("decided");
    Measured measured = written ? run.write(count) : run.decide(count);
    if (round == 0) return; // compiles
    System.out.printf(
        "| %s | %s | %.0f | %.2f | %s | %s |%n",
        what,
        people,
        measured.count() / measured.seconds(),
        measured.cpuMicros() / measured.count(),
        written ? measured.entryBytes() / measured.count() : "",
        written ? bytes(run.book().data().resolve("decisions/1/tile")) / measured.count() : "");
  }

  private static long bytes(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      return files
          .filter(Files::isRegularFile)
          .mapToLong(file -> {
            try {
              return Files.size(file);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          })
          .sum();
    }
  }

  private static void replay(Book book, String people) throws Exception {
    Path data = book.data();
    for (int round = 0; round < 2; round++) {
      var names = Subjects.read(data, Subjects.standardKey(data));
      var history = History.open(data.resolve("facts/1"), names);
      long cpu = SYSTEM.getProcessCpuTime();
      long began = System.nanoTime();
      var replayed =
          Replay.run(LogReader.live(data.resolve("decisions/1")), 0, history, names, _ -> {});
      double seconds = (System.nanoTime() - began) / 1e9;
      double cores = (SYSTEM.getProcessCpuTime() - cpu) / 1e9;
      System.out.printf(
          "replay, %s: %d the same, %d not, %.0f a second, %.0f a second and core%n",
          people,
          replayed.same(),
          replayed.differences().size(),
          replayed.same() / seconds,
          replayed.same() / cores);
    }
  }

  private static void facts(int count) throws Exception {
    for (boolean personal : new boolean[] {false, true}) {
      try (var book = Book.open("bounded", personal)) {
        long began = System.nanoTime();
        for (int from = 0; from < count; from += BATCH) {
          var changes = new ArrayList<EntityChange>(BATCH);
          for (int i = from; i < from + BATCH; i++) changes.add(put(i));
          var changed = book.facts().change(changes, Optional.empty());
          if (changed instanceof FactLog.Changed.Not not)
            throw new IllegalStateException(not.toString());
        }
        System.out.printf(
            "%d entity facts, %s: loaded in %.1f s%n",
            count, personal ? "people, sealed" : "plain", (System.nanoTime() - began) / 1e9);
        began = System.nanoTime();
        book.facts().takeSnapshot();
        System.out.printf("  snapshot taken in %.1f s%n", (System.nanoTime() - began) / 1e9);
        book.facts().close();
        began = System.nanoTime();
        var options = LogOptions.of(book.data().resolve("facts/1"), "bench/facts/1", book.key());
        try (var again =
            FactLog.open(options, Clock::systemMicros, book.subjects(), Optional.empty())) {
          System.out.printf(
              "  folded from it at a start in %.1f s, %d entities%n",
              (System.nanoTime() - began) / 1e9, again.snapshot().orElseThrow().entities().size());
        }
      }
    }
  }

  private static EntityChange put(int number) {
    var user =
        Entity.newBuilder()
            .setUid(uid("User", "person-" + number))
            .addParents(uid("Team", "t" + number % 100))
            .addAttributes(text("department", "hw"))
            .addAttributes(number("clearance", number % 5))
            .addAttributes(
                Attribute.newBuilder()
                    .setName("mfa")
                    .setValue(dev.ostiary.v1.Value.newBuilder().setBoolean(true)))
            .addAttributes(number("stepUpAt", 1_790_005_646L + number))
            .addAttributes(text("region", "eu"));
    return EntityChange.newBuilder().setPut(user).build();
  }

  private static dev.ostiary.v1.EntityUid uid(String type, String id) {
    return dev.ostiary.v1.EntityUid.newBuilder().setType(type).setId(id).build();
  }

  private static Attribute text(String name, String value) {
    return Attribute.newBuilder()
        .setName(name)
        .setValue(dev.ostiary.v1.Value.newBuilder().setString(value))
        .build();
  }

  private static Attribute number(String name, long value) {
    return Attribute.newBuilder()
        .setName(name)
        .setValue(dev.ostiary.v1.Value.newBuilder().setLong(value))
        .build();
  }
}
