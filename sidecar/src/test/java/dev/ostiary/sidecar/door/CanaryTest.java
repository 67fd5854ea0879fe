package dev.ostiary.sidecar.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.envoy.v3.AttributeContext;
import dev.ostiary.envoy.v3.AuthorizationGrpc;
import dev.ostiary.envoy.v3.CheckRequest;
import dev.ostiary.sidecar.Served;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A credential that comes through a door is found nowhere afterwards. */
final class CanaryTest {
  private static final String CANARY = "c4n4ry-9f86d081884c7d65";

  @TempDir private Path directory;
  private final List<String> said = new ArrayList<>();

  @Test
  void aCredentialIsInNoLogMetricErrorOrEntry() throws Exception {
    Gateway.writeBundle(directory);
    Path settings = directory.resolve("bundle/bundle.yaml");
    Files.writeString(
        settings,
        Files.readString(settings)
            + """
            webhooks:
              - path: minio/authz
                result: allow
                principal: { type: User, id: "{/input/account}" }
                action: read
                resource: { type: Doc, id: "{/input/object}" }
            """);
    var output = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(output, true, StandardCharsets.UTF_8));
    try (var served = Served.in(directory)) {
      try (var asked = new Asked(served)) {
        grpc(served);
        authzen(asked);
        opa(asked);
        authRequest(asked);
        extAuthz(served);
        said.add(
            asked
                .send(
                    HttpRequest.newBuilder(
                            java.net.URI.create(
                                "http://" + served.sidecar().adminAddress() + "/metrics"))
                        .GET())
                .body());
      }
      said.add(served.journal());
      long decisions = served.entries().stream().filter(e -> e.hasDecision()).count();
      assertTrue(decisions >= 5, "every door decided something: " + decisions);
    } finally {
      System.setErr(before);
    }
    said.add(output.toString(StandardCharsets.UTF_8));
    for (String text : said) assertFalse(text.contains(CANARY), text);
    byte[] needle = CANARY.getBytes(StandardCharsets.UTF_8);
    int files = 0;
    try (var data = Files.walk(directory.resolve("data"))) {
      for (Path file : (Iterable<Path>) data.filter(Files::isRegularFile)::iterator) {
        assertFalse(holds(Files.readAllBytes(file), needle), file.toString());
        files++;
      }
    }
    assertTrue(files > 4, "files: " + files);
  }

  private static boolean holds(byte[] bytes, byte[] needle) {
    return new String(bytes, StandardCharsets.ISO_8859_1)
        .contains(new String(needle, StandardCharsets.ISO_8859_1));
  }

  private void grpc(Served served) {
    var metadata = new Metadata();
    for (String name : List.of("authorization", "cookie", "x-api-key"))
      metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), CANARY);
    var client =
        served.client().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
    said.add(client.check(Served.question().build()).toString());
    try {
      said.add(
          client
              .check(Served.question().setAction(Served.uid("Action", "none")).build())
              .toString());
    } catch (StatusRuntimeException e) {
      said.add(String.valueOf(e.getMessage()));
    }
  }

  private static final String[] HEADERS = {
    "Authorization", "Bearer " + CANARY, "Cookie", "session=" + CANARY, "X-Api-Key", CANARY
  };

  private void authzen(Asked asked) throws Exception {
    String question =
        """
        {"subject":{"type":"User","id":"ada","properties":{"token":"%1$s"},"secret":"%1$s"},
         "action":{"name":"read"},"resource":{"type":"Doc","id":"one"},"password":"%1$s"%2$s}
        """;
    String path = "/access/v1/evaluation";
    String plain = question.formatted(CANARY, "");
    keep(200, asked.post(path + "?access_token=" + CANARY, plain, HEADERS));
    // A value that does not fit, a document that ends early, and a path that is none.
    keep(
        200,
        asked.post(
            path, question.formatted(CANARY, ",\"context\":{\"why\":[\"" + CANARY + "\"]}")));
    keep(
        200,
        asked.post(path, question.formatted(CANARY, ",\"context\":{\"deep\":\"" + CANARY + "\"}")));
    keep(400, asked.post(path, plain.substring(0, plain.length() - 3), HEADERS));
    keep(400, asked.post(path, "{\"a\":\"" + CANARY + "\",\"a\":1}"));
    keep(404, asked.get("/x/" + CANARY + "?token=" + CANARY, HEADERS));
  }

  private void opa(Asked asked) throws Exception {
    String document =
        """
        {"input":{"account":"ada","object":"one","action":"s3:GetObject",
         "conditions":{"Authorization":["AWS4-HMAC-SHA256 Signature=%1$s"],
                       "X-Amz-Security-Token":["%1$s"],"Cookie":["%1$s"]},
         "claims":{"accessToken":"%1$s"}}}
        """
            .formatted(CANARY);
    keep(200, asked.post("/v1/data/minio/authz", document, HEADERS));
    keep(200, asked.post("/v1/data/minio/authz", document.substring(0, 200), HEADERS));
  }

  private void authRequest(Asked asked) throws Exception {
    var headers = new ArrayList<>(List.of(HEADERS));
    headers.addAll(List.of("X-Original-Method", "GET", "X-User", "ada", "X-Original-URI"));
    headers.add("/docs/one?why=audit&token=" + CANARY);
    keep(200, asked.get("/auth_request", headers.toArray(String[]::new)));
    headers.set(headers.size() - 1, "/none/" + CANARY + "/../x?token=" + CANARY);
    keep(403, asked.get("/auth_request", headers.toArray(String[]::new)));
  }

  private void extAuthz(Served served) {
    for (String path : List.of("/docs/one?token=" + CANARY, "/none/" + CANARY)) {
      var http =
          AttributeContext.HttpRequest.newBuilder()
              .setMethod("GET")
              .setPath(path)
              .putHeaders("x-user", "ada")
              .putHeaders("authorization", "Bearer " + CANARY)
              .putHeaders("cookie", CANARY)
              .setBody(CANARY);
      said.add(
          AuthorizationGrpc.newBlockingStub(served.channel())
              .check(
                  CheckRequest.newBuilder()
                      .setAttributes(
                          AttributeContext.newBuilder()
                              .setRequest(AttributeContext.Request.newBuilder().setHttp(http))
                              .putContextExtensions("key", CANARY))
                      .build())
              .toString());
    }
  }

  private void keep(int status, HttpResponse<String> response) {
    assertEquals(status, response.statusCode(), response.body());
    said.add(response.body());
    said.add(response.headers().toString());
  }
}
