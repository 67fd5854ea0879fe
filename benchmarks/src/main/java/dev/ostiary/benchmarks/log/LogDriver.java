package dev.ostiary.benchmarks.log;

import dev.ostiary.log.DecisionLog;
import dev.ostiary.log.Durability;
import dev.ostiary.log.LogOptions;
import dev.ostiary.log.Outcome;
import dev.ostiary.log.Verdict;
import dev.ostiary.log.Verifier;
import dev.ostiary.log.note.LogKey;
import dev.ostiary.log.tile.GrowingTree;
import dev.ostiary.log.tile.Merkle;
import dev.ostiary.log.tile.TileSource;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * How fast is the log? One figure a run, each printed as one line.
 *
 * <pre>
 * append DIR ENTRIES THREADS CLASS   entries a second from the first append to the checkpoint over the last, and the
 *                                    longest time between two checkpoints meanwhile
 * latency DIR RATE SECONDS           what an append of class bounded takes its caller, at a steady rate
 * hash ENTRIES                       CPU time of hashing and tree work for an entry
 * verify DIR                         entries a second that the verifier checks
 * fill DIR BYTES                     writes so much write-ahead log that no checkpoint covers, and halts
 * recover DIR                        time that opening takes after that
 * </pre>
 */
public final class LogDriver {
  private static final int ENTRY_BYTES = 400;
  private static final int BATCH = 32;

  private LogDriver() {}

  /** Runs one measurement. */
  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "append" ->
          append(
              Path.of(arguments[1]),
              Integer.parseInt(arguments[2]),
              Integer.parseInt(arguments[3]),
              Durability.valueOf(arguments[4]));
      case "latency" ->
          latency(
              Path.of(arguments[1]),
              Integer.parseInt(arguments[2]),
              Integer.parseInt(arguments[3]));
      case "hash" -> hash(Integer.parseInt(arguments[1]));
      case "verify" -> verify(Path.of(arguments[1]));
      case "fill" -> fill(Path.of(arguments[1]), Long.parseLong(arguments[2]));
      case "recover" -> recover(Path.of(arguments[1]));
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static LogOptions options(Path directory) throws Exception {
    var key = LogKey.loadOrCreate(directory.resolve("keys/log.skey"), "log.example");
    return LogOptions.of(directory.resolve("decisions/1"), "log.example/decisions/1", key);
  }

  private static byte[] entry(SplittableRandom random) {
    var entry = new byte[ENTRY_BYTES];
    random.nextBytes(entry);
    return entry;
  }

  private static double cpuSeconds() {
    var system = ManagementFactory.getOperatingSystemMXBean();
    return ((com.sun.management.OperatingSystemMXBean) system).getProcessCpuTime() / 1e9;
  }

  private static void append(Path directory, int entries, int threads, Durability durability)
      throws Exception {
    try (var log = DecisionLog.open(options(directory))) {
      appendAll(log, Math.min(entries, 200_000), threads, durability); // warm
      log.publish();
      long syncs = log.counters().syncs();
      double cpu = cpuSeconds();
      var longest = new AtomicLong();
      long begin = System.nanoTime();
      var watch = Thread.ofPlatform().daemon().start(() -> longestPause(log, longest));
      long retries = appendAll(log, entries, threads, durability);
      watch.interrupt();
      watch.join();
      double appended = (System.nanoTime() - begin) / 1e9;
      log.publish();
      double published = (System.nanoTime() - begin) / 1e9;
      System.out.printf(
          "append %s threads %d: %,.0f entries/s appended, %,.0f entries/s to the checkpoint; %.2f"
              + " µs CPU an entry, one fsync every %.1f ms, checkpoints at most %,d ms apart while"
              + " appending, %d refusals retried%n",
          durability,
          threads,
          entries / appended,
          entries / published,
          1e6 * (cpuSeconds() - cpu) / entries,
          1e3 * published / (log.counters().syncs() - syncs),
          longest.get() / 1_000_000,
          retries);
    }
  }

  /** Notes the longest time between two checkpoints until it is interrupted. */
  private static void longestPause(DecisionLog log, AtomicLong longest) {
    var last = log.checkpoint();
    for (long since = System.nanoTime(); !Thread.currentThread().isInterrupted(); ) {
      LockSupport.parkNanos(1_000_000);
      var now = log.checkpoint();
      longest.set(Math.max(longest.get(), System.nanoTime() - since));
      if (now.size() == last.size()) continue;
      last = now;
      since = System.nanoTime();
    }
  }

  private static long appendAll(DecisionLog log, int entries, int threads, Durability durability)
      throws InterruptedException {
    var retries = new AtomicLong();
    var done = new CountDownLatch(entries);
    var workers = new Thread[threads];
    for (int t = 0; t < threads; t++) {
      int mine = entries / threads + (t < entries % threads ? 1 : 0);
      var random = new SplittableRandom(t);
      workers[t] =
          Thread.ofPlatform().start(() -> worker(log, mine, random, durability, done, retries));
    }
    for (var worker : workers) worker.join();
    done.await();
    return retries.get();
  }

