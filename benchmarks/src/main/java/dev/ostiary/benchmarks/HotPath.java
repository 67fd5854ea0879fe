package dev.ostiary.benchmarks;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the benchmarks of one decision for a minute or so and prints a table: good enough to see
 * that nothing has become much slower, not to publish.
 */
public final class HotPath {
  private HotPath() {}

  /** Runs it. */
  public static void main(String[] args) throws RunnerException {
    var options =
        new OptionsBuilder()
            .include(PeersBenchmark.class.getSimpleName())
            .include(LabBenchmark.class.getSimpleName())
            .include(ShapeBenchmark.class.getSimpleName())
            .forks(1)
            .warmupIterations(4)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(4)
            .measurementTime(TimeValue.seconds(1))
            .addProfiler(GCProfiler.class)
            .verbosity(VerboseMode.SILENT)
            .build();
    System.out.println("one decision, all reasons and errors; about two minutes …");
    var format = "%-32s %12s %10s %18s%n";
    System.out.printf(format, "", "ns/decision", "±", "bytes/decision");
    for (var result : new Runner(options).run()) {
      var time = result.getPrimaryResult();
      var bytes = result.getSecondaryResults().get("gc.alloc.rate.norm");
      System.out.printf(
          format,
          name(result.getParams()),
          "%.0f".formatted(time.getScore()),
          "%.0f".formatted(time.getScoreError()),
          bytes == null ? "?" : "%.0f".formatted(bytes.getScore()));
    }
  }

  /** The benchmark's class and method, and its parameters that are not empty. */
  private static String name(BenchmarkParams benchmark) {
    var method = benchmark.getBenchmark().replaceFirst(".*\\.(\\w+)Benchmark\\.", "$1 ");
    return Stream.concat(
            Stream.of(method), benchmark.getParamsKeys().stream().map(benchmark::getParam))
        .filter(word -> !word.isEmpty())
        .collect(Collectors.joining(" "));
  }
}
