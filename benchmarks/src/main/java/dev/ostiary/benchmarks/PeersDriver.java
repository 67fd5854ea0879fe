package dev.ostiary.benchmarks;

import dev.ostiary.cedar.Authorizer;
import dev.ostiary.cedar.Decision;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Times one decision as the drivers of the other engines do, so that one script can run them all in
 * turn: one thread, wall and processor time of a whole loop, then percentiles of single calls.
 *
 * <p>Usage: {@code PeersDriver DIRECTORY SECONDS SIZE…}. Prints a line of tab-separated fields,
 * {@code RESULT engine size what ns/op cpu p50 p99 p99.9 n}, times in nanoseconds.
 */
public final class PeersDriver {
  private static final int SAMPLES = 200_000;

  private PeersDriver() {}

  /** Runs the sizes in turn. */
  public static void main(String[] args) {
    var data = new PeersWorkload(Path.of(args[0]));
    double seconds = Double.parseDouble(args[1]);
    for (var size : Arrays.asList(args).subList(2, args.length)) {
      var workload = data.read(size).agreed();
      System.out.printf(
          "%s agreement %d/%d%n", size, workload.requests().size(), workload.requests().size());
      time(workload, size, seconds);
    }
  }

  private static void time(Workload workload, String size, double seconds) {
    int allowed = 0;
    // The compiler needs calls, not time: on a busy machine a fixed time may not be enough.
    for (int i = 0; i < 1_000_000; i++) allowed += decide(workload, i);
    var thread = ManagementFactory.getThreadMXBean();
    long cpu = thread.getCurrentThreadCpuTime();
    long begun = System.nanoTime();
    long end = begun + (long) (seconds * 1e9);
    int calls = 0;
    while (System.nanoTime() < end) {
      for (int i = 0; i < 1_000; i++) allowed += decide(workload, calls++);
    }
    long nanos = System.nanoTime() - begun;
    cpu = thread.getCurrentThreadCpuTime() - cpu;

    var samples = new long[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
      long start = System.nanoTime();
      allowed += decide(workload, i);
      samples[i] = System.nanoTime() - start;
    }
    Arrays.sort(samples);
    System.out.printf(
        "RESULT\tostiary\t%s\tevaluate only, all preloaded\t%d ns/op\tcpu %d\tp50 %d\tp99 %d\tp99.9"
            + " %d\tn=%d\t(%d allowed)%n",
        size,
        nanos / calls,
        cpu / calls,
        samples[SAMPLES / 2],
        samples[SAMPLES / 100 * 99],
        samples[SAMPLES / 1_000 * 999],
        calls,
        allowed);
  }

  private static int decide(Workload workload, int i) {
    var requests = workload.requests();
    var response =
        Authorizer.isAuthorized(
            requests.get(i % requests.size()), workload.policies(), workload.entities());
    return response.decision() == Decision.ALLOW ? 1 : 0;
  }
}