  /** Appends as an event loop does: a batch of what one read brought, then one flush. */
  private static void worker(
      DecisionLog log,
      int entries,
      SplittableRandom random,
      Durability durability,
      CountDownLatch done,
      AtomicLong retries) {
    var pool = new byte[256][];
    for (int i = 0; i < pool.length; i++) pool[i] = entry(random);
    for (int i = 0; i < entries; i++) {
      enqueue(log, pool[i % pool.length], durability, done, retries);
      if (i % BATCH == BATCH - 1 || i == entries - 1) log.flush();
    }
  }

  private static void enqueue(
      DecisionLog log,
      byte[] entry,
      Durability durability,
      CountDownLatch done,
      AtomicLong retries) {
    var refused = new boolean[1];
    do {
      refused[0] = false;
      log.enqueue(
          entry,
          durability,
          outcome -> {
            if (outcome instanceof Outcome.Refused) refused[0] = true; // at once, on this thread
            else done.countDown();
          });
      if (refused[0]) {
        retries.incrementAndGet();
        log.flush();
        LockSupport.parkNanos(500_000);
      }
    } while (refused[0]);
  }

  private static void latency(Path directory, int rate, int seconds) throws Exception {
    int entries = rate * seconds;
    var random = new SplittableRandom(1);
    byte[] entry = entry(random);
    var nanos = new long[entries];
    try (var log = DecisionLog.open(options(directory))) {
      appendAll(log, 200_000, 1, Durability.BOUNDED);
      long begin = System.nanoTime();
      for (int i = 0; i < entries; i++) {
        long due = begin + i * 1_000_000_000L / rate;
        while (System.nanoTime() < due) Thread.onSpinWait();
        long before = System.nanoTime();
        log.append(entry, Durability.BOUNDED, _ -> {});
        nanos[i] = System.nanoTime() - before;
      }
    }
    java.util.Arrays.sort(nanos);
    System.out.printf(
        "latency at %,d a second: p50 %.1f µs, p99 %.1f µs, p99.9 %.1f µs, most %.1f µs%n",
        rate,
        nanos[entries / 2] / 1e3,
        nanos[(int) (entries * 0.99)] / 1e3,
        nanos[(int) (entries * 0.999)] / 1e3,
        nanos[entries - 1] / 1e3);
  }

  private static void hash(int entries) {
    byte[] entry = entry(new SplittableRandom(1));
    for (int round = 0; round < 3; round++) {
      var merkle = new Merkle();
      var tree = new GrowingTree((_, _, _) -> {});
      var leaf = new byte[32];
      long begin = System.nanoTime();
      for (int i = 0; i < entries; i++) {
        entry[i & 255]++;
        merkle.leafInto(entry, 0, entry.length, leaf, 0);
        tree.append(leaf, 0);
      }
      var root = tree.root();
      double took = System.nanoTime() - begin;
      System.out.printf(
          "hash: %.3f µs an entry of %d bytes (root %.8s)%n",
          took / entries / 1e3, ENTRY_BYTES, root);
    }
  }

  private static void verify(Path directory) throws Exception {
    var options = options(directory);
    for (int round = 0; round < 2; round++) {
      long begin = System.nanoTime();
      var verdict =
          Verifier.verify(
              TileSource.directory(options.directory()),
              options.key().verifier(options.origin()),
              List.of(),
              (_, _) -> {});
      double took = (System.nanoTime() - begin) / 1e9;
      if (!(verdict instanceof Verdict.Valid valid)) throw new AssertionError(verdict);
      System.out.printf(
          "verify: %,.0f entries/s (%,d entries)%n", valid.entries() / took, valid.entries());
    }
  }

  private static void fill(Path directory, long bytes) throws Exception {
    var options =
        options(directory)
            .withCheckpointEvery(Duration.ofDays(1))
            .withUnpublishedBytes(Long.MAX_VALUE / 2);
    var log = DecisionLog.open(options);
    int entries = (int) (bytes / (ENTRY_BYTES + 55));
    appendAll(log, entries, 1, Durability.BOUNDED);
    System.out.printf("fill: %,d entries, no checkpoint%n", log.size());
    Runtime.getRuntime().halt(0);
  }

  private static void recover(Path directory) throws Exception {
    long begin = System.nanoTime();
    var log = DecisionLog.open(options(directory));
    double took = (System.nanoTime() - begin) / 1e9;
    System.out.printf("recover: %,d entries in %.2f s%n", log.size(), took);
    log.notices().forEach(System.out::println);
    Runtime.getRuntime().halt(0);
  }
}
