package dev.ostiary.sidecar.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.ostiary.sidecar.Served;
import dev.ostiary.sidecar.config.Key;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real MinIO asks the real sidecar, by the map in {@code examples/webhooks/minio}. */
final class MinioServicesIT {
  private static final Path ROOT = Path.of(System.getProperty("ostiary.root"));

  /** Dan reads, Ben writes as well, Eve does neither. */
  private static final String OUTCOMES =
      """
      root, new buckets: done
      dan, get: done
      dan, get elsewhere: AccessDenied
      dan, list: done
      dan, put: AccessDenied
      dan, link: done
      dan, copy: AccessDenied
      dan, copy from elsewhere: AccessDenied
      dan, delete several: refused for two three
      ben, get: done
      ben, get elsewhere: AccessDenied
      ben, list: done
      ben, put: done
      ben, link: done
      ben, copy: done
      ben, copy from elsewhere: AccessDenied
      ben, delete several: done
      eve, get: AccessDenied
      eve, get elsewhere: AccessDenied
      eve, list: AccessDenied
      eve, put: AccessDenied
      eve, link: 403
      eve, copy: AccessDenied
      eve, copy from elsewhere: AccessDenied
      eve, delete several: refused for two three
      root, list all: done
      """;

  @TempDir private Path directory;

  @Test
  void peopleDoInMinioWhatPoliciesAllow() throws Exception {
    Path minio = Gateway.tool("minio", "go install github.com/minio/minio@latest", places());
    var identities = identities();
    int port = Gateway.freePort();
    String bundle = ROOT.resolve("examples/webhooks/minio").toString();
    Process process = null;
    try (var served = Served.in(directory, Map.of(Key.BUNDLE, bundle))) {
      var builder =
          new ProcessBuilder(
              minio.toString(),
              "server",
              "--quiet",
              "--address",
              "127.0.0.1:" + port,
              Files.createDirectory(directory.resolve("store")).toString());
      builder
          .environment()
          .putAll(
              Map.of(
                  "HOME",
                  directory.toString(),
                  "MINIO_ROOT_USER",
                  "rootuser",
                  "MINIO_ROOT_PASSWORD",
                  "rootsecret1",
                  "MINIO_UPDATE",
                  "off",
                  "MINIO_BROWSER",
                  "off",
                  "MINIO_POLICY_PLUGIN_URL",
                  "http://" + served.sidecar().httpAddress().orElseThrow() + "/v1/data/minio/authz",
                  "MINIO_IDENTITY_PLUGIN_URL",
                  "http://127.0.0.1:" + identities.getAddress().getPort() + "/",
                  "MINIO_IDENTITY_PLUGIN_ROLE_POLICY",
                  "readwrite",
                  "MINIO_IDENTITY_PLUGIN_ROLE_ID",
                  "lab"));
      process =
          builder
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("minio.out").toFile())
              .start();
      Process running = process;
      served.await(_ -> listens(port) || !running.isAlive());
      assertTrue(process.isAlive(), Files.readString(directory.resolve("minio.out")));
      assertEquals(OUTCOMES, operations("http://127.0.0.1:" + port));
    } finally {
      if (process != null) process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
      identities.stop(0);
    }
  }

  private static boolean listens(int port) {
    try (var socket = new java.net.Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (java.io.IOException e) {
      return false;
    }
  }

  /** Takes a token for the name of who has it. */
  private static HttpServer identities() throws Exception {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String query = Objects.requireNonNullElse(exchange.getRequestURI().getQuery(), "token=");
          byte[] answer =
              "{\"user\":\"%s\",\"maxValiditySeconds\":3600,\"claims\":{}}"
                  .formatted(query.substring("token=".length()))
                  .getBytes(StandardCharsets.UTF_8);
          exchange.getRequestBody().readAllBytes();
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    return server;
  }

  private static String operations(String endpoint) throws Exception {
    Path script =
        Path.of(
            Objects.requireNonNull(MinioServicesIT.class.getResource("minio_operations.py"))
                .toURI());
    var process =
        new ProcessBuilder("python3", script.toString(), endpoint)
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), output);
    return output;
  }

  /** The path, and where Go installs programs. */
  private static List<Path> places() {
    var places = new ArrayList<Path>();
    for (String each : System.getenv().getOrDefault("PATH", "").split(":", -1))
      places.add(Path.of(each, "minio"));
    String home = System.getProperty("user.home");
    places.add(Path.of(System.getenv().getOrDefault("GOPATH", home + "/go"), "bin", "minio"));
    return places;
  }
}
