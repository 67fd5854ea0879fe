package dev.ostiary.benchmarks.wire;

import dev.ostiary.benchmarks.PeersWorkload;
import dev.ostiary.sidecar.cli.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * How much processor time and latency does a Check over loopback cost, beside a bare gRPC echo of
 * the same sizes?
 *
 * <p>Both servers run on core 0, one at a time under load, this program should run on core 1. Every
 * decision is compared with the expected one first; then both are warmed up, and measured in turn,
 * several rounds. Arguments are {@code NAME=VALUE}; see {@link Options}.
 */
public final class WireBenchmark {
  private static final String CHECK = "ostiary.v1.DecisionService/Check";
  private static final String STREAM = "ostiary.v1.DecisionService/CheckStream";
  private static final String BATCH = "ostiary.v1.DecisionService/CheckBatch";
  private static final List<String> JVM =
      List.of(
          "-XX:+UseSerialGC",
          "-Xmx128m",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  private final Options options;

  private WireBenchmark(Options options) {
    this.options = options;
  }

  /**
   * What may be said on the command line.
   *
   * @param size the policies: S, M or L
   * @param log the log's class: observe, bounded or strict
   * @param rates calls a second, open loop
   * @param seconds length of one measurement
   * @param warmup seconds of saturation before the first
   * @param rounds how often all is measured
   */
  record Options(
      String size, String log, List<Integer> rates, int seconds, int warmup, int rounds) {
    static Options of(String[] arguments) {
      var given = new TreeMap<String, String>();
      for (var argument : arguments) {
        var parts = argument.split("=", 2);
        if (parts.length < 2)
          throw new IllegalArgumentException("expected NAME=VALUE: " + argument);
        given.put(parts[0], parts[1]);
      }
      var options =
          new Options(
              taken(given, "size", "S"),
              taken(given, "log", "bounded"),
              Pattern.compile(",")
                  .splitAsStream(taken(given, "rates", "1000,10000"))
                  .map(Integer::valueOf)
                  .toList(),
              Integer.parseInt(taken(given, "seconds", "5")),
              Integer.parseInt(taken(given, "warmup", "20")),
              Integer.parseInt(taken(given, "rounds", "3")));
      if (!given.isEmpty()) throw new IllegalArgumentException("not an option: " + given.keySet());
      return options;
    }

    private static String taken(Map<String, String> given, String name, String standard) {
      var value = given.remove(name);
      return value == null ? standard : value;
    }
  }

  private record Target(
      String name, ServerProcess server, LoadDriver driver, String unary, String stream) {}

  /** Runs it. */
  public static void main(String[] args) throws IOException {
    new WireBenchmark(Options.of(args)).run();
  }

  private void run() throws IOException {
    var data = PeersWorkload.standard();
    var workload = data.read(options.size());
    var questions = Questions.of(workload);
    var directory = Files.createTempDirectory("ostiary-wire");
    writeBundle(data.directory(), directory.resolve("bundle"));
    try (var ostiary = sidecar(directory);
        var asking = new LoadDriver(ostiary.address(), 4)) {
      questions.agree(workload, asking, BATCH);
      int answerBytes = questions.meanAnswerBytes(asking, CHECK);
      var sizes = "%d bytes asked, %d answered".formatted(questions.meanCheckBytes(), answerBytes);
      System.out.printf("all %d decisions as expected; %s%n%n", workload.requests().size(), sizes);
      try (var echo = echo(answerBytes);
          var echoing = new LoadDriver(echo.address(), 4)) {
        // What the echo is sent must parse there: one field of bytes, of the size of a question.
        var message = EchoServer.message(questions.meanCheckBytes()).toByteArray();
        var filler = new Questions(List.of(message), List.of(message), List.of());
        var targets = new LinkedHashMap<Target, Questions>();
        targets.put(new Target("echo", echo, echoing, EchoServer.UNARY, EchoServer.STREAM), filler);
        targets.put(new Target("ostiary", ostiary, asking, CHECK, STREAM), questions);
        for (var each : targets.entrySet()) warmUp(each.getKey(), each.getValue());
        System.out.println(
            "| server | load | round | calls/s | CPU µs/call | p50 µs | p99 µs | p99.9 µs | errors"
                + " |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        for (int round = 1; round <= options.rounds(); round++) {
          for (var each : targets.entrySet()) measure(each.getKey(), each.getValue(), round);
        }
        for (var target : targets.keySet()) {
          System.out.printf(
              "%s: %d MiB resident%n", target.name(), target.server().residentMebibytes());
        }
      }
    }
  }

  private void warmUp(Target target, Questions questions) {
    var half = Duration.ofMillis(options.warmup() * 500L);
    target.driver().closed(target.unary(), questions.checks(), 32, half);
    for (int rate : options.rates()) {
      target.driver().open(target.unary(), questions.checks(), rate, half.dividedBy(4), 1);
    }
    target.driver().streamed(target.stream(), questions.streamed(), 64, half.dividedBy(2));
  }

  private void measure(Target target, Questions questions, int round) throws IOException {
    var driver = target.driver();
    var time = Duration.ofSeconds(options.seconds());
    row(
        target,
        "saturated, 32 under way",
        round,
        1,
        () -> driver.closed(target.unary(), questions.checks(), 32, time));
    for (int rate : options.rates()) {
      row(
          target,
          rate + " a second",
          round,
          1,
          () -> driver.open(target.unary(), questions.checks(), rate, time, round));
    }
    row(
        target,
        "stream, 64 under way",
        round,
        1,
        () -> driver.streamed(target.stream(), questions.streamed(), 64, time));
    if (questions.batches().isEmpty()) return;
    row(
        target,
        "batches of 100, 4 under way",
        round,
        Questions.BATCH,
        () -> driver.closed(BATCH, questions.batches(), 4, time));
  }

  @FunctionalInterface
  private interface Load {
    LoadDriver.Run run();
  }

  private static void row(Target target, String load, int round, int perCall, Load run)
      throws IOException {
    long before = target.server().cpuMicros();
    var found = run.run();
    double cpu = target.server().cpuMicros() - before;
    boolean timed = found.latencies().getTotalCount() > 0;
    System.out.printf(
        "| %s | %s | %d | %.0f | %.2f | %s | %s | %s | %d |%n",
        target.name(),
        load,
        round,
        found.perSecond() * perCall,
        cpu / (found.calls() * perCall),
        timed ? "%.0f".formatted(found.micros(50)) : "",
        timed ? "%.0f".formatted(found.micros(99)) : "",
        timed ? "%.0f".formatted(found.micros(99.9)) : "",
        found.errors());
  }

  private static ServerProcess echo(int answerBytes) throws IOException {
    return ServerProcess.start(
        0,
        JVM,
        Pattern.compile("listening on (\\S+)"),
        EchoServer.class.getName(),
        List.of(Integer.toString(answerBytes)));
  }

  private static ServerProcess sidecar(Path directory) throws IOException {
    var arguments = new ArrayList<String>(List.of("serve", "--grpc", "127.0.0.1:0"));
    arguments.addAll(List.of("--admin", "127.0.0.1:0", "--http", "off", "--socket", "off"));
    arguments.addAll(List.of("--dev", "--bundle", directory.resolve("bundle").toString()));
    arguments.addAll(List.of("--data", directory.resolve("data").toString()));
    return ServerProcess.start(
        0, JVM, Pattern.compile("gRPC listens on (127\\S+)"), Main.class.getName(), arguments);
  }

  /** The workload as strict validation takes it: an address in the context is no string. */
  private void writeBundle(Path data, Path bundle) throws IOException {
    Files.createDirectories(bundle.resolve("entities"));
    Files.writeString(
        bundle.resolve("bundle.yaml"),
        "name: peers\nversion: 1\nlog: %s\n".formatted(options.log()));
    String policies = Files.readString(data.resolve("policies_" + options.size() + ".cedar"));
    Files.writeString(
        bundle.resolve("policies.cedar"), policies.replace("ip(context.ip)", "context.ip"));
    String schema = Files.readString(data.resolve("schema.cedarschema"));
    Files.writeString(
        bundle.resolve("peers.cedarschema"), schema.replace("ip: String", "ip: ipaddr"));
    Files.copy(data.resolve("entities.json"), bundle.resolve("entities").resolve("all.json"));
  }
}
