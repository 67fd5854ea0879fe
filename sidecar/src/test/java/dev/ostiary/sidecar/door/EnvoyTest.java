package dev.ostiary.sidecar.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.record.v1.Door;
import dev.ostiary.sidecar.Served;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real Envoy with {@code docker/envoy/envoy.yaml} asks the real sidecar. */
final class EnvoyTest {
  @TempDir private Path directory;

  @Test
  void envoyLetsPassWhatIsAllowedAndNothingElse() throws Exception {
    Envoy.require();
    Gateway.writeBundle(directory);
    try (var served = Served.in(directory);
        var gateway =
            Gateway.start((port, service) ->
                Envoy.start(directory, "envoy.yaml", port, Map.of(8080, service), served))) {
      String passed =
          gateway.send(
              "GET /docs/one?why=audit",
              List.of("X-User: ada", "X-Ostiary-Obligations: nothing"),
              "");
      assertTrue(passed.contains("served under [mask]"), passed);
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
}
