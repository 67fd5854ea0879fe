package dev.ostiary.sidecar.cli;

import static dev.ostiary.sidecar.Served.question;
import static dev.ostiary.sidecar.Served.uid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.sidecar.Served;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ostiary log tail} and {@code export} beside a sidecar that runs. */
final class LogFollowTest {
  @TempDir static Path directory;
  private static Served served;

  @BeforeAll
  static void ask() throws Exception {
    Served.writeBundle(directory, 1, "");
    served = Served.in(directory);
    var client = served.client();
    client.check(question().build()); // 2: allow
    client.check(question().setAction(uid("Action", "erase")).build()); // 3: deny
    client.check(question().build()); // 4: allow
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  @Test
  void tailPrintsWhatShowPrints() {
    assertEquals(
        run(0, "log", "show", data(), "--from=1", "--limit=3"),
        run(0, "log", "tail", data(), "--from=1", "--limit=3"));
    assertEquals(
        run(0, "log", "show", data(), "--from=1", "--limit=3", "--json"),
        run(0, "log", "tail", data(), "--from=1", "--limit=3", "--json"));
    String denied = run(0, "log", "tail", data(), "--from", "0", "--decision", "deny", "--limit=1");
    assertTrue(denied.startsWith("3 "), denied);
  }

  @Test
  void tailWithoutASidecarSaysWhatIsMissing() {
    String fault = run(2, "log", "tail", directory.resolve("bundle").toString());
    assertTrue(fault.contains("expected a running sidecar's data directory"), fault);
  }

  @Test
  void exportPrintsTheDecisionsThatAreMeant() throws Exception {
    served.await(s -> !run(0, "log", "show", data()).isEmpty());
    var ocsf = run(0, "log", "export", data(), "--format", "ocsf", "--decision", "deny");
    assertEquals(1, ocsf.lines().count(), ocsf);
    Json.parse(new Source("line", ocsf.strip()));
    assertTrue(ocsf.contains("\"log_name\":\"test.example/decisions/1\""), ocsf);
    var events = run(0, "log", "export", data(), "--format", "cloudevents", "--from", "2");
    assertEquals(3, events.lines().count(), events);
    String fault = run(2, "log", "export", data(), "--format", "csv");
    assertTrue(
        fault.startsWith("ostiary: --format: expected ocsf, cloudevents or parquet, got `csv`"),
        fault);
  }

  private static String data() {
    return directory.resolve("data").toString();
  }

  private static String run(int code, String... words) {
    var out = new StringWriter();
    var err = new StringWriter();
    int ended =
        Main.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(words);
    assertEquals(code, ended, err.toString());
    return code == 0 ? out.toString() : err.toString();
  }
}
