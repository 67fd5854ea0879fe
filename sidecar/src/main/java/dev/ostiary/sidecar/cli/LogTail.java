package dev.ostiary.sidecar.cli;

import dev.ostiary.sidecar.config.Config;
import dev.ostiary.v1.DecisionLogServiceGrpc;
import dev.ostiary.v1.TailRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
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

  @Mixin private EntryFilter filter = new EntryFilter();
  @Mixin private EntryPrinter printer = new EntryPrinter();

  @Override
  public Integer call() throws InterruptedException {
    if (from != null && from < 0)
      throw new UserException("--from: expected an index from 0, got `" + from + "`");
    if (limit < 1) throw new UserException("--limit: expected a count from 1, got `" + limit + "`");
    Path socket = Config.adminSocket(data);
    if (!Files.exists(socket))
      throw new UserException(
          socket + ": no socket here; expected a running sidecar's data directory");
    var wanted = filter.entries();
    var out = spec.commandLine().getOut();
    var request = TailRequest.newBuilder();
    if (from != null) request.setFrom(from);
    ManagedChannel channel = Channels.to(socket);
    try {
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
    } catch (StatusRuntimeException e) {
      var status = e.getStatus();
      throw new UserException(
          "the log ended here: " + status.getCode() + ": " + status.getDescription());
    } finally {
      channel.shutdownNow().awaitTermination(1, TimeUnit.SECONDS);
    }
  }
}
