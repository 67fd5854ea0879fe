package dev.ostiary.benchmarks.wire;

import dev.ostiary.benchmarks.PeersWorkload;
import dev.ostiary.benchmarks.Workload;
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
 * How much processor time and latency does a question over loopback cost, beside a bare gRPC echo
 * of the same sizes?
 *
 * <p>All servers run on core 0, one at a time under load, this program should run on core 1. Every
 * decision is compared with the expected one first; then all are warmed up, and measured in turn,
 * several rounds, each beside the echo of its round. Arguments are {@code NAME=VALUE}; see {@link
 * Options}.
 */
public final class WireBenchmark implements AutoCloseable {
  private static final String CHECK = "ostiary.v1.DecisionService/Check";
  private static final String STREAM = "ostiary.v1.DecisionService/CheckStream";
  private static final String BATCH = "ostiary.v1.DecisionService/CheckBatch";
  private static final String EXT_AUTHZ = "envoy.service.auth.v3.Authorization/Check";
  private static final Pattern LISTENING = Pattern.compile("(echo) listening on (\\S+)");
  private static final int CONNECTIONS = 4;
  private static final int UNDER_WAY = 32;
  private static final List<String> JVM =
      List.of(
          "-XX:+UseSerialGC",
          "-Xmx64m",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  private final Options options;
  private final Workload workload;
  private final Questions questions;
  private final Path data;
  private final Map<String, ServerProcess> servers = new LinkedHashMap<>();
  private final List<Row> rows = new ArrayList<>();

  private WireBenchmark(Options options) throws IOException {
    this.options = options;
    var standard = PeersWorkload.standard();
    this.data = standard.directory();
    this.workload = standard.read(options.size());
    this.questions = Questions.of(workload);
  }

  /**
   * What may be said on the command line.
   *
   * @param size the policies: S, M or L
   * @param only the rows that are measured beside the echo's, by the beginning of their names;
   *     empty for all
   * @param rates calls a second, open loop, of rows that are named with them; empty for none
   * @param seconds length of one measurement
   * @param warmup questions of each row before the first
   * @param rounds how often all is measured
   * @param go the program of the echo in Go, which {@code peers/build.sh} builds; empty for none
   * @param before class path of another build, of which Check is measured in class bounded; empty
   *     for none
   * @param jvm flags for the sidecars besides, separated by spaces
   */
  record Options(
      String size,
      List<String> only,
      List<Integer> rates,
      double seconds,
      int warmup,
      int rounds,
      String go,
      String before,
      List<String> jvm) {
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
              list(taken(given, "only", ""), ","),
              list(taken(given, "rates", ""), ",").stream().map(Integer::valueOf).toList(),
              Double.parseDouble(taken(given, "seconds", "2")),
              Integer.parseInt(taken(given, "warmup", "200000")),
              Integer.parseInt(taken(given, "rounds", "5")),
              taken(given, "go", ""),
              taken(given, "before", ""),
              list(taken(given, "jvm", ""), " "));
      if (!given.isEmpty()) throw new IllegalArgumentException("not an option: " + given.keySet());
      return options;
    }

    private static String taken(Map<String, String> given, String name, String standard) {
      var value = given.remove(name);
      return value == null ? standard : value;
    }

    private static List<String> list(String value, String separator) {
      return Pattern.compile(separator)
          .splitAsStream(value)
          .filter(each -> !each.isEmpty())
          .toList();
    }

