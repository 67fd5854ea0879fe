package dev.ostiary.sidecar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.SimpleFileServer;
import dev.ostiary.log.DecisionLog;
import dev.ostiary.log.Durability;
import dev.ostiary.log.LogOptions;
import dev.ostiary.log.note.LogKey;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ostiary log …} over a directory and over HTTP, with its exit codes. */
final class LogCommandsTest {
  private static final int ENTRIES = 700;

  @TempDir Path data;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private Path tree() {
    return data.resolve("decisions/1");
  }

  @BeforeEach
  void writeALog() throws Exception {
    var key = LogKey.loadOrCreate(data.resolve("keys/log.skey"), "log.example");
    var options = LogOptions.of(tree(), "log.example/decisions/1", key).withReserveBytes(0);
    for (int part = 0; part < 2; part++) {
      try (var log = DecisionLog.open(options)) {
        for (int i = 0; i < ENTRIES / 2; i++) {
          byte[] record = ("entry " + part + " " + i).getBytes(StandardCharsets.UTF_8);
          log.append(record, Durability.BOUNDED, _ -> {});
        }
      }
    }
  }

  private int run(String... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    var commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(args);
  }

  private static void flip(Path file, int at) throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= 1;
    Files.write(file, bytes);
  }

  @Test
  void verifySaysWhichKeyItUsedAndExitsByWhatItFound() throws Exception {
    assertEquals(0, run("log", "verify", data.toString()), out + " " + err);
    assertTrue(err.toString().contains("the key that lies beside the log"), err.toString());
    assertEquals(0, run("log", "vkey", tree().toString()));
    String vkey = out.toString().strip();
    assertTrue(vkey.startsWith("log.example/decisions/1+"), vkey);
    assertEquals(0, run("log", "verify", "--vkey", vkey, tree().toString()));
    assertEquals("", err.toString());
    String file = data.resolve("keys/log.vkey").toString();
    assertEquals(0, run("log", "verify", "--vkey", file, tree().toString()), out.toString());
    String other = LogKey.generate("log.example/decisions/1").verifier().toString();
    assertEquals(1, run("log", "verify", "--vkey", other, tree().toString()));
    Path tile = tree().resolve("tile/0/000");
    byte[] bytes = Files.readAllBytes(tile);
    Files.delete(tile);
    assertEquals(2, run("log", "verify", tree().toString()));
    assertTrue(out.toString().startsWith("could not tell: tile/0/000"), out.toString());
    Files.write(tile, bytes);
    flip(tree().resolve("tile/entries/001"), 9);
    assertEquals(1, run("log", "verify", tree().toString()));
    assertEquals(2, run("log", "verify", data.resolve("nowhere").toString()));
  }

  @Test
  void earlierCheckpointsAndReceiptsMustBeConsistentWithTheLog() throws Exception {
    Path kept = tree().resolve("checkpoints/" + ENTRIES / 2);
    Path earlier = Files.copy(kept, data.resolve("earlier"));
    Path receipt = data.resolve("entry.tlog-proof");
    assertEquals(0, run("log", "prove", tree().toString(), "123", "-o", receipt.toString()));
    String[] verify = {"log", "verify", tree().toString(), earlier.toString(), receipt.toString()};
    assertEquals(0, run(verify), out.toString());
    // The same history without its end is what a restored backup looks like.
    Files.copy(
        earlier, tree().resolve("checkpoint"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Files.delete(tree().resolve("checkpoints/" + ENTRIES));
    assertEquals(0, run("log", "verify", tree().toString()), out.toString());
    assertEquals(1, run("log", "verify", tree().toString(), receipt.toString()), out.toString());
    Files.writeString(earlier, "no checkpoint");
    assertEquals(1, run("log", "verify", tree().toString(), earlier.toString()));
    assertEquals(2, run("log", "verify", tree().toString(), data.resolve("absent").toString()));
  }

  @Test
  void everythingWorksOverAPlainFileServer() throws Exception {
    var server =
        SimpleFileServer.createFileServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            tree(),
            SimpleFileServer.OutputLevel.NONE);
    server.start();
    String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    Path receipt = data.resolve("entry.tlog-proof");
    try {
      assertEquals(0, run("log", "vkey", tree().toString()));
      String vkey = out.toString().strip();
      assertEquals(2, run("log", "verify", address), "no key lies beside an address");
      assertEquals(0, run("log", "verify", address, "--vkey", vkey), out.toString());
      assertTrue(out.toString().contains(ENTRIES + " entries read"), out.toString());
      assertEquals(0, run("log", "prove", address, "699", "-o", receipt.toString()));
      assertEquals(0, run("log", "receipt", receipt.toString(), address, "--vkey", vkey));
      flip(tree().resolve("tile/entries/000"), 9);
      assertEquals(1, run("log", "verify", address, "--vkey", vkey));
      Files.write(tree().resolve("tile/0/001"), new byte[100_000]);
      assertEquals(2, run("log", "prove", address, "300"), "a tile that is too long is refused");
    } finally {
      server.stop(0);
    }
    assertEquals(2, run("log", "verify", address, "--vkey", "log.example+00000000+AAAA"));
  }

  @Test
  void aReceiptIsCheckedAgainstTheLeafHashOrTheLog() throws Exception {
    Path receipt = data.resolve("entry.tlog-proof");
    assertEquals(0, run("log", "prove", data.toString(), "5", "-o", receipt.toString()));
    assertEquals(2, run("log", "prove", data.toString(), "5", "-o", receipt.toString()));
    assertEquals(1, run("log", "prove", data.toString(), "" + ENTRIES));
    assertEquals(2, run("log", "prove", data.toString(), "five"));
    assertEquals(0, run("log", "receipt", receipt.toString(), tree().toString()), out.toString());
    String leaf = out.toString().lines().toList().getLast().substring("valid: leaf ".length());
    assertEquals(0, run("log", "vkey", tree().toString()));
    String vkey = out.toString().strip();
    String[] offline = {"log", "receipt", receipt.toString(), "--vkey", vkey};
    assertEquals(2, run(offline), "of which entry?");
    assertEquals(0, run("log", "receipt", receipt.toString(), "--vkey", vkey, "--leaf", leaf));
    String wrong = (leaf.charAt(0) == '0' ? "1" : "0") + leaf.substring(1);
    assertEquals(1, run("log", "receipt", receipt.toString(), "--vkey", vkey, "--leaf", wrong));
    Files.writeString(receipt, Files.readString(receipt).replace("index 5", "index 6"));
    assertEquals(1, run("log", "receipt", receipt.toString(), "--vkey", vkey, "--leaf", leaf));
  }

  @Test
  void salvageWritesWhatIsSoundAndSaysWhereItEnded() throws Exception {
    Path whole = data.resolve("whole");
    assertEquals(0, run("log", "salvage", data.toString(), whole.toString()), out.toString());
    assertEquals(ENTRIES, Files.readAllLines(whole).size());
    assertEquals(2, run("log", "salvage", data.toString(), whole.toString()));
    flip(tree().resolve("tile/entries/000"), 9);
    try (var segments = Files.list(tree().resolve("wal"))) {
      for (Path file : segments.filter(path -> path.toString().endsWith(".wal")).toList())
        flip(file, 80);
    }
    assertEquals(1, run("log", "salvage", data.toString(), data.resolve("part").toString()));
    assertTrue(out.toString().startsWith("0 entries"), out.toString());
  }
}
