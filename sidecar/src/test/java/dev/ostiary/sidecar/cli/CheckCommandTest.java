package dev.ostiary.sidecar.cli;

import static dev.ostiary.sidecar.Served.question;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.sidecar.Served;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ostiary check} against a sidecar that runs. */
final class CheckCommandTest {
  @TempDir static Path directory;
  private static Served served;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void serve() throws Exception {
    Served.writeBundle(directory, 1, "");
    served = Served.in(directory);
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  @Test
  void theAnswerIsTheExitCodeOnEitherListener() {
    String socket = "--socket=" + directory.resolve("data/ostiary.sock");
    String port = "--grpc=" + served.channel().authority();
    for (String listener : new String[] {socket, port}) {
      assertEquals(0, check(listener, action()), err.toString());
      assertEquals(1, check(listener, "Action::\"erase\""), err.toString());
    }
    assertEquals(2, out.toString().lines().filter("allow"::equals).count(), out.toString());
    assertEquals(2, out.toString().lines().filter("deny"::equals).count(), out.toString());
  }

  @Test
  void aSidecarThatIsNotThereIsNamed() {
    Path absent = directory.resolve("absent.sock");
    assertEquals(2, check("--socket=" + absent, action()));
    assertTrue(err.toString().contains("no answer from " + absent), err.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
  }

  @Test
  void oneListenerIsAsked() {
    assertEquals(2, check("--socket=a.sock", "--grpc=127.0.0.1:1", action()));
    assertTrue(err.toString().contains("mutually exclusive"), err.toString());
  }

  private static String action() {
    return "Action::\"" + question().getAction().getId() + "\"";
  }

  private int check(String... words) {
    var all = new ArrayList<String>();
    all.add("check");
    all.add("--timeout=10000");
    all.addAll(List.of(words).subList(0, words.length - 1));
    var asked = question();
    all.add(asked.getPrincipal().getType() + "::\"" + asked.getPrincipal().getId() + "\"");
    all.add(words[words.length - 1]);
    all.add(asked.getResource().getType() + "::\"" + asked.getResource().getId() + "\"");
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all.toArray(String[]::new));
  }
}
