package dev.ostiary.log;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.ostiary.log.note.LogKey;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.log.tile.TileSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What tests of the log share: options for small ones, appends that wait, and reading all back. */
final class Logs {
  static final String ORIGIN = "log.example/decisions/1";

  private Logs() {}

  /** Small segments, no reserve, so that a test touches every edge with few bytes. */
  static LogOptions options(Path directory) throws IOException, NoteException {
    var key = LogKey.loadOrCreate(directory.resolve("keys/log.skey"), "log.example");
    var all = LogOptions.of(directory.resolve("decisions/1"), ORIGIN, key);
    return all.withSegmentBytes(64 << 10).withReserveBytes(0).withBallastBytes(4096);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static Outcome append(DecisionLog log, byte[] record, Durability durability)
      throws InterruptedException {
    var outcome = new CompletableFuture<Outcome>();
    log.append(record, durability, outcome::complete);
    return await(outcome);
  }

  static Outcome.Appended appended(DecisionLog log, byte[] record, Durability durability)
      throws InterruptedException {
    return assertInstanceOf(Outcome.Appended.class, append(log, record, durability));
  }

  static <T> T await(CompletableFuture<T> future) throws InterruptedException {
    try {
      return future.get(30, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  static List<LogRecord> records(Path directory) throws IOException {
    var records = new ArrayList<LogRecord>();
    LogReader.live(directory).forEach(0, records::add);
    return records;
  }

  static Verdict verify(LogOptions options) throws NoteException {
    return Verifier.verify(
        TileSource.directory(options.directory()),
        options.key().verifier(options.origin()),
        List.of(),
        (_, _) -> {});
  }
}
