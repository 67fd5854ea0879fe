package dev.ostiary.sidecar.door;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.record.v1.PrincipalProof;
import dev.ostiary.sidecar.Served;
import dev.ostiary.sidecar.config.Key;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An access token of a real OpenID provider. */
final class OidcTest {
  private static final Path SCRIPT =
      Path.of(System.getProperty("ostiary.root"), "sidecar/src/test/resources/oidc-provider.mjs");
  private static final String RESOURCE = "urn:ostiary:test";

  @TempDir private Path directory;

  @Test
  void aTokenOfARealProviderProvesItsSubjectForItsAudienceAlone() throws Exception {
    Process provider = provider();
    try {
      String issuer = issuer(provider);
      String token = token(issuer);
      assertProof(PrincipalProof.PRINCIPAL_PROOF_JWT, issuer, RESOURCE, token, 200);
      assertProof(PrincipalProof.PRINCIPAL_PROOF_UNSPECIFIED, issuer, "urn:other", token, 401);
    } finally {
      provider.destroy();
      provider.waitFor(10, TimeUnit.SECONDS);
    }
  }

  private void assertProof(
      PrincipalProof proof, String issuer, String audience, String token, int status)
      throws Exception {
    Path own = Files.createDirectories(directory.resolve(Integer.toString(status)));
    Served.writeBundle(own, 1, "");
    var keys =
        Map.of(Key.JWT_ISSUER, issuer, Key.JWT_AUDIENCE, audience, Key.JWT_JWKS, issuer + "/jwks");
    try (var served = Served.in(own, keys);
        var asked = new Asked(served)) {
      String question =
          """
          {"subject":{"type":"User","id":"ada"},"action":{"name":"read"},
           "resource":{"type":"Doc","id":"one"}}
          """;
      var answer =
          asked.post("/access/v1/evaluation", question, "Authorization", "Bearer " + token);
      assertEquals(status, answer.statusCode(), answer.body());
      var found =
          served.entries().stream()
              .filter(entry -> entry.hasDecision())
              .map(entry -> entry.getDecision().getPrincipalProof())
              .findFirst();
      assertEquals(proof, found.orElse(PrincipalProof.PRINCIPAL_PROOF_UNSPECIFIED));
    }
  }

  private static String token(String issuer) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(issuer + "/token"))
            .timeout(Duration.ofSeconds(20))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header(
                "Authorization",
                "Basic " + Base64.getEncoder().encodeToString("ada:of-ada".getBytes(UTF_8)))
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "grant_type=client_credentials&resource=" + RESOURCE));
    try (var client = HttpClient.newHttpClient()) {
      var response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      assertEquals(200, response.statusCode(), response.body());
      return ((Json.Str) Asked.member(Asked.object(response.body()), "access_token")).value();
    }
  }

  private static Process provider() throws IOException {
    var places = new ArrayList<Path>();
    for (String place : System.getenv().getOrDefault("PATH", "").split(":", -1))
      places.add(Path.of(place, "node"));
    Path node = Gateway.tool("node", "apt package nodejs", places);
    Path library = library();
    if (!Files.isRegularFile(library)) {
      String absent = "needs oidc-provider: npm package oidc-provider, installed globally";
      if (Boolean.getBoolean("ostiary.require-tools")) Assertions.fail(absent);
      Assumptions.abort(absent);
    }
    return new ProcessBuilder(node.toString(), SCRIPT.toString(), library.toString())
        .redirectErrorStream(true)
        .start();
  }

  private static Path library() throws IOException {
    var npm = new ProcessBuilder("npm", "root", "--global").start();
    String root = npm.inputReader().readLine();
    return Path.of(root == null ? "" : root, "oidc-provider", "lib", "index.js");
  }

  private static String issuer(Process provider) throws IOException {
    var output = provider.inputReader();
    var said = new ArrayList<String>();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.startsWith("issuer ")) {
        Thread.ofVirtual().start(() -> output.lines().forEach(_ -> {}));
        return line.substring("issuer ".length());
      }
      said.add(line);
    }
    throw new AssertionError("it does not start: " + String.join("\n", said));
  }
}
