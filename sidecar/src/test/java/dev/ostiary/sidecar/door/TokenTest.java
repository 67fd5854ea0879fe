package dev.ostiary.sidecar.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.envoy.v3.AttributeContext;
import dev.ostiary.envoy.v3.AuthorizationGrpc;
import dev.ostiary.envoy.v3.CheckRequest;
import dev.ostiary.record.v1.DecisionRecord;
import dev.ostiary.record.v1.PrincipalProof;
import dev.ostiary.sidecar.Served;
import dev.ostiary.sidecar.config.Key;
import dev.ostiary.sidecar.identity.Issuer;
import dev.ostiary.v1.DecisionServiceGrpc.DecisionServiceBlockingStub;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens at every door: whom they name is proven, and whom they do not is not. */
final class TokenTest {
  private static final String EVALUATION =
      """
      {"subject":{"type":"User","id":"%s"},"action":{"name":"read"},
       "resource":{"type":"Doc","id":"one"}}
      """;
  private static final String ROUTES =
      """
      routes:
        - method: GET
          path: /mine/{doc}
          principal: { type: User, id: "{token.sub}" }
          action: read
          resource: { type: Doc, id: "{path.doc}" }
        - method: GET
          path: /peer
          principal: { type: User, id: "{peer}" }
          action: read
          resource: { type: Doc, id: one }
      """;
  private static final String PEER = "spiffe://lab.example/caller";

  @TempDir private Path directory;

  private Served served(Issuer issuer) throws Exception {
    Served.writeBundle(
        directory,
        1,
        """
        @id("proven") permit (principal, action == Action::"read", resource)
        when { context.principal_proof != "asserted" };
        """);
    Path settings = directory.resolve("bundle/bundle.yaml");
    Files.writeString(settings, Files.readString(settings) + ROUTES);
    Files.writeString(
        directory.resolve("bundle/entities/services.json"),
        "[{\"uid\":{\"type\":\"User\",\"id\":\"" + PEER + "\"},\"attrs\":{},\"parents\":[]}]");
    Files.createDirectories(directory.resolve("bundle/admin"));
    Files.writeString(
        directory.resolve("bundle/admin/own.cedar"),
        """
        @id("loopback") permit (
          principal == Ostiary::Caller::"loopback",
          action in [Ostiary::Action::"check", Ostiary::Action::"vouch"], resource);
        @id("robot") permit (
          principal == Ostiary::Caller::"jwt:robot", action == Ostiary::Action::"check", resource)
        when { context.principal.id == "ada" };
        """);
    return Served.in(
        directory,
        Map.of(
            Key.JWT_ISSUER,
            Issuer.NAME,
            Key.JWT_AUDIENCE,
            Issuer.AUDIENCE,
            Key.JWT_JWKS,
            issuer.keysAddress(),
            Key.SVID_TYPE,
            "User"));
  }

  @Test
  void whomATokenNamesIsProvenAtEveryDoor() throws Exception {
    try (var issuer = new Issuer();
        var served = served(issuer);
        var asked = new Asked(served)) {
      String ada = "Bearer " + issuer.token("ada");
      assertEquals(
          "proven",
          client(served, ada).check(Served.question().build()).getReasons(0).getPolicyId());
      assertLast(served, PrincipalProof.PRINCIPAL_PROOF_JWT, "loopback");
      assertEquals(
          200,
          asked
              .post("/access/v1/evaluation", EVALUATION.formatted("ada"), "Authorization", ada)
              .statusCode());
      assertLast(served, PrincipalProof.PRINCIPAL_PROOF_JWT, "loopback");
      assertTrue(extAuthz(served, "/mine/one", ada, "").hasOkResponse());
      assertLast(served, PrincipalProof.PRINCIPAL_PROOF_JWT, "loopback");
      assertEquals(200, authRequest(asked, ada));
      assertLast(served, PrincipalProof.PRINCIPAL_PROOF_JWT, "loopback");
      // Envoy, which may vouch, says who its own peer is.
      assertTrue(extAuthz(served, "/peer", "", PEER).hasOkResponse());
      assertLast(served, PrincipalProof.PRINCIPAL_PROOF_SVID, "loopback");

      served.client().check(Served.question().build());
      assertLast(served, PrincipalProof.PRINCIPAL_PROOF_ASSERTED, "loopback");
    }
  }

