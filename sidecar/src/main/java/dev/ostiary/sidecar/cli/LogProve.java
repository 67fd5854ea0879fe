package dev.ostiary.sidecar.cli;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.ostiary.log.LogReader;
import dev.ostiary.log.note.Receipt;
import dev.ostiary.log.tile.MissingTileException;
import dev.ostiary.record.v1.DecisionLogEntry;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ostiary log prove}: writes a receipt for one entry. */
@Command(
    name = "prove",
    description = {
      "Write a receipt, a C2SP tlog-proof: that one entry is in a log, checkable offline.",
      "It is made from what is published; what was logged within the last second may not be yet."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:the receipt was written",
      "1:no such entry is published",
      "2:the log could not be read, or wrong usage"
    },
    mixinStandardHelpOptions = true)
final class LogProve implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Parameters(
      index = "0",
      paramLabel = "LOG",
      description =
          "A data directory, one log in it such as DATA/decisions/1, or an HTTP address of a log.")
  private String log = "";

  @Parameters(
      index = "1",
      paramLabel = "ENTRY",
      description = "The entry's index, or the id of a decision: 32 hexadecimal digits.")
  private String entry = "";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "A new file for the receipt; standard output without it.")
  private @Nullable Path output;

  @Override
  public Integer call() throws IOException {
    try {
      var reader = LogReader.open(LogPlace.of(log).source());
      long index = entry.matches("[0-9a-f]{32}") ? indexOf(reader) : index();
      if (index < 0 || index >= reader.publishedSize()) {
        spec.commandLine()
            .getErr()
            .printf(
                "%s: expected a published entry, of which there are %d, got `%s`%n",
                log, reader.publishedSize(), entry);
        return LogVerify.NOT_VALID;
      }
      write(reader.receipt(index));
      return 0;
    } catch (FileAlreadyExistsException e) {
      throw new UserException("--output: expected a new file, got " + output);
    } catch (MissingTileException e) {
      throw new UserException(log + ": " + e.getMessage());
    }
  }

  private long index() {
    if (!entry.matches("[0-9]{1,18}")) {
      throw new UserException(
          "ENTRY: expected an index or a decision's id of 32 hexadecimal digits, got `"
              + entry
              + "`");
    }
    return Long.parseLong(entry);
  }

  /** The index of the decision's entry, found by reading from the start. */
  private long indexOf(LogReader reader) throws IOException {
    var id = ByteString.copyFrom(HexFormat.of().parseHex(entry));
    var found = new long[] {-1};
    var progress = new ProgressLine(spec.commandLine().getErr(), "searched");
    reader.forEach(
        0,
        record -> {
          progress.at(record.index(), reader.publishedSize());
          if (has(record.bytes(), id)) found[0] = record.index();
          return found[0] < 0;
        });
    progress.end();
    return found[0];
  }

  private static boolean has(byte[] record, ByteString id) {
    try {
      var decoded = DecisionLogEntry.parseFrom(record);
      if (decoded.hasDecision()) return decoded.getDecision().getDecisionId().equals(id);
      return decoded.hasBatch()
          && decoded.getBatch().getItemsList().stream()
              .anyMatch(decision -> decision.getDecisionId().equals(id));
    } catch (InvalidProtocolBufferException e) {
      return false; // a record of something else
    }
  }

  private void write(Receipt receipt) throws IOException {
    if (output == null) {
      spec.commandLine().getOut().print(receipt.encoded());
      spec.commandLine().getOut().flush();
    } else {
      Files.writeString(output, receipt.encoded(), StandardOpenOption.CREATE_NEW);
    }
  }
}
