package dev.ostiary.sidecar.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ostiary log show}: prints a decision log, a line each record. */
@Command(
    name = "show",
    description = {
      "Print the records of a decision log in order, one a line. People are shown under pseudonyms,"
          + " and sensitive names as tokens, unless --reveal is given.",
      "A local log is read up to its newest record, also while a sidecar writes to it. Signatures"
          + " are checked by `log verify`, not here."
    },
    mixinStandardHelpOptions = true)
final class LogShow implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Mixin private LogInput input = new LogInput();

  @Option(
      names = "--limit",
      paramLabel = "COUNT",
      description = "Number of records to print; all without it.")
  private long limit = Long.MAX_VALUE;

  @Mixin private EntryPrinter printer = new EntryPrinter();

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (limit < 1) throw new UserException("--limit: expected a count from 1, got `" + limit + "`");
    var out = spec.commandLine().getOut();
    var left = new long[] {limit};
    input.forEach(
        input.open(),
        "log show",
        (index, entry) -> {
          printer.print(index, entry, out);
          return --left[0] > 0;
        });
    return 0;
  }
}
