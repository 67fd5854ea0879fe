package dev.ostiary.sidecar.cli;

import static dev.ostiary.sidecar.Served.question;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.sidecar.Served;
import dev.ostiary.sidecar.config.Key;
import io.grpc.StatusRuntimeException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RecoverTest {
  private static final String LOCKED = "@id(\"locked\") forbid (principal, action, resource);\n";

  private final StringWriter printed = new StringWriter();
  @TempDir private Path directory;

  @Test
  void twoSignersLockEverybodyOutOneCannotAndAnOfflineKeyGetsBackInOnce() throws Exception {
    Path bundle = directory.resolve("bundle");
    Path data = directory.resolve("data");
    for (String key : new String[] {"one", "two", "offline"}) run("bundle", "keygen", at(key));
    Path keys = directory.resolve("keys");
    Files.writeString(
        keys,
        Files.readString(directory.resolve("one.pub"))
            + Files.readString(directory.resolve("two.pub")));
    var config = Map.of(Key.BUNDLE_KEYS, keys.toString(), Key.RECOVERY_KEYS, at("offline.pub"));
    Served.writeBundle(directory, 1, "");
    run("bundle", "sign", bundle.toString(), "--key", at("one"));
    byte[] used;
    try (var served = Served.in(directory, config)) {
      assertTrue(isAnswered(served));
      Files.writeString(
          Files.createDirectories(bundle.resolve("admin")).resolve("a.cedar"), LOCKED);
      Served.writeBundle(directory, 2, "");
      run("bundle", "sign", bundle.toString(), "--key", at("one"));
      served.await(s -> s.journal().contains("by 2 trusted keys where `admin/` changes, got 1"));
      assertTrue(isAnswered(served));
      run("bundle", "sign", bundle.toString(), "--key", at("two"));
      served.await(s -> !isAnswered(s));

      run("recover", "--data", data.toString(), "--key", at("two"));
      served.await(s -> s.journal().contains("recovery refused: "));
      assertTrue(!isAnswered(served));
      run("recover", "--data", data.toString(), "--key", at("offline"));
      served.await(RecoverTest::isAnswered);
      var entry =
          served.entries().stream()
              .filter(e -> e.getPolicyActivated().getRecoveryKeyIdsCount() > 0)
              .findFirst()
              .orElseThrow();
      assertTrue(served.journal().contains(entry.getPolicyActivated().getRecoveryKeyIds(0)));
      used = served.sidecar().snapshot().orElseThrow().bundle().recovery().orElseThrow().envelope();
    }
    try (var served = Served.in(directory, config)) {
      assertTrue(isAnswered(served), "it holds over a restart");
      // The next activation brings its own policies of the sidecar again.
      Served.writeBundle(directory, 3, "");
      run("bundle", "sign", bundle.toString(), "--key", at("one"));
      served.await(s -> !isAnswered(s));
      Files.write(data.resolve("recover.dsse.json"), used);
      served.await(s -> s.journal().contains("expected one for the facts as they are now"));
      assertTrue(!isAnswered(served));
    }
  }

  private static boolean isAnswered(Served served) {
    try {
      return !served.client().check(question().build()).getDecisionId().isEmpty();
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  private String at(String file) {
    return directory.resolve(file).toString();
  }

  private void run(String... arguments) {
    var writer = new PrintWriter(printed, true);
    int code = Main.commandLine().setOut(writer).setErr(writer).execute(arguments);
    assertEquals(0, code, printed.toString());
  }
}
