package dev.ostiary.sidecar.door;

import static dev.ostiary.sidecar.Served.question;
import static dev.ostiary.sidecar.Served.uid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.sidecar.Served;
import dev.ostiary.v1.CheckRequest;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator sees of the sidecar, and what must not be seen. */
final class OperatorViewTest {
  private static final String CANARY = "canary-7f3a9c51";

  @TempDir static Path directory;
  private static Served served;

  @BeforeAll
  static void start() throws Exception {
    Served.writeBundle(directory, 7, "");
    served = Served.in(directory);
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  @Test
  void metricsCountDecisionsByDoorAndOutcomeAndRefusalsByReason() throws Exception {
    served.client().check(question().build());
    served.client().check(question().setAction(uid("Action", "erase")).build());
    assertThrows(
        StatusRuntimeException.class,
        () -> served.client().check(CheckRequest.getDefaultInstance()));
    String metrics = get("/metrics").body();
    assertSample(
        metrics,
        "ostiary_decisions_total{decision=\"allow\",door=\"check\",policy_revision=\"1\"}");
    assertSample(
        metrics, "ostiary_decisions_total{decision=\"deny\",door=\"check\",policy_revision=\"1\"}");
    assertSample(metrics, "ostiary_refusals_total{reason=\"malformed_request\"}");
    assertSample(metrics, "ostiary_decision_latency_seconds_count{door=\"check\"}");
    assertSample(metrics, "ostiary_revision_policy");
    assertSample(metrics, "ostiary_log_entries");
    assertSample(metrics, "ostiary_log_bytes_total");
    assertSample(metrics, "ostiary_log_writes_total");
    for (String fault : List.of("refused", "lost", "publish_failures", "witness_failures"))
      assertTrue(metrics.contains("ostiary_log_" + fault + "_total 0.0"), metrics);
    assertSample(metrics, "ostiary_ready");
    assertTrue(metrics.contains("ostiary_bundle_version 7.0"), metrics);
  }

  private static void assertSample(String metrics, String name) {
    var sample = metrics.lines().filter(line -> line.startsWith(name + " ")).findFirst();
    assertTrue(sample.isPresent(), name);
    double value = Double.parseDouble(sample.get().substring(name.length() + 1));
    assertTrue(value > 0, sample.get());
  }

  @Test
  void theAdminPortServesNothingElse() throws Exception {
    assertEquals(200, get("/readyz").statusCode());
    assertEquals(200, get("/healthz").statusCode());
    assertEquals(404, get("/").statusCode());
    var uri = URI.create("http://" + served.sidecar().adminAddress() + "/metrics");
    try (var client = HttpClient.newHttpClient()) {
      var post = HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.noBody()).build();
      assertEquals(405, client.send(post, BodyHandlers.discarding()).statusCode());
    }
  }

  @Test
  void theJournalNamesTheRevisionOnActivation() {
    assertTrue(
        served
            .journal()
            .contains("bundle docs version 7 activated at revision test.example/facts/1@"),
        served.journal());
  }

  @Test
  void whatComesInMetadataIsWrittenNowhere() throws Exception {
    var headers = new Metadata();
    for (String name : new String[] {"authorization", "cookie", "x-api-key"})
      headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), CANARY);
    var client =
        served.client().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    client.check(question().build());
    assertThrows(
        StatusRuntimeException.class, () -> client.check(CheckRequest.getDefaultInstance()));
    served.await(s -> s.sidecar().syncedEntries() > 0);
    assertFalse(served.journal().contains(CANARY));
    assertFalse(get("/metrics").body().contains(CANARY));
    try (var files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList())
        assertFalse(text(file).contains(CANARY), file.toString());
    }
  }

  private static String text(Path file) throws IOException {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      return ""; // the log has files of a moment
    }
  }

  @Test
  void metadataOverTheBoundIsRefusedAndTheNextCallIsAnswered() {
    var headers = new Metadata();
    headers.put(Metadata.Key.of("x-large", Metadata.ASCII_STRING_MARSHALLER), "x".repeat(20_000));
    var client =
        served.client().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    var refused =
        assertThrows(StatusRuntimeException.class, () -> client.check(question().build()));
    assertFalse(refused.getStatus().getCode() == Status.Code.OK);
    assertFalse(served.client().check(question().build()).getDecisionId().isEmpty());
  }

  private static HttpResponse<String> get(String path) throws Exception {
    var uri = URI.create("http://" + served.sidecar().adminAddress() + path);
    try (var client = HttpClient.newHttpClient()) {
      return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
  }
}
