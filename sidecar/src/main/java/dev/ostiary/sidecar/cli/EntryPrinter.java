package dev.ostiary.sidecar.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.ostiary.record.v1.DecisionLogEntry;
import java.io.PrintWriter;
import picocli.CommandLine.Option;

/** How records of the decision log are printed: an option of the commands that print some. */
final class EntryPrinter {
  private static final JsonFormat.Printer JSON =
      JsonFormat.printer().omittingInsignificantWhitespace();

  @Option(names = "--json", description = "Print each record as one JSON object, whole.")
  private boolean json;

  /** Prints the record at {@code index}. */
  void print(long index, DecisionLogEntry entry, PrintWriter out) {
    try {
      if (json) out.println("{\"index\":\"" + index + "\"," + JSON.print(entry).substring(1));
      else EntryLine.of(index, entry).forEach(out::println);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e); // there is no Any in it
    }
  }

  /**
   * Reads a record.
   *
   * @param log what to call the log where it is none
   */
  static DecisionLogEntry entry(String log, long index, byte[] record) {
    try {
      return DecisionLogEntry.parseFrom(record);
    } catch (InvalidProtocolBufferException e) {
      throw new UserException(
          log + ": entry " + index + " is not a decision log's: " + e.getMessage());
    }
  }
}
