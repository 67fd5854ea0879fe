package dev.ostiary.sidecar.cli;

import dev.ostiary.log.LogRecord;
import dev.ostiary.log.Salvage;
import dev.ostiary.sidecar.config.IoReason;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ostiary log salvage}: what can still be read of a log that refuses to start. */
@Command(
    name = "salvage",
    description = {
      "Write what can still be read of a damaged log to a new file, for a person who then decides."
          + " Changes nothing in the log.",
      "Each line is a record: its index, a tab, its bytes in Base64. Records after the last"
          + " checkpoint come from the write-ahead log, and no signature covers them."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:all was read, to the end of the write-ahead log",
      "1:damage ended it; what was read before is in the file",
      "2:nothing could be read, or wrong usage"
    },
    mixinStandardHelpOptions = true)
final class LogSalvage implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Parameters(
      index = "0",
      paramLabel = "LOG",
      description = "A data directory, or one log in it such as DATA/decisions/1.")
  private String log = "";

  @Parameters(index = "1", paramLabel = "FILE", description = "A new file for the records.")
  private Path file = Path.of("");

  @Override
  public Integer call() throws IOException {
    if (!(LogPlace.of(log) instanceof LogPlace.Directory(Path tree)))
      throw new UserException("LOG: expected a directory, got the address `" + log + "`");
    Salvage.Found found;
    try (var out =
        Files.newBufferedWriter(file, StandardCharsets.US_ASCII, StandardOpenOption.CREATE_NEW)) {
      found =
          Salvage.records(
              tree,
              record -> {
                write(record, out);
                return true;
              });
    } catch (FileAlreadyExistsException e) {
      throw new UserException("FILE: expected a new file, got " + file);
    }
    var out = spec.commandLine().getOut();
    out.printf(
        "%d entries under the checkpoint, %d after it; then: %s%n",
        found.published(), found.recovered(), found.stopped());
    return found.whole() ? 0 : LogVerify.NOT_VALID;
  }

  private void write(LogRecord record, BufferedWriter out) {
    try {
      out.write(record.index() + "\t" + Base64.getEncoder().encodeToString(record.bytes()) + "\n");
    } catch (IOException e) {
      throw new UserException(file + ": cannot be written: " + IoReason.of(e));
    }
  }
}
