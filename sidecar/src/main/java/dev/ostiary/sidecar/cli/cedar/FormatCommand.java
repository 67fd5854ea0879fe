package dev.ostiary.sidecar.cli.cedar;

import dev.ostiary.cedar.format.Formatter;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.sidecar.cli.UserException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ostiary cedar format}. */
@Command(
    name = "format",
    description = "Lay out policies; comments stay.",
    mixinStandardHelpOptions = true)
final class FormatCommand extends Action {
  @Option(
      names = {"-p", "--policies"},
      paramLabel = "FILE",
      description = "The policies; standard input by default.")
  private @Nullable Path file;

  @Option(
      names = {"-l", "--line-width"},
      paramLabel = "N",
      defaultValue = "80",
      description = "Columns that a line should not exceed; ${DEFAULT-VALUE} by default.")
  private int lineWidth;

  @Option(
      names = {"-i", "--indent-width"},
      paramLabel = "N",
      defaultValue = "2",
      description = "Columns of one step of indentation; ${DEFAULT-VALUE} by default.")
  private int indentWidth;

  @Option(
      names = {"-w", "--write"},
      description = "Write the file instead of printing.")
  private boolean write;

  @Option(
      names = {"-c", "--check"},
      description = "Print nothing; exit with 1 where the layout would change.")
  private boolean check;

  @Override
  int run(PrintWriter out) throws IOException, SourceException {
    if (check && write) throw new UserException("--check and --write exclude each other");
    if (lineWidth < 0 || indentWidth < 0) throw new UserException("a width cannot be negative");
    var source = Input.read(file);
    String formatted = new Formatter(lineWidth, indentWidth).format(source);
    if (check) return formatted.equals(source.text()) ? DONE : FAILED;
    if (!write) {
      out.print(formatted);
      out.flush();
    } else if (file == null) {
      throw new UserException("--write needs --policies");
    } else if (!formatted.equals(source.text())) {
      Files.writeString(file, formatted);
    }
    return DONE;
  }
}