  @Test
  void aTokenOfSomebodyElseIsTheCallersOwnAndOneThatDoesNotHoldIsRefused() throws Exception {
    try (var issuer = new Issuer();
        var served = served(issuer);
        var asked = new Asked(served)) {
      String robot = "Bearer " + issuer.token("robot");
      client(served, robot).check(Served.question().build());
      assertLast(served, PrincipalProof.PRINCIPAL_PROOF_ASSERTED, "jwt:robot");
      var other = Served.question().setPrincipal(Served.uid("User", "strict")).build();
      assertRefused("CALLER_NOT_PERMITTED", client(served, robot), other);
      assertRefused("CALLER_NOT_PERMITTED", client(served, "Bearer " + issuer.token("eve")), other);

      String forged = robot.substring(0, robot.length() - 8) + "AAAAAAAA";
      assertRefused("TOKEN_REFUSED", client(served, forged), Served.question().build());
      var http =
          asked.post("/access/v1/evaluation", EVALUATION.formatted("ada"), "Authorization", forged);
      assertEquals(401, http.statusCode());
      assertEquals(
          "Bearer error=\"invalid_token\"",
          http.headers().firstValue("WWW-Authenticate").orElseThrow());
      assertEquals(401, authRequest(asked, forged));
      assertEquals(401, authRequest(asked, "Basic YTpi"));
      var denied = extAuthz(served, "/mine/one", forged, "");
      assertEquals(401, denied.getDeniedResponse().getStatus().getCode());
      served.await(s -> s.sidecar().syncedEntries() > 0);
      var metrics = URI.create("http://" + served.sidecar().adminAddress() + "/metrics");
      var said =
          new StringBuilder(served.journal())
              .append(denied)
              .append(http.body())
              .append(http.headers())
              .append(asked.send(HttpRequest.newBuilder(metrics).GET()).body());
      var files = new AtomicInteger();
      Files.walkFileTree(
          directory.resolve("data"),
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              if (!attributes.isRegularFile()) return FileVisitResult.CONTINUE;
              try {
                said.append(Files.readString(file, StandardCharsets.ISO_8859_1));
                files.incrementAndGet();
              } catch (NoSuchFileException e) {
                // a draft that got its name meanwhile, under which it is read, too
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
              if (e instanceof NoSuchFileException) return FileVisitResult.CONTINUE;
              throw e;
            }
          });
      assertTrue(files.get() > 4, "files: " + files);
      for (String token : List.of(robot, forged))
        for (String part : token.substring("Bearer ".length()).split("\\.", -1))
          assertFalse(!part.isEmpty() && said.indexOf(part) >= 0, "a part of a token was written");
    }
  }

  private static DecisionServiceBlockingStub client(Served served, String authorization) {
    var metadata = new Metadata();
    metadata.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), authorization);
    return served.client().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
  }

  private static void assertRefused(
      String reason, DecisionServiceBlockingStub client, dev.ostiary.v1.CheckRequest question)
      throws Exception {
    var refused = assertThrows(StatusRuntimeException.class, () -> client.check(question));
    assertEquals(reason, RichStatus.of(refused).reason());
  }

  private static int authRequest(Asked asked, String authorization) throws Exception {
    return asked
        .get(
            "/auth_request",
            "X-Original-Method",
            "GET",
            "X-Original-URI",
            "/mine/one",
            "Authorization",
            authorization)
        .statusCode();
  }

  private static dev.ostiary.envoy.v3.CheckResponse extAuthz(
      Served served, String path, String authorization, String peer) {
    var http = AttributeContext.HttpRequest.newBuilder().setMethod("GET").setPath(path);
    if (!authorization.isEmpty()) http.putHeaders("authorization", authorization);
    var attributes =
        AttributeContext.newBuilder()
            .setSource(AttributeContext.Peer.newBuilder().setPrincipal(peer))
            .setRequest(AttributeContext.Request.newBuilder().setHttp(http));
    return AuthorizationGrpc.newBlockingStub(served.channel())
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .check(CheckRequest.newBuilder().setAttributes(attributes).build());
  }

  private static void assertLast(Served served, PrincipalProof proof, String caller)
      throws IOException {
    DecisionRecord last =
        served.entries().stream()
            .filter(entry -> entry.hasDecision())
            .toList()
            .getLast()
            .getDecision();
    assertEquals(proof, last.getPrincipalProof());
    assertEquals(caller, last.getCaller().getId());
  }
}
