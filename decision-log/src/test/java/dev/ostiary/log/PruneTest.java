package dev.ostiary.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import dev.ostiary.log.note.Receipt;
import dev.ostiary.log.tile.TileSource;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log whose beginning was removed, and one behind an address, verify like any other. */
class PruneTest {
  private static final int SIZE = 2 * 65_536 + 1_000;

  @TempDir Path directory;

  private static void fill(DecisionLog log, int size) throws InterruptedException {
    for (int i = (int) log.size(); i < size; i++) {
      log.enqueue(Logs.bytes("entry " + i), Durability.BOUNDED, _ -> {});
      if (i % 500 == 499) log.flush();
    }
    log.flush();
    assertTrue(log.publish());
  }

  @Test
  void wholeUnitsGoAndTheRestStillVerifiesAndReads() throws Exception {
    var options = Logs.options(directory).withUnsyncedBytes(64 << 20);
    Evidence old;
    try (var log = DecisionLog.open(options)) {
      fill(log, 300);
      old = new Evidence("old", Files.readString(options.directory().resolve("checkpoint")));
      fill(log, SIZE);
      assertEquals(65_536, log.prune(2 * 65_536 - 1));
      assertEquals(65_536, log.prune(65_536));
    }
    var valid = assertInstanceOf(Verdict.Valid.class, Logs.verify(options));
    assertEquals(SIZE - 65_536, valid.entries());
    var source = TileSource.directory(options.directory());
    var key = options.key().verifier(options.origin());
    assertInstanceOf(Verdict.Valid.class, Verifier.verify(source, key, List.of(old), (_, _) -> {}));
    var first = new AtomicLong(-1);
    LogReader.open(source)
        .forEach(
            65_536,
            record -> {
              first.set(record.index());
              assertArrayEquals(Logs.bytes("entry 65536"), record.bytes());
              return false;
            });
    assertEquals(65_536, first.get());
    try (var log = DecisionLog.open(options)) {
      Logs.appended(log, Logs.bytes("on"), Durability.STRICT);
    }
    assertInstanceOf(Verdict.Valid.class, Logs.verify(options));
    // A bundle that is missing elsewhere is not pruning.
    Files.delete(options.directory().resolve("tile/entries/300"));
    assertInstanceOf(Verdict.CouldNotTell.class, Logs.verify(options));
  }

  @Test
  void aLogBehindAnAddressIsVerifiedAndGivesReceiptsThatVerify() throws Exception {
    var options = Logs.options(directory);
    try (var log = DecisionLog.open(options)) {
      fill(log, 700);
    }
    var handler = SimpleFileServer.createFileHandler(options.directory().toAbsolutePath());
    var server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0, "/", handler);
    server.start();
    try {
      var source = TileSource.http(URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
      var key = options.key().verifier(options.origin());
      String receipt = LogReader.open(source).receipt(500).encoded();
      assertEquals(receipt, Receipt.parse(receipt).encoded());
      var verdict =
          Verifier.verify(source, key, List.of(new Evidence("receipt", receipt)), (_, _) -> {});
      assertInstanceOf(Verdict.Valid.class, verdict, verdict.toString());
      String forged = receipt.replace("index 500", "index 501");
      assertInstanceOf(
          Verdict.NotValid.class,
          Verifier.verify(source, key, List.of(new Evidence("forged", forged)), (_, _) -> {}));
    } finally {
      server.stop(0);
    }
  }
}
