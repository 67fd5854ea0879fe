package dev.ostiary.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.log.CannotOpenException.Reason;
import dev.ostiary.log.note.LogKey;
import dev.ostiary.log.note.VerifierKey;
import dev.ostiary.log.tile.TileSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A witness that others wrote cosigns our checkpoints, and remembers them. Opt-in: it runs where
 * {@code omniwitness} is on the path.
 */
class OutsideWitnessTest {
  @TempDir Path directory;

  @Test
  void omniwitnessCosignsOurCheckpointsAndRemembersThem() throws Exception {
    Assumptions.assumeTrue(
        Tools.has("omniwitness"),
        "`omniwitness` is not on the PATH; go install"
            + " github.com/transparency-dev/witness/cmd/omniwitness@latest");
    var options = Logs.options(directory);
    LogKey key = LogKey.generate("witness.example/w");
    key.save(directory.resolve("witness.skey"));
    Files.writeString(
        directory.resolve("logs.yaml"),
        "Logs:\n  - Origin: %s\n    PublicKey: %s\n    URL: http://127.0.0.1:1/\n"
            .formatted(Logs.ORIGIN, options.key().verifier(Logs.ORIGIN)));
    int port = freePort();
    var witness =
        new ProcessBuilder(
                "omniwitness",
                "-listen",
                "127.0.0.1:" + port,
                "-metrics_listen",
                "127.0.0.1:0",
                "-private_key_path",
                directory.resolve("witness.skey").toString(),
                "-additional_logs",
                directory.resolve("logs.yaml").toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("witness.out").toFile())
            .start();
    try {
      awaitListening(witness, port);
      var cosigner = VerifierKey.parse(cosignatureKey(key));
      var asked = List.of(new Witness(URI.create("http://127.0.0.1:" + port), cosigner));
      var witnessed =
          options.withWitnesses(asked, Duration.ofSeconds(10)).withAnchor(Anchor.witnesses(asked));
      append(witnessed, 3);
      copy(witnessed.directory(), directory.resolve("backup"));
      append(witnessed, 300);
      var verdict =
          Verifier.verify(
              TileSource.directory(witnessed.directory()),
              options.key().verifier(Logs.ORIGIN),
              List.of(cosigner),
              List.of(),
              (_, _) -> {});
      assertEquals(303, assertInstanceOf(Verdict.Valid.class, verdict).entries());
      var refused =
          assertThrows(
              CannotOpenException.class,
              () -> DecisionLog.open(witnessed.withDirectory(directory.resolve("backup"))));
      assertEquals(Reason.ROLLED_BACK, refused.reason());
    } finally {
      witness.destroy();
      assertTrue(witness.waitFor(30, TimeUnit.SECONDS));
    }
  }

  private static void append(LogOptions options, int count) throws Exception {
    try (var log = DecisionLog.open(options)) {
      for (int i = 0; i < count; i++) {
        Logs.appended(log, Logs.bytes("entry " + i), Durability.BOUNDED);
        if (i % 100 == 99) assertTrue(log.publish());
      }
      assertTrue(log.publish());
      assertEquals(0, log.counters().witnessFailures());
    }
  }

  /** The key of the same witness for cosignatures: type 4 in the place of 1. */
  private static String cosignatureKey(LogKey key) throws Exception {
    String[] parts = key.verifier().toString().split("\\+", 3);
    byte[] bytes = Base64.getDecoder().decode(parts[2]);
    bytes[0] = 4;
    byte[] name = (parts[0] + "\n").getBytes(StandardCharsets.UTF_8);
    byte[] hash =
        MessageDigest.getInstance("SHA-256")
            .digest(ByteBuffer.allocate(name.length + bytes.length).put(name).put(bytes).array());
    return parts[0]
        + "+"
        + HexFormat.of().formatHex(hash, 0, 4)
        + "+"
        + Base64.getEncoder().encodeToString(bytes);
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void awaitListening(Process process, int port) throws IOException {
    while (true) {
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        assertTrue(socket.isConnected());
        return;
      } catch (IOException e) {
        if (!process.isAlive()) throw e;
      }
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) Files.createDirectories(target);
        else Files.copy(file, target);
      }
    }
  }
}
