package dev.ostiary.sidecar.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.record.v1.Door;
import dev.ostiary.sidecar.Served;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real nginx with {@code docker/nginx/nginx.conf} asks the real sidecar. */
final class NginxTest {
  private static final Path CONFIGURATION =
      Path.of(System.getProperty("ostiary.root"), "docker", "nginx", "nginx.conf");

  @TempDir private Path directory;

  @Test
  void nginxLetsPassWhatIsAllowedAndNothingElse() throws Exception {
    Path nginx =
        Gateway.tool(
            "nginx",
            "Debian package nginx-light",
            List.of(Path.of("/usr/sbin/nginx"), Path.of("/usr/local/sbin/nginx")));
    Gateway.writeBundle(directory);
    try (var served = Served.in(directory);
        var gateway = Gateway.start((port, service) -> nginx(nginx, port, service, served))) {
      String passed =
          gateway.send(
              "GET /docs/one?why=audit",
              List.of("X-User: ada", "X-Ostiary-Obligations: nothing"),
              "");
      assertTrue(passed.contains("served under [mask]"), passed);
      assertEquals("200", Gateway.outcome(passed), passed);
      assertTrue(passed.contains("X-Ostiary-Decision-Id: "), passed);
      assertTrue(
          served.entries().stream()
              .anyMatch(entry -> entry.getDecision().getDoor() == Door.DOOR_AUTH_REQUEST));
      String denied = gateway.send("DELETE /docs/one", List.of("X-User: ada"), "");
      assertEquals("401 forbidden", Gateway.outcome(denied), denied);
      assertTrue(denied.contains("insufficient_user_authentication"), denied);

      var refused = new ArrayList<String>();
      refused.add(get(gateway, "/docs/one", "X-User: nobody"));
      refused.add(get(gateway, "/docs/one"));
      refused.add(get(gateway, "/elsewhere", "X-User: ada"));
      refused.add(get(gateway, "/docs/../docs/one", "X-User: ada"));
      refused.add(get(gateway, "/docs//one", "X-User: ada"));
      refused.add(get(gateway, "/docs/a%2Fone", "X-User: ada"));
      refused.add(get(gateway, "/docs/one%0d%0aX-User:%20strict", "X-User: ada"));
      refused.add(get(gateway, "/docs/one", "X-User: ada", "X-User: strict"));
      refused.add(get(gateway, "/docs/one?why=a&why=b", "X-User: ada"));
      refused.add(
          Gateway.outcome(gateway.send("POST /docs", List.of("X-User: ada"), "{\"id\":\"one\"}")));
      // The headers that nginx sets are its own, whoever else sends them.
      refused.add(get(gateway, "/elsewhere", "X-User: ada", "X-Original-URI: /docs/one"));
      assertEquals(
          List.of(
              "403 entity_unknown",
              "403 malformed_request",
              "403 unknown_route",
              "403 path_not_normalized",
              "403 path_not_normalized",
              "403 path_not_normalized",
              "403 path_not_normalized",
              "403 duplicated_input",
              "403 duplicated_input",
              "403 body_incomplete",
              "403 unknown_route"),
          refused);
      served.sidecar().close();
      String down = gateway.send("GET /docs/one", List.of("X-User: ada"), "");
      assertEquals("500", Gateway.outcome(down), down);
      assertFalse(down.contains("served"), down);
      assertEquals(List.of("GET /docs/one?why=audit"), gateway.reached());
    }
  }

  private static String get(Gateway gateway, String target, String... headers) throws Exception {
    return Gateway.outcome(gateway.send("GET " + target, List.of(headers), ""));
  }

  private Process nginx(Path nginx, int port, int service, Served served)
      throws java.io.IOException {
    String text =
        Files.readString(CONFIGURATION)
            .replace("127.0.0.1:10080", "127.0.0.1:" + port)
            .replace("127.0.0.1:7471", served.sidecar().httpAddress().orElseThrow())
            .replace("127.0.0.1:8080", "127.0.0.1:" + service);
    Path prefix = Files.createDirectories(directory.resolve("nginx"));
    Files.writeString(prefix.resolve("nginx.conf"), text);
    return new ProcessBuilder(
            nginx.toString(), "-p", prefix.toString(), "-c", "nginx.conf", "-e", "stderr")
        .redirectErrorStream(true)
        .start();
  }
}
