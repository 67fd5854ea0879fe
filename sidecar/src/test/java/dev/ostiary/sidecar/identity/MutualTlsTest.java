package dev.ostiary.sidecar.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.record.v1.PrincipalProof;
import dev.ostiary.sidecar.Served;
import dev.ostiary.sidecar.config.Key;
import dev.ostiary.v1.CheckRequest;
import dev.ostiary.v1.Decision;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callers with certificates, at the gRPC and the HTTP door. */
final class MutualTlsTest {
  private static final String MLFLOW = "spiffe://lab.example/ns/ml/mlflow";
  private static final String EVALUATION =
      """
      {"subject":{"type":"User","id":"%s"},"action":{"name":"read"},
       "resource":{"type":"Doc","id":"one"}}
      """
          .formatted(MLFLOW);
  private static final CheckRequest ITSELF =
      Served.question().setPrincipal(Served.uid("User", MLFLOW)).build();

  @TempDir private Path directory;
  private Authority authority;

  @BeforeEach
  void write() throws Exception {
    authority = new Authority("authority");
    writeBundle(directory);
    writeFiles(authority.svid("spiffe://lab.example/ostiary"));
    Authority.write(directory.resolve("trust.pem"), authority.pem());
  }

  static void writeBundle(Path directory) throws IOException {
    Served.writeBundle(
        directory,
        1,
        """
        @id("proven") permit (principal, action == Action::"read", resource)
        when { context.principal_proof == "svid" };
        """);
    Files.createDirectories(directory.resolve("bundle/admin"));
    Files.writeString(
        directory.resolve("bundle/admin/own.cedar"),
        """
        @id("ml") permit (principal, action == Ostiary::Action::"check", resource)
        when { principal.name like "spiffe://lab.example/ns/ml/*" };
        @id("svids") permit (principal, action == Ostiary::Action::"check", resource)
        when { principal.kind == "svid" && context.principal.id == "nobody" };
        """);
    Files.writeString(
        directory.resolve("bundle/entities/services.json"),
        "[{\"uid\":{\"type\":\"User\",\"id\":\"" + MLFLOW + "\"},\"attrs\":{},\"parents\":[]}]");
  }

  private void writeFiles(Authority.Issued own) throws Exception {
    Authority.write(directory.resolve("key.pem"), own.keyPem());
    Authority.write(directory.resolve("certificate.pem"), own.certificatePem());
  }

  private Served served(Map<Key, String> more) throws Exception {
    var keys = new EnumMap<Key, String>(Key.class);
    keys.put(Key.TLS_CERTIFICATE, directory.resolve("certificate.pem").toString());
    keys.put(Key.TLS_KEY, directory.resolve("key.pem").toString());
    keys.put(Key.TLS_TRUST, directory.resolve("trust.pem").toString());
    keys.put(Key.TLS_REQUIRED, "true");
    keys.put(Key.SVID_TYPE, "User");
    keys.put(Key.WATCH_EVERY, "10ms");
    keys.putAll(more);
    return Served.in(directory, keys);
  }

  private Client client(Served served, Authority.Issued shown) {
    return new Client(served, authority, Optional.of(shown));
  }

  @Test
  void theCallerIsTheSpiffeIdOfItsCertificateAndNobodyElseGetsIn() throws Exception {
    try (var served = served(Map.of())) {
      var mlflow = client(served, authority.svid(MLFLOW));
      assertEquals(Decision.DECISION_ALLOW, mlflow.check(ITSELF).getDecision());
      var decided = served.entries().stream().filter(e -> e.hasDecision()).toList().getLast();
      assertEquals(MLFLOW, decided.getDecision().getCaller().getId());
      assertEquals(PrincipalProof.PRINCIPAL_PROOF_SVID, decided.getDecision().getPrincipalProof());
      var other = mlflow.check(Served.question().build()); // about somebody else it is its word
      assertEquals("reads", other.getReasons(0).getPolicyId());
      var http = mlflow.evaluation(EVALUATION);
      assertEquals(200, http.statusCode(), http.body());
      assertTrue(http.body().contains("\"decision\":true"), http.body());

      var stranger = client(served, authority.svid("spiffe://lab.example/other"));
      assertStatus(Status.Code.PERMISSION_DENIED, stranger);
      assertEquals(403, stranger.evaluation(EVALUATION).statusCode());

      var refused =
          List.of(
              new Client(served, authority, Optional.empty()),
              client(served, authority.svid(Duration.ofSeconds(-1), MLFLOW)),
              client(served, new Authority("authority").svid(MLFLOW)),
              client(served, authority.svid()),
              client(served, authority.svid(MLFLOW, "spiffe://lab.example/other")),
              client(served, authority.svid("https://lab.example/ns/ml/mlflow")),
              client(served, authority.svid("spiffe://lab.example/ns/ml/../mlflow")),
              client(served, authority.issuing(MLFLOW)));
      for (Client each : refused) {
        assertStatus(Status.Code.UNAVAILABLE, each);
        assertThrows(IOException.class, () -> each.evaluation(EVALUATION), each.toString());
      }
      assertEquals(Decision.DECISION_ALLOW, mlflow.check(ITSELF).getDecision());
    }
  }

