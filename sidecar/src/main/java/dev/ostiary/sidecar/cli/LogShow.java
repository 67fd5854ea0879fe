package dev.ostiary.sidecar.cli;

import dev.ostiary.log.LogReader;
import java.io.IOException;
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

  @Mixin private EntryPrinter printer = new EntryPrinter();

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
        Math.max(from, reader.firstIndex()),
        record -> {
          var entry = EntryPrinter.entry(log, record.index(), record.bytes());
          if (!wanted.test(entry)) return true;
          printer.print(record.index(), entry, out);
          return --left[0] > 0;
        });
    return 0;
  }
}