    boolean has(String row) {
      return only.isEmpty() || only.stream().anyMatch(row::startsWith);
    }
  }

  /** Runs it. */
  public static void main(String[] args) throws IOException {
    try (var benchmark = new WireBenchmark(Options.of(args))) {
      benchmark.run();
    }
  }

  @FunctionalInterface
  private interface Load {
    LoadDriver.Run run(Duration duration, int round);
  }

  /** A server under a load: what it took in each round. */
  private static final class Row {
    private final String name;
    private final ServerProcess server;
    private final int perCall;
    private final Load load;
    private final List<Double> micros = new ArrayList<>();
    private final List<Double> perSecond = new ArrayList<>();
    private final List<Double> p50 = new ArrayList<>();
    private final List<Double> p99 = new ArrayList<>();
    private long errors;

    Row(String name, ServerProcess server, int perCall, Load load) {
      this.name = name;
      this.server = server;
      this.perCall = perCall;
      this.load = load;
    }

    void measure(Duration duration, int round) throws IOException {
      long before = server.cpuMicros();
      var found = load.run(duration, round);
      double cpu = server.cpuMicros() - before;
      double questions = (double) found.calls() * perCall;
      micros.add(cpu / questions);
      perSecond.add(found.perSecond() * perCall);
      p50.add(found.micros(50));
      p99.add(found.micros(99));
      errors += found.errors();
    }
  }

  private void run() throws IOException {
    prepare();
    for (var row : rows) {
      // By number, since a JVM on a busy machine compiles late.
      for (long asked = 0; asked < options.warmup(); )
        asked += row.load.run(Duration.ofSeconds(1), 0).calls() * row.perCall;
    }
    for (int round = 1; round <= options.rounds(); round++)
      for (var row : rows) row.measure(millis(options.seconds()), round);
    report();
  }

  private static Duration millis(double seconds) {
    return Duration.ofMillis((long) (seconds * 1_000));
  }

  private void prepare() throws IOException {
    var first = sidecar("bounded");
    var asking = new LoadDriver(first.address("gRPC"), CONNECTIONS);
    questions.agree(workload, asking, BATCH);
    int answerBytes = questions.meanAnswerBytes(asking, CHECK);
    System.out.printf(
        "all %d decisions as expected; %d bytes asked, %d answered%n%n",
        workload.requests().size(), questions.meanCheckBytes(), answerBytes);
    // What the echo is sent must parse there: one field of bytes, of the size of a question.
    var message = EchoServer.message(questions.meanCheckBytes()).toByteArray();
    var filler = new Questions(List.of(message), List.of(message), List.of());
    var echo = echo(answerBytes);
    var echoing = new LoadDriver(echo.address("echo"), CONNECTIONS);
    unary("echo", echo, EchoServer.UNARY, filler.checks());
    rows.add(
        new Row(
            "echo stream",
            echo,
            1,
            (duration, _) ->
                echoing.streamed(EchoServer.STREAM, filler.streamed(), UNDER_WAY, duration)));
    if (!options.go().isEmpty())
      unary("echo in Go", go(answerBytes), EchoServer.UNARY, filler.checks());
    for (var log : List.of("observe", "bounded", "strict", "sealed"))
      if (options.has("Check " + log))
        unary("Check " + log, sidecar(log), CHECK, questions.checks());
    if (!options.before().isEmpty())
      unary("Check before", sidecar("before"), CHECK, questions.checks());
    add(
        "CheckStream",
        first,
        1,
        (duration, _) -> asking.streamed(STREAM, questions.streamed(), UNDER_WAY, duration));
    add(
        "CheckBatch of 100",
        first,
        Questions.BATCH,
        (duration, _) -> asking.closed(BATCH, questions.batches(), CONNECTIONS, duration));
    var elsewhere = Elsewhere.of(workload);
    add(
        "ext_authz",
        first,
        1,
        (duration, _) -> asking.closed(EXT_AUTHZ, elsewhere.extAuthz(), UNDER_WAY, duration));
    var http = new LoadDriver(first.address("HTTP"), CONNECTIONS);
    add("AuthZEN", first, 1, (duration, _) -> http.http(elsewhere.authzen(), UNDER_WAY, duration));
    for (int rate : options.rates()) {
      add(
          "echo at %d/s".formatted(rate),
          echo,
          1,
          (duration, round) ->
              echoing.open(EchoServer.UNARY, filler.checks(), rate, duration, round));
      add(
          "Check bounded at %d/s".formatted(rate),
          first,
          1,
          (duration, round) -> asking.open(CHECK, questions.checks(), rate, duration, round));
    }
  }

  private void add(String name, ServerProcess server, int perCall, Load load) {
    if (options.has(name)) rows.add(new Row(name, server, perCall, load));
  }

  private void unary(String name, ServerProcess server, String method, List<byte[]> messages) {
    String listens = name.startsWith("echo") ? "echo" : "gRPC";
    var driver = new LoadDriver(server.address(listens), CONNECTIONS);
    rows.add(
        new Row(
            name,
            server,
            1,
            (duration, _) -> driver.closed(method, messages, UNDER_WAY, duration)));
  }

  private void report() throws IOException {
    for (var row : rows) System.out.println(row.name + ": CPU µs by round " + row.micros);
    var echo = rows.getFirst();
    System.out.println(
        "| | CPU µs a question: median (least–most) | times the echo's | a second | p50 µs | p99 µs"
            + " | errors |");
    System.out.println("| --- | --- | --- | --- | --- | --- | --- |");
    for (var row : rows) {
      var ratios = new ArrayList<Double>();
      for (int i = 0; i < row.micros.size(); i++)
        ratios.add(row.micros.get(i) / echo.micros.get(i));
      System.out.printf(
          "| %s | %s | %s | %.0f | %.0f | %.0f | %d |%n",
          row.name,
          spread(row.micros),
          spread(ratios),
          median(row.perSecond),
          median(row.p50),
          median(row.p99),
          row.errors);
    }
    System.out.println();
    for (var server : servers.entrySet())
      System.out.printf(
          "%s: %d MiB resident%n", server.getKey(), server.getValue().residentMebibytes());
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  private static String spread(List<Double> values) {
    var sorted = values.stream().sorted().toList();
    return "%.2f (%.2f–%.2f)".formatted(median(values), sorted.getFirst(), sorted.getLast());
  }

  private ServerProcess echo(int answerBytes) throws IOException {
    return kept(
        "echo",
        ServerProcess.java(
            0,
            "",
            JVM,
            LISTENING,
            1,
            EchoServer.class.getName(),
            List.of(Integer.toString(answerBytes))));
  }

  private ServerProcess go(int answerBytes) throws IOException {
    return kept(
        "echo in Go",
        ServerProcess.start(0, List.of(options.go(), Integer.toString(answerBytes)), LISTENING, 1));
  }

  private ServerProcess kept(String name, ServerProcess server) {
    servers.put(name, server);
    return server;
  }

  /** The sidecar with that log; it is started once. */
  private ServerProcess sidecar(String log) throws IOException {
    var started = servers.get(log);
    if (started != null) return started;
    var directory = Files.createTempDirectory("ostiary-wire");
    writeBundle(directory.resolve("bundle"), log);
    var arguments = new ArrayList<String>(List.of("serve", "--grpc", "127.0.0.1:0"));
    arguments.addAll(List.of("--admin", "127.0.0.1:0", "--http", "127.0.0.1:0"));
    arguments.addAll(List.of("--socket", "off", "--dev"));
    Path config = Files.writeString(directory.resolve("ostiary.yaml"), "log:\n  observe: true\n");
    arguments.addAll(List.of("--config", config.toString()));
    arguments.addAll(List.of("--bundle", directory.resolve("bundle").toString()));
    arguments.addAll(List.of("--data", directory.resolve("data").toString()));
    var jvm = new ArrayList<>(JVM);
    jvm.addAll(options.jvm());
    return kept(
        log,
        ServerProcess.java(
            0,
            log.startsWith("before") ? options.before() : "",
            jvm,
            Pattern.compile("(gRPC|HTTP) listens on (127\\S+)"),
            2,
            Main.class.getName(),
            arguments));
  }

  /** The workload as strict validation takes it: an address in the context is no string. */
  private void writeBundle(Path bundle, String log) throws IOException {
    Files.createDirectories(bundle.resolve("entities"));
    String logClass = log.equals("observe") || log.equals("strict") ? log : "bounded";
    Files.writeString(
        bundle.resolve("bundle.yaml"),
        "name: peers\nversion: 1\nlog: %s\n%s".formatted(logClass, Elsewhere.ROUTES));
    String policies = Files.readString(data.resolve("policies_" + options.size() + ".cedar"));
    Files.writeString(
        bundle.resolve("policies.cedar"), policies.replace("ip(context.ip)", "context.ip"));
    String schema =
        Files.readString(data.resolve("schema.cedarschema")).replace("ip: String", "ip: ipaddr");
    if (log.equals("sealed")) schema = schema.replace("entity User ", "@personal entity User ");
    Files.writeString(bundle.resolve("peers.cedarschema"), schema);
    Files.copy(data.resolve("entities.json"), bundle.resolve("entities").resolve("all.json"));
  }

  @Override
  public void close() {
    servers.values().forEach(ServerProcess::close);
  }
}
