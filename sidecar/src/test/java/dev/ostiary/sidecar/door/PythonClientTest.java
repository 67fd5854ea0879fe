package dev.ostiary.sidecar.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.sidecar.Served;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tests of {@code client-stubs/python}, in the real Python, against real sidecars. */
final class PythonClientTest {
  private static final Path ROOT = Path.of(System.getProperty("ostiary.root"));
  private static final Path CLIENT = ROOT.resolve("client-stubs/python");
  private static final Path LAB = ROOT.resolve("examples/lab");

  private static final Path SHARED = Path.of(System.getProperty("ostiary.shared"));
  private static final String LISTED_ROUTES =
      "test_every_route_that_mlflow_is_known_to_have_is_mapped";

  @TempDir private Path directory;

  @Test
  void itsTestsPassAgainstRealSidecars() throws Exception {
    if (run(python("-c", "import grpc, grpc_tools, grpc_status, cryptography, pytest")).exit()
        != 0) {
      String absent =
          "needs Python 3.10 with pip packages grpcio-tools, grpcio-status, cryptography, pytest";
      if (Boolean.getBoolean("ostiary.require-tools")) Assertions.fail(absent);
      Assumptions.abort(absent);
    }
    assertEquals(0, run(python(CLIENT.resolve("generate.py").toString())).exit());
    copyLab(directory.resolve("lab/bundle"));
    writeValues(directory.resolve("values/bundle"));
    try (var lab = Served.in(directory.resolve("lab"));
        var values = Served.in(directory.resolve("values"))) {
      var tests = python("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests");
      var environment = tests.environment();
      environment.put("PYTHONPATH", CLIENT.resolve("src").toString());
      environment.put("OSTIARY_LAB_TCP", lab.sidecar().grpcAddress().orElseThrow());
      environment.put("OSTIARY_LAB_SOCKET", "unix:" + directory.resolve("lab/data/ostiary.sock"));
      environment.put("OSTIARY_LAB_ROWS", LAB.resolve("tests/decisions.jsonl").toString());
      environment.put("OSTIARY_VALUES_TCP", values.sidecar().grpcAddress().orElseThrow());
      if (Files.isDirectory(SHARED)) environment.put("OSTIARY_SHARED", SHARED.toString());
      else tests.command().add("--deselect=tests/test_guard.py::" + LISTED_ROUTES);
      var ran = run(tests);
      assertEquals(0, ran.exit(), ran.output());
      assertTrue(
          ran.output().contains(" passed") && !ran.output().contains("skipped"), ran.output());
    }
  }

  private static ProcessBuilder python(String... arguments) {
    var command = new ArrayList<>(List.of("python3"));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).directory(CLIENT.toFile()).redirectErrorStream(true);
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    return builder;
  }

  private record Ran(int exit, String output) {}

  private static Ran run(ProcessBuilder command) throws Exception {
    Process process;
    try {
      process = command.start();
    } catch (IOException e) {
      return new Ran(127, String.valueOf(e.getMessage()));
    }
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(300, TimeUnit.SECONDS), output);
    return new Ran(process.exitValue(), output);
  }

  private static void copyLab(Path bundle) throws IOException {
    try (var files = Files.walk(LAB)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path copy = bundle.resolve(LAB.relativize(file).toString());
        if (Files.isDirectory(file)) Files.createDirectories(copy);
        else Files.copy(file, copy);
      }
    }
  }

  /**
   * A policy that permits only where every kind of value came as the tests of the client mean it.
   */
  private static void writeValues(Path bundle) throws IOException {
    Files.createDirectories(bundle.resolve("entities"));
    Files.writeString(bundle.resolve("bundle.yaml"), "name: values\nversion: 1\n");
    Files.writeString(
        bundle.resolve("values.cedarschema"),
        """
        @virtual entity User;
        @virtual entity Doc;
        action read appliesTo { principal: User, resource: Doc, context: {
          now: datetime, b?: Bool, l?: Long, s?: String, e?: User, set?: Set<Long>,
          r?: { x: Long, y: Set<Bool> }, ip?: ipaddr, net?: ipaddr, d?: decimal, t?: datetime,
          dur?: duration } };
        """);
    Files.writeString(
        bundle.resolve("values.cedar"),
        """
        @id("all-kinds")
        permit (principal, action == Action::"read", resource)
        when { context has b && context.b }
        when { context has l && context.l == -9223372036854775808 }
        when { context has s && context.s == "\\u{e9}\\u{1f600}\\0" }
        when { context has e && context.e == User::"a\\"\\\\b" }
        when { context has set && context.set == [2, 1] }
        when { context has r && context.r == { x: 3, y: [true] } }
        when { context has ip && context.ip == ip("::1") }
        when { context has net && context.net == ip("10.0.0.0/8") }
        when { context has d && context.d == decimal("12.0") }
        when { context has t && context.t == datetime("2024-02-29T12:00:00.123Z") }
        when { context has dur && context.dur == duration("-1d1ms") };
        """);
    Files.writeString(bundle.resolve("entities/all.json"), "[]");
  }
}
