package dev.ostiary.sidecar.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.ostiary.log.LogReader;
import dev.ostiary.log.LogRecord;
import dev.ostiary.record.v1.DecisionLogEntry;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ostiary log show}: prints a decision log, a line each record. */
@Command(
    name = "show",
    description = {
      "Print the records of a decision log in order, one a line.",
      "A local log is read up to its newest record, also while a sidecar writes to it. Signatures"
          + " are checked by `log verify`, not here."
    },
    mixinStandardHelpOptions = true)
final class LogShow implements Callable<Integer> {
  private static final JsonFormat.Printer JSON =
      JsonFormat.printer().omittingInsignificantWhitespace();

  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Parameters(
      paramLabel = "LOG",
      description =
          "A data directory, one log in it such as DATA/decisions/1, or an HTTP address of a log.")
  private String log = "";

  @Option(
      names = "--from",
      paramLabel = "INDEX",
      description = "First index to print; 0 without it.")
  private long from;

  @Option(
      names = "--limit",
      paramLabel = "COUNT",
      description = "Number of records to print; all without it.")
  private long limit = Long.MAX_VALUE;

  @Mixin private EntryFilter filter = new EntryFilter();

  @Option(names = "--json", description = "Print each record as one JSON object, whole.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    if (from < 0) throw new UserException("--from: expected an index from 0, got `" + from + "`");
    if (limit < 1) throw new UserException("--limit: expected a count from 1, got `" + limit + "`");
    var reader =
        switch (LogPlace.of(log)) {
          case LogPlace.Directory(var tree) -> LogReader.live(tree);
          case LogPlace.Address address -> LogReader.open(address.source());
        };
    var wanted = filter.entries();
    var out = spec.commandLine().getOut();
    var left = new long[] {limit};
    reader.forEach(
        from,
        record -> {
          var entry = entry(record);
          if (!wanted.test(entry)) return true;
          print(record, entry, out);
          return --left[0] > 0;
        });
    return 0;
  }

  private DecisionLogEntry entry(LogRecord record) {
    try {
      return DecisionLogEntry.parseFrom(record.bytes());
    } catch (InvalidProtocolBufferException e) {
      throw new UserException(
          log + ": entry " + record.index() + " is not a decision log's: " + e.getMessage());
    }
  }

  private void print(LogRecord record, DecisionLogEntry entry, PrintWriter out) {
    try {
      if (json)
        out.println("{\"index\":\"" + record.index() + "\"," + JSON.print(entry).substring(1));
      else EntryLine.of(record.index(), entry).forEach(out::println);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e); // there is no Any in it
    }
  }
}
