package dev.ostiary.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.log.note.LogKey;
import dev.ostiary.log.note.SignedNote;
import dev.ostiary.log.note.VerifierKey;
import dev.ostiary.sidecar.config.Key;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the configuration says of the logs: their key, their name, who signs and who remembers. */
class LogSettingsTest {
  @TempDir Path directory;

  private Path file(String name) {
    return directory.resolve(name);
  }

  private SignedNote checkpoint(String log) throws Exception {
    return SignedNote.parse(Files.readString(file("data/" + log + "/checkpoint")));
  }

  private String refusal(Map<Key, String> keys) {
    var refused = assertThrows(StartException.class, () -> Served.in(directory, keys).close());
    return String.valueOf(refused.getMessage());
  }

  @Test
  void bothLogsAreSignedByBothKeysUnderTheNameAndRememberedByTheAnchor() throws Exception {
    var keys =
        Map.of(
            Key.LOG_KEY, file("elsewhere/sign.skey").toString(),
            Key.LOG_ORIGIN, "example.com/lab",
            Key.LOG_ML_DSA_KEY, file("elsewhere/second.skey").toString(),
            Key.LOG_ANCHOR, file("anchor").toString());
    Served.in(directory, keys).close();
    var local = VerifierKey.parse(Files.readString(file("data/keys/log.vkey")));
    assertEquals(local, VerifierKey.parse(Files.readString(file("elsewhere/log.vkey"))));
    var second = VerifierKey.parse(Files.readString(file("data/keys/log-ml-dsa.vkey")));
    for (String log : List.of("decisions/1", "facts/1")) {
      var note = checkpoint(log);
      String origin = "example.com/lab/" + log;
      assertTrue(note.text().startsWith(origin + "\n"), note.text());
      local.named(origin).verified(note);
      second.named(origin).verified(note);
      Path anchored = file("anchor/" + log + "/checkpoint");
      if (Files.exists(anchored)) assertEquals(note.encoded(), Files.readString(anchored));
      try (var kept = Files.list(file("data/" + log))) {
        var names = kept.map(path -> path.getFileName().toString()).toList();
        assertTrue(
            List.of("checkpoint", "checkpoints", "tile", "wal").containsAll(names),
            names.toString());
      }
    }
    assertTrue(Files.exists(file("anchor/decisions/1/checkpoint")));
    try (var kept = Files.list(file("data/decisions/1/checkpoints"))) {
      var names = kept.map(path -> path.getFileName().toString()).toList();
      assertTrue(names.stream().allMatch(name -> name.matches("[0-9]+")), names.toString());
    }
    Served.in(directory, keys).close(); // and goes on
  }

  @Test
  void anotherNameALostKeyAndAnotherKeyAreRefusedByName() throws Exception {
    Served.in(directory).close();
    String other = refusal(Map.of(Key.LOG_ORIGIN, "other.example"));
    assertTrue(other.contains("log.origin `test.example`"), other);
    Path key = file("data/keys/log.skey");
    Path kept = Files.move(key, file("kept.skey"));
    String lost = refusal(Map.of());
    assertTrue(lost.contains(key.toString()), lost);
    assertTrue(Files.notExists(key), "no new key is made for old logs");
    LogKey.generate("test.example").save(key);
    String wrong = refusal(Map.of());
    assertTrue(wrong.contains("log.vkey"), wrong);
    Files.delete(key);
    Files.move(kept, key);
    Served.in(directory).close();
  }

  @Test
  void aBackupThatTheAnchorKnowsToBeOldIsRefusedBeforeAnythingIsSigned() throws Exception {
    var keys = Map.of(Key.LOG_ANCHOR, file("anchor").toString());
    Served.in(directory, keys).close();
    Path data = file("data");
    Path backup = file("backup");
    copy(data, backup);
    Served.in(directory, keys).close();
    Files.move(data, file("newer"));
    Files.move(backup, data);
    String before = checkpoint("decisions/1").encoded();
    String refused = refusal(keys);
    assertTrue(refused.contains("as in the anchor"), refused);
    assertEquals(before, checkpoint("decisions/1").encoded());
  }

  @Test
  void aFaultInTheWitnessesFileIsNamedWithItsLine() throws Exception {
    Path policy = Files.writeString(file("policy"), "quorum none\nwitness w not-a-key http://w\n");
    String refused = refusal(Map.of(Key.LOG_WITNESSES, policy.toString()));
    assertTrue(refused.contains(policy.toString()), refused);
    Files.writeString(policy, "quorum none\nwitnes w\n");
    refused = refusal(Map.of(Key.LOG_WITNESSES, policy.toString()));
    assertTrue(refused.contains("line 2"), refused);
  }

  private static void copy(Path from, Path to) throws Exception {
    try (var files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) Files.createDirectories(target);
        else if (Files.isRegularFile(file)) Files.copy(file, target);
      }
    }
  }
}
