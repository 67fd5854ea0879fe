package dev.ostiary.sidecar.cli;

import dev.ostiary.sidecar.export.ExportFormat;
import dev.ostiary.sidecar.export.ParquetDecisions;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ostiary log export}: prints a decision log as other systems read it. */
@Command(
    name = "export",
    description = {
      "Print the decisions of a log as JSON that other systems read, one object a line, or write"
          + " them to a Parquet file.",
      "Signatures are checked by `log verify`, not here."
    },
    mixinStandardHelpOptions = true)
final class LogExport implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Mixin private LogInput input = new LogInput();

  @Option(
      names = "--format",
      paramLabel = "ocsf|cloudevents|parquet",
      required = true,
      description =
          "`ocsf`: API Activity events, one a decision. `cloudevents`: CloudEvents 1.0, one a"
              + " decision and one for each record of another kind. `parquet`: a file of"
              + " decisions, a row each, which takes --output.")
  private String format = "";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "A new file for `parquet`; other formats are printed.")
  private @Nullable Path output;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (format.equals("parquet")) return parquet();
    if (output != null) throw new UserException("--output: expected --format parquet beside it");
    ExportFormat to = format(format);
    var opened = input.open();
    String origin = opened.origin();
    var out = spec.commandLine().getOut();
    input.forEach(
        opened,
        "log export",
        (index, entry) -> {
          to.lines(origin, index, entry).forEach(out::println);
          return !out.checkError();
        });
    return 0;
  }

  private int parquet() throws IOException, InterruptedException {
    if (output == null) throw new UserException("--output: expected a file, which parquet needs");
    try (var out =
            new BufferedOutputStream(Files.newOutputStream(output, StandardOpenOption.CREATE_NEW));
        var file = new ParquetDecisions(out)) {
      input.forEach(
          input.open(),
          "log export",
          (index, entry) -> {
            try {
              file.add(index, entry);
              return true;
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      return 0;
    } catch (FileAlreadyExistsException e) {
      throw new UserException("--output: expected a new file, got " + output);
    }
  }

  private static ExportFormat format(String text) {
    for (ExportFormat format : ExportFormat.values())
      if (format.name().toLowerCase(Locale.ROOT).equals(text)) return format;
    throw new UserException("--format: expected ocsf, cloudevents or parquet, got `" + text + "`");
  }
}