  private static void assertStatus(Status.Code code, Client client) {
    var refused = assertThrows(StatusRuntimeException.class, () -> client.check(ITSELF));
    assertEquals(code, refused.getStatus().getCode(), refused.toString());
  }

  @Test
  void onLoopbackACertificateIsNotNeededUnlessItIsRequired() throws Exception {
    try (var served = served(Map.of(Key.TLS_REQUIRED, "false"))) {
      var nobody = new Client(served, authority, Optional.empty());
      var refused = assertThrows(StatusRuntimeException.class, () -> nobody.check(ITSELF));
      assertEquals(Status.Code.PERMISSION_DENIED, refused.getStatus().getCode());
      assertTrue(String.valueOf(refused.getMessage()).contains("loopback"), refused.toString());
      assertEquals(403, nobody.evaluation(EVALUATION).statusCode());
    }
  }

  @Test
  void aHundredRotationsUnderLoadDropNoCall() throws Exception {
    try (var served = served(Map.of())) {
      var calls = new AtomicInteger();
      var handshakes = new AtomicInteger();
      var failures = new CopyOnWriteArrayList<Exception>();
      var stop = new java.util.concurrent.atomic.AtomicBoolean();
      var shown = new java.util.concurrent.atomic.AtomicReference<>(authority.svid(MLFLOW));
      var channel = client(served, shown.get()).channel();
      var steady =
          Thread.ofVirtual()
              .start(() -> {
                while (!stop.get()) attempt(calls, failures, () -> Client.check(channel, ITSELF));
              });
      var fresh =
          Thread.ofVirtual()
              .start(() -> {
                while (!stop.get())
                  attempt(handshakes, failures, () -> client(served, shown.get()).check(ITSELF));
              });
      for (int i = 0; i < 100; i++) {
        writeFiles(authority.svid("spiffe://lab.example/ostiary"));
        shown.set(authority.svid(MLFLOW));
        if (i == 50)
          assertEquals(200, client(served, shown.get()).evaluation(EVALUATION).statusCode());
        // However slow the machine is, calls go on between rotations and handshakes among them.
        int used = i + 1;
        int called = calls.get();
        served.await(s -> uses(s.journal()) >= used && calls.get() > called);
        if (i % 10 == 0) {
          int shaken = handshakes.get();
          served.await(_ -> handshakes.get() > shaken);
        }
      }
      stop.set(true);
      steady.join();
      fresh.join();
      channel.shutdownNow();
      assertEquals(List.of(), failures);

      // What is not to be believed any more is not, also where a session could be resumed.
      var old = client(served, shown.get());
      Authority.write(directory.resolve("trust.pem"), new Authority("other").pem());
      served.await(s -> uses(s.journal()) >= 101);
      assertStatus(Status.Code.UNAVAILABLE, old);
      // Files that do not belong together change nothing.
      Authority.write(
          directory.resolve("key.pem"), authority.svid("spiffe://lab.example/ostiary").keyPem());
      served.await(s -> s.journal().contains("the certificate stays as it was"));
    }
  }

  private interface Attempt {
    void run() throws Exception;
  }

  private static void attempt(AtomicInteger count, List<Exception> failures, Attempt attempt) {
    try {
      attempt.run();
      count.incrementAndGet();
    } catch (Exception e) {
      failures.add(e);
    }
  }

  private static long uses(String journal) {
    return journal.lines().filter(line -> line.contains("certificate in use")).count();
  }
}
