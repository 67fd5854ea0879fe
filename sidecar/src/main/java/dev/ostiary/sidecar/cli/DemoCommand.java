package dev.ostiary.sidecar.cli;

import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.log.LogReader;
import dev.ostiary.log.Verdict;
import dev.ostiary.log.Verifier;
import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.sidecar.Sidecar;
import dev.ostiary.sidecar.StartException;
import dev.ostiary.sidecar.config.ConfigException;
import dev.ostiary.sidecar.config.ConfigReader;
import dev.ostiary.sidecar.config.Key;
import dev.ostiary.v1.CheckResponse;
import dev.ostiary.v1.DecisionServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ostiary demo}: the main job, once through, on the lab example. */
@Command(
    name = "demo",
    description = {
      "Start the sidecar on the lab example, ask it a few dozen questions over gRPC, show the log"
          + " entries that they left,",
      "verify the log, and stop."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:every decision was the expected one and the log is valid",
      "1:not so",
      "2:wrong usage"
    },
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final long TIMEOUT_SECONDS = 10;

  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      description = "Leave the data directory in DIR, which is empty or absent before.")
  private @Nullable Path keep;

  @Override
  public Integer call() throws Exception {
    Path lab = lab();
    var rows = rows(lab.resolve("tests/decisions.jsonl"));
    Path data = keep == null ? Files.createTempDirectory("ostiary-demo") : emptyDirectory(keep);
    try {
      return run(lab, rows, data);
    } finally {
      if (keep == null) deleteTree(data);
    }
  }

  private int run(Path lab, List<ExpectedDecision> rows, Path data) throws Exception {
    var out = spec.commandLine().getOut();
    int unexpected = 0;
    try (var sidecar = start(lab, data)) {
      String address = sidecar.grpcAddress().orElseThrow();
      out.printf(
          "The sidecar serves %s on %s. A service asks it %d questions:%n%n",
          lab, address, rows.size());
      ManagedChannel channel = Channels.to(address);
      try {
        var service = DecisionServiceGrpc.newBlockingStub(channel);
        for (var row : rows) {
          if (!ask(service.withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS), row, out))
            unexpected++;
        }
      } finally {
        channel.shutdownNow().awaitTermination(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      }
    }
    out.printf("%nThe sidecar has stopped. Its log has:%n%n");
    Path tree = data.resolve("decisions/1");
    showLog(tree, out);
    boolean valid = verify(data, out);
    out.printf("%n%d questions, %d unexpected answers%n", rows.size(), unexpected);
    if (keep != null) out.printf("The data is in %s; try: ./ostiary log show %s%n", data, data);
    return unexpected == 0 && valid ? 0 : 1;
  }

  /** A sidecar with a bundle, on ports that were free. */
  private static Sidecar start(Path lab, Path data) {
    var flags =
        Map.of(
            Key.BUNDLE,
            lab.toString(),
            Key.DEV,
            "true",
            Key.DATA,
            data.toString(),
            Key.GRPC,
            "127.0.0.1:0",
            Key.HTTP,
            "off",
            Key.ADMIN,
            "127.0.0.1:0");
    var events = new ByteArrayOutputStream();
    var out = new PrintStream(events, true, StandardCharsets.UTF_8);
    try {
      var sidecar = Sidecar.start(ConfigReader.read(Optional.empty(), Map.of(), flags), out);
      var unready = sidecar.unready();
      if (unready.isEmpty()) return sidecar;
      sidecar.close();
      throw new UserException(unready.get() + "\n" + events.toString(StandardCharsets.UTF_8));
    } catch (ConfigException | StartException e) {
      throw new UserException(String.valueOf(e.getMessage()));
    }
  }

  /** Asks one question and prints the answer; false if it is not the expected one. */
  private static boolean ask(
      DecisionServiceGrpc.DecisionServiceBlockingStub service,
      ExpectedDecision row,
      PrintWriter out) {
    CheckResponse response;
    try {
      response = service.check(row.request());
    } catch (StatusRuntimeException e) {
      out.printf("%-6s %s%n       %s%n", "ERROR", row.demo().orElse(row.name()), e.getStatus());
      return false;
    }
    out.printf("%-6s %s%n", AnswerText.decision(response), row.demo().orElse(row.name()));
    for (String line : AnswerText.why(response)) out.println("       " + line);
    var differences = row.differences(response);
    for (String difference : differences) out.println("       UNEXPECTED: " + difference);
    return differences.isEmpty();
  }

  private static void showLog(Path tree, PrintWriter out) throws IOException {
    LogReader.live(tree)
        .forEach(
            0,
            record -> {
              try {
                EntryLine.of(record.index(), DecisionLogEntry.parseFrom(record.bytes()))
                    .forEach(out::println);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
              return true;
            });
  }

  private static boolean verify(Path data, PrintWriter out) throws IOException {
    var place = LogPlace.of(data.toString());
    var key =
        place.localKey().orElseThrow(() -> new UserException(data + ": no key beside the log"));
    var verdict = Verifier.verify(place.source(), key, List.of(), (_, _) -> {});
    out.println();
    return switch (verdict) {
      case Verdict.Valid(var checkpoint, _, _) -> {
        out.printf(
            "The log is valid: %d entries, root %s, key %s%n",
            checkpoint.size(), checkpoint.root(), key);
        yield true;
      }
      case Verdict.NotValid(var reason, var where) -> {
        out.printf("The log is NOT valid: %s: %s%n", where, reason);
        yield false;
      }
      case Verdict.CouldNotTell(var reason, var where) -> {
        out.printf("Whether the log is valid could not be told: %s: %s%n", where, reason);
        yield false;
      }
    };
  }

  /** The rows worth showing. */
  private static List<ExpectedDecision> rows(Path file) throws IOException {
    try {
      return ExpectedDecision.read(file).stream().filter(row -> row.demo().isPresent()).toList();
    } catch (SourceException e) {
      throw new UserException(e.errors().getFirst().withCaret());
    }
  }

  private static Path lab() {
    String home = System.getenv("OSTIARY_HOME");
    Path lab = Path.of(home == null ? "." : home).resolve("examples/lab").normalize();
    if (!Files.isDirectory(lab)) {
      throw new UserException(
          lab + ": the lab example is not here; run the demo from a checkout, by its `ostiary`");
    }
    return lab;
  }

  private static Path emptyDirectory(Path directory) throws IOException {
    if (Files.exists(directory)) {
      if (!Files.isDirectory(directory))
        throw new UserException("--keep: expected a directory, got the file " + directory);
      try (var files = Files.list(directory)) {
        if (files.findAny().isPresent())
          throw new UserException("--keep: " + directory + " is not empty");
      }
    }
    return Files.createDirectories(directory);
  }

  private static void deleteTree(Path directory) throws IOException {
    try (var paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
    }
  }
}
