package dev.ostiary.sidecar.cli;

import dev.ostiary.log.LogReader;
import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.sidecar.subjects.Names;
import dev.ostiary.sidecar.subjects.Revealing;
import dev.ostiary.sidecar.subjects.Subjects;
import dev.ostiary.sidecar.subjects.SubjectsException;
import dev.ostiary.v1.RevealRequest;
import dev.ostiary.v1.SubjectServiceGrpc;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The records of a log that a command reads: options of the commands that read some. */
final class LogInput {
  @Parameters(
      paramLabel = "LOG",
      description =
          "A data directory, one log in it such as DATA/decisions/1, an HTTP address of a log, or"
              + " s3://BUCKET/PREFIX.")
  private String log = "";

  @Option(
      names = "--from",
      paramLabel = "INDEX",
      description = "First index to read; 0 without it.")
  private long from;

  @Option(
      names = "--reveal",
      description =
          "Show people and names as they were, not under pseudonyms and tokens. It takes the tables"
              + " beside the log and their key, and is written into the log.")
  private boolean reveal;

  @Option(
      names = "--subjects-key",
      paramLabel = "FILE",
      description = "The key of those tables; DATA/keys/subjects.kek without it.")
  private @Nullable Path subjectsKey;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "The data directory whose tables and sidecar know the names, where the log is not in it.")
  private @Nullable Path data;

  @Mixin private EntryFilter filter = new EntryFilter();

  /** What a command does with a record; false ends it. */
  interface Visitor {
    /** Takes the record at {@code index}. */
    boolean take(long index, DecisionLogEntry entry);
  }

  /** A log that is open. */
  record Opened(LogReader reader, String name) {
    /** The tree's origin line. */
    String origin() {
      var note = reader.checkpoint();
      if (note.isEmpty()) throw new UserException(name + ": no checkpoint here yet");
      try {
        return Checkpoint.parse(note.get().text()).origin();
      } catch (NoteException e) {
        throw new UserException(name + ": " + e.getMessage());
      }
    }
  }

  /** Opens the log. */
  Opened open() throws IOException {
    if (from < 0) throw new UserException("--from: expected an index from 0, got `" + from + "`");
    var reader =
        switch (LogPlace.of(log)) {
          case LogPlace.Directory(var tree) -> LogReader.live(tree);
          case LogPlace.Address address -> LogReader.open(address.source());
          case LogPlace.Bucket bucket -> LogReader.open(bucket.source());
        };
    return new Opened(reader, log);
  }

  /**
   * Visits the records that are meant, in order.
   *
   * @param purpose what they are read for, where names are to be revealed
   */
  void forEach(Opened opened, String purpose, Visitor visitor)
      throws IOException, InterruptedException {
    var wanted = filter.entries();
    UnaryOperator<DecisionLogEntry> shown =
        reveal ? new Revealing(names(purpose))::entry : UnaryOperator.identity();
    opened
        .reader()
        .forEach(
            Math.max(from, opened.reader().firstIndex()),
            record -> {
              var entry = shown.apply(EntryPrinter.entry(log, record.index(), record.bytes()));
              return !wanted.test(entry) || visitor.take(record.index(), entry);
            });
  }

  private Names names(String purpose) throws InterruptedException {
    Path data = besides();
    Names names = tables(data, subjectsKey);
    if (!names.areHere())
      throw new UserException("--reveal: no tables of subjects in " + data + ", or no key to them");
    var request = RevealRequest.newBuilder().setPurpose(purpose).build();
    try {
      new AdminTarget(data)
          .askOrStart(channel -> SubjectServiceGrpc.newBlockingStub(channel).reveal(request));
    } catch (StatusRuntimeException e) {
      throw AdminTarget.failed("nothing revealed", e);
    }
    return names;
  }

  private Path besides() {
    if (data != null) return data;
    if (LogPlace.of(log) instanceof LogPlace.Directory(var tree)) return LogPlace.data(tree);
    throw new UserException("--reveal: no tables are beside " + log + "; give --data");
  }

  /** The tables of a data directory. */
  static Names tables(Path data, @Nullable Path key) {
    try {
      return Subjects.read(data, key == null ? Subjects.standardKey(data) : key);
    } catch (SubjectsException e) {
      throw new UserException(String.valueOf(e.getMessage()));
    }
  }
}
