package dev.ostiary.sidecar.cli;

import dev.ostiary.v1.DecisionLogServiceGrpc;
import dev.ostiary.v1.TailRequest;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ostiary log tail}: prints a decision log as it grows. */
@Command(
    name = "tail",
    description = "Print the records of a running sidecar's decision log as they are written.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:as many were printed as asked for",
      "2:the sidecar ended it, or wrong usage"
    },
    mixinStandardHelpOptions = true)
final class LogTail implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Parameters(
      paramLabel = "DATA",
      description = "The running sidecar's data directory, which has its admin.sock.")
  private Path data = Path.of("ostiary-data");

  @Option(
      names = "--from",
      paramLabel = "INDEX",
      description = "First index to print; without it, what is written from now on.")
  private @Nullable Long from;

  @Option(
      names = "--limit",
      paramLabel = "COUNT",
      description = "Number of records to print; without it, until it is interrupted.")
  private long limit = Long.MAX_VALUE;

  @Option(
      names = "--reveal",
      description =
          "Show people and names as they were, not under pseudonyms and tokens. It is written into"
              + " the log.")
  private boolean reveal;

  @Mixin private EntryFilter filter = new EntryFilter();
  @Mixin private EntryPrinter printer = new EntryPrinter();

  @Override
  public Integer call() throws InterruptedException {
    if (from != null && from < 0)
      throw new UserException("--from: expected an index from 0, got `" + from + "`");
    if (limit < 1) throw new UserException("--limit: expected a count from 1, got `" + limit + "`");
    var wanted = filter.entries();
    var out = spec.commandLine().getOut();
    var request = TailRequest.newBuilder().setReveal(reveal);
    if (from != null) request.setFrom(from);
    try {
      return new AdminTarget(data)
          .ask(channel -> {
            var records = DecisionLogServiceGrpc.newBlockingStub(channel).tail(request.build());
            long left = limit;
            while (left > 0 && records.hasNext()) {
              var record = records.next();
              var entry =
                  EntryPrinter.entry(
                      data.toString(), record.getIndex(), record.getRecord().toByteArray());
              if (!wanted.test(entry)) continue;
              printer.print(record.getIndex(), entry, out);
              out.flush();
              left--;
            }
            return 0;
          });
    } catch (StatusRuntimeException e) {
      throw AdminTarget.failed("the log ended here", e);
    }
  }
}
