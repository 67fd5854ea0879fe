package dev.ostiary.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.ostiary.log.CannotOpenException.Reason;
import dev.ostiary.log.note.LogKey;
import dev.ostiary.log.note.SignedNote;
import dev.ostiary.log.note.VerifierKey;
import dev.ostiary.log.tile.TileSource;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cosignatures of witnesses, and anchors that remember a log's size for it. */
class WitnessTest {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  @TempDir Path directory;

  private LogOptions witnessed(SmallWitness witness) throws Exception {
    var one = new Witness(witness.address(), VerifierKey.parse(witness.vkey()));
    return Logs.options(directory).withWitnesses(List.of(one), PATIENCE);
  }

  private static Verdict verify(LogOptions options, String cosigner) throws Exception {
    return Verifier.verify(
        TileSource.directory(options.directory()),
        options.key().verifier(options.origin()),
        List.of(VerifierKey.parse(cosigner)),
        List.of(),
        (_, _) -> {});
  }

  private static void append(LogOptions options, int count) throws Exception {
    try (var log = DecisionLog.open(options)) {
      for (int i = 0; i < count; i++) {
        Logs.appended(log, Logs.bytes("entry " + i), Durability.STRICT);
        if (i % 30 == 3) assertTrue(log.publish());
      }
    }
  }

  @Test
  void aWitnessCosignsEveryCheckpointWithAProofThatItIsConsistent() throws Exception {
    var key = Logs.options(directory).key().verifier(Logs.ORIGIN);
    try (var witness = new SmallWitness("witness.example/w1", key.toString())) {
      var options = witnessed(witness);
      append(options, 10);
      append(options, 300);
      assertEquals(310, witness.size());
      assertInstanceOf(Verdict.Valid.class, verify(options, witness.vkey()));
      var other = LogKey.generateMlDsa44("witness.example/w2").verifier().toString();
      assertInstanceOf(Verdict.NotValid.class, verify(options, other));
      var receipt = LogReader.open(TileSource.directory(options.directory())).receipt(7);
      VerifierKey.parse(witness.vkey()).verified(receipt.checkpoint());
    }
  }

  @Test
  void aWitnessThatIsAwayDelaysNoCheckpointAndIsCounted() throws Exception {
    var key = Logs.options(directory).key().verifier(Logs.ORIGIN);
    LogOptions options;
    try (var witness = new SmallWitness("witness.example/w1", key.toString())) {
      options = witnessed(witness);
    }
    try (var log = DecisionLog.open(options)) {
      for (int i = 0; i < 3; i++) {
        Logs.appended(log, Logs.bytes("entry"), Durability.STRICT);
        assertTrue(log.publish());
      }
      assertEquals(1, log.counters().witnessFailures());
    }
    assertInstanceOf(Verdict.Valid.class, Logs.verify(options));
  }

  @Test
  void aRestoredBackupIsRefusedWhereAWitnessRemembersMore() throws Exception {
    var key = Logs.options(directory).key().verifier(Logs.ORIGIN);
    try (var witness = new SmallWitness("witness.example/w1", key.toString())) {
      var options = witnessed(witness);
      var anchored = options.withAnchor(Anchor.witnesses(options.witnesses()));
      append(anchored, 5);
      var backup = anchored.withDirectory(directory.resolve("backup"));
      copy(options.directory(), backup.directory());
      append(anchored, 5);
      var refused = assertThrows(CannotOpenException.class, () -> DecisionLog.open(backup));
      assertEquals(Reason.ROLLED_BACK, refused.reason());
      assertEquals(10, witness.size());
    }
  }

  @Test
  void aRestoredBackupIsRefusedWhereAStoreRemembersMoreAndAnAnchorThatIsAwayIsNamed()
      throws Exception {
    var object = new byte[1][];
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/anchor",
        exchange -> {
          try (exchange) {
            if (exchange.getRequestMethod().equals("PUT")) {
              object[0] = exchange.getRequestBody().readAllBytes();
              exchange.sendResponseHeaders(204, -1);
            } else if (object[0] == null) {
              exchange.sendResponseHeaders(404, -1);
            } else {
              exchange.sendResponseHeaders(200, object[0].length);
              exchange.getResponseBody().write(object[0]);
            }
          }
        });
    server.start();
    var address = "http://127.0.0.1:" + server.getAddress().getPort() + "/anchor";
    var anchored = Logs.options(directory).withAnchor(Anchor.store(URI.create(address)));
    var backup = anchored.withDirectory(directory.resolve("backup"));
    try {
      append(anchored, 5);
      copy(anchored.directory(), backup.directory());
      append(anchored, 5);
      assertEquals(
          Files.readString(anchored.directory().resolve("checkpoint")),
          new String(object[0], java.nio.charset.StandardCharsets.UTF_8));
      var refused = assertThrows(CannotOpenException.class, () -> DecisionLog.open(backup));
      assertEquals(Reason.ROLLED_BACK, refused.reason());
    } finally {
      server.stop(0);
    }
    var away = assertThrows(CannotOpenException.class, () -> DecisionLog.open(anchored));
    assertEquals(Reason.UNREADABLE, away.reason());
    assertTrue(String.valueOf(away.getMessage()).contains(address), away.getMessage());
  }

  @Test
  void aCheckpointThatTheWitnessDidNotSignIsNotTakenForItsOwn() throws Exception {
    var key = Logs.options(directory).key().verifier(Logs.ORIGIN);
    try (var witness = new SmallWitness("witness.example/w1", key.toString())) {
      var another = LogKey.generateMlDsa44("witness.example/w1").verifier();
      var options =
          Logs.options(directory)
              .withWitnesses(List.of(new Witness(witness.address(), another)), PATIENCE);
      append(options, 2);
      String text = Files.readString(options.directory().resolve("checkpoint"));
      assertEquals(1, SignedNote.parse(text).signatures().size());
    }
  }

  private static void copy(Path from, Path to) throws Exception {
    try (var files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) Files.createDirectories(target);
        else Files.copy(file, target);
      }
    }
  }
}
