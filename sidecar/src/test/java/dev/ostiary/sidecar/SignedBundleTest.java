package dev.ostiary.sidecar;

import static dev.ostiary.sidecar.Served.question;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.log.LogReader;
import dev.ostiary.record.v1.Activation;
import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.record.v1.Fact;
import dev.ostiary.sidecar.bundle.BundleReader;
import dev.ostiary.sidecar.bundle.Manifest;
import dev.ostiary.sidecar.config.Key;
import dev.ostiary.sidecar.sign.SigningKey;
import dev.ostiary.v1.Decision;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SignedBundleTest {
  private static final String NOBODY = "@id(\"nobody\") forbid (principal, action, resource);\n";
  private static final SigningKey KEY = SigningKey.generate();

  @TempDir private Path directory;
  private Map<Key, String> signed = Map.of();

  @BeforeEach
  void keys() throws Exception {
    Path file = directory.resolve("key");
    KEY.write(file);
    signed = Map.of(Key.BUNDLE_KEYS, SigningKey.publicFile(file).toString());
    Served.writeBundle(directory, 1, "");
  }

  @Test
  void whatIsWrittenIntoTheDirectoryComesIntoForceOnceItIsSignedAndNotBefore() throws Exception {
    try (var served = Served.in(directory, signed)) {
      assertTrue(served.journal().contains("bundle.dsse.json: expected"), served.journal());
      assertTrue(served.sidecar().snapshot().isEmpty());
      sign();
      served.await(s -> s.journal().contains("signed by " + KEY.id().substring(0, 8)));
      assertEquals(Decision.DECISION_ALLOW, decision(served));
      Served.writeBundle(directory, 2, NOBODY);
      served.await(s -> s.journal().contains("has other content"));
      assertEquals(Decision.DECISION_ALLOW, decision(served));
      sign();
      served.await(s -> decision(s) == Decision.DECISION_DENY);
      var activated =
          served.entries().stream().filter(DecisionLogEntry::hasPolicyActivated).toList();
      assertEquals(2, activated.size());
      assertEquals(List.of(KEY.id()), activated.getLast().getPolicyActivated().getKeyIdsList());
    }
    var fact = activations().getLast();
    assertFalse(fact.getUnchecked());
    assertEquals(List.of(KEY.id()), fact.getKeyIdsList());
    assertEquals(
        Files.readString(directory.resolve("bundle/bundle.dsse.json")),
        fact.getEnvelope().toStringUtf8());
  }

  @Test
  void anOldVersionThatWasSignedIsNotTakenBackNotEvenAfterARestart() throws Exception {
    sign();
    byte[] old = Files.readAllBytes(directory.resolve("bundle").resolve(Manifest.FILE));
    try (var served = Served.in(directory, signed)) {
      Served.writeBundle(directory, 2, NOBODY);
      sign();
      served.await(s -> decision(s) == Decision.DECISION_DENY);
    }
    Served.writeBundle(directory, 1, "");
    Files.write(directory.resolve("bundle").resolve(Manifest.FILE), old);
    try (var served = Served.in(directory, signed)) {
      assertTrue(served.journal().contains("expected a version above 2"), served.journal());
      assertEquals(Decision.DECISION_DENY, decision(served));
    }
  }

  @Test
  void devIsSaidEverywhereAndWhatItLetInDoesNotOutliveIt() throws Exception {
    try (var served = Served.in(directory)) {
      assertEquals(Decision.DECISION_ALLOW, decision(served));
      assertTrue(served.journal().contains("WARNING: --dev"), served.journal());
      assertTrue(served.journal().contains("unsigned (--dev)"), served.journal());
      assertTrue(admin(served, "/metrics").contains("ostiary_bundle_unchecked 1.0"));
      assertTrue(admin(served, "/readyz").contains("unsigned (--dev)"));
    }
    assertTrue(activations().getLast().getUnchecked());
    var fault = assertThrows(StartException.class, () -> Served.in(directory, signed).close());
    assertTrue(String.valueOf(fault.getMessage()).contains("expected a bundle that is signed"));
    sign();
    try (var served = Served.in(directory, signed)) {
      assertEquals(Decision.DECISION_ALLOW, decision(served));
      assertTrue(admin(served, "/metrics").contains("ostiary_bundle_unchecked 0.0"));
      assertFalse(admin(served, "/readyz").contains("unsigned"));
    }
    assertEquals(2, activations().size());
  }

  private void sign() throws Exception {
    Path bundle = directory.resolve("bundle");
    var envelope = KEY.sign(Manifest.unsigned(BundleReader.read(bundle).files()));
    Served.write(
        bundle.resolve(Manifest.FILE), new String(envelope.json(), StandardCharsets.UTF_8));
  }

  private List<Activation> activations() throws Exception {
    var found = new ArrayList<Activation>();
    LogReader.live(directory.resolve("data/facts/1"))
        .forEach(
            0,
            record -> {
              try {
                var fact = Fact.parseFrom(record.bytes());
                if (fact.hasActivation()) found.add(fact.getActivation());
                return true;
              } catch (java.io.IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    return found;
  }

  private static String admin(Served served, String path) throws Exception {
    var uri = URI.create("http://" + served.sidecar().adminAddress() + path);
    try (var http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    }
  }

  private static Decision decision(Served served) {
    return served.client().check(question().build()).getDecision();
  }
}
