package dev.ostiary.sidecar.cli;

import dev.ostiary.log.LogReader;
import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.sidecar.export.ExportFormat;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
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

  @Parameters(
      paramLabel = "LOG",
      description =
          "A data directory, one log in it such as DATA/decisions/1, or an HTTP address of a log.")
  private String log = "";

  @Option(
      names = "--format",
      paramLabel = "ocsf|cloudevents",
      required = true,
      description =
          "`ocsf`: API Activity events, one a decision. `cloudevents`: CloudEvents 1.0, one a"
              + " decision and one for each record of another kind.")
  private String format = "";

  @Option(
      names = "--from",
      paramLabel = "INDEX",
      description = "First index to export; 0 without it.")
  private long from;

  @Mixin private EntryFilter filter = new EntryFilter();

  @Override
  public Integer call() throws IOException {
    if (from < 0) throw new UserException("--from: expected an index from 0, got `" + from + "`");
    ExportFormat to = format(format);
    var reader =
        switch (LogPlace.of(log)) {
          case LogPlace.Directory(var tree) -> LogReader.live(tree);
          case LogPlace.Address address -> LogReader.open(address.source());
        };
    String origin = origin(reader);
    var wanted = filter.entries();
    var out = spec.commandLine().getOut();
    reader.forEach(
        Math.max(from, reader.firstIndex()),
        record -> {
          var entry = EntryPrinter.entry(log, record.index(), record.bytes());
          if (wanted.test(entry)) to.lines(origin, record.index(), entry).forEach(out::println);
          return !out.checkError();
        });
    return 0;
  }

  private static ExportFormat format(String text) {
    for (ExportFormat format : ExportFormat.values())
      if (format.name().toLowerCase(Locale.ROOT).equals(text)) return format;
    throw new UserException("--format: expected ocsf or cloudevents, got `" + text + "`");
  }

  private String origin(LogReader reader) {
    var note = reader.checkpoint();
    if (note.isEmpty()) throw new UserException(log + ": no checkpoint here yet");
    try {
      return Checkpoint.parse(note.get().text()).origin();
    } catch (NoteException e) {
      throw new UserException(log + ": " + e.getMessage());
    }
  }
}
