package dev.ostiary.sidecar.cli;

import dev.ostiary.sidecar.export.ExportFormat;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ostiary log export}: prints a decision log as other systems read it. */
@Command(
    name = "export",
    description = {
      "Print the decisions of a log as JSON that other systems read, one object a line.",
      "Signatures are checked by `log verify`, not here."
    },
    mixinStandardHelpOptions = true)
final class LogExport implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Mixin private LogInput input = new LogInput();

  @Option(
      names = "--format",
      paramLabel = "ocsf|cloudevents",
      required = true,
      description =
          "`ocsf`: API Activity events, one a decision. `cloudevents`: CloudEvents 1.0, one a"
              + " decision and one for each record of another kind.")
  private String format = "";

  @Override
  public Integer call() throws IOException, InterruptedException {
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

  private static ExportFormat format(String text) {
    for (ExportFormat format : ExportFormat.values())
      if (format.name().toLowerCase(Locale.ROOT).equals(text)) return format;
    throw new UserException("--format: expected ocsf or cloudevents, got `" + text + "`");
  }
}
