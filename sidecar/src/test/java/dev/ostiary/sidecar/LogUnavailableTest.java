package dev.ostiary.sidecar;

import static dev.ostiary.sidecar.Served.question;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.sidecar.config.Key;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the sidecar cannot do is an error, never an allow or a deny, and it says so beforehand. */
final class LogUnavailableTest {
  @TempDir Path directory;

  @Test
  void withoutRoomOnTheDiskThereIsNoAnswerAndHealthSaysSo() throws Exception {
    Served.writeBundle(directory, 1, "");
    var keys = Map.of(Key.LOG_RESERVE, String.valueOf(Long.MAX_VALUE / 2));
    try (var served = Served.in(directory, keys)) {
      served.await(s -> s.sidecar().unready().isPresent());
      var refused =
          assertThrows(
              StatusRuntimeException.class, () -> served.client().check(question().build()));
      assertEquals(Status.Code.UNAVAILABLE, refused.getStatus().getCode());
      assertEquals("LOG_UNAVAILABLE", reason(refused));
      served.await(LogUnavailableTest::isNotServing);
      assertEquals(503, get(served, "/readyz"));
      assertEquals(200, get(served, "/healthz"));
      assertTrue(served.entries().stream().noneMatch(DecisionLogEntry::hasDecision));
    }
  }

  @Test
  void withoutABundleTheProcessRunsAndAnswersUnavailable() throws Exception {
    try (var served = Served.in(directory)) {
      var refused =
          assertThrows(
              StatusRuntimeException.class, () -> served.client().check(question().build()));
      assertEquals(Status.Code.UNAVAILABLE, refused.getStatus().getCode());
      assertEquals("NO_SNAPSHOT", reason(refused));
      assertTrue(isNotServing(served));
      assertEquals(503, get(served, "/readyz"));
      Served.writeBundle(directory, 1, "");
      served.await(s -> s.sidecar().unready().isEmpty());
      served.client().check(question().build());
    }
  }

  @Test
  void aDataDirectoryOfAnotherProcessIsRefusedByName() throws Exception {
    Served.writeBundle(directory, 1, "");
    try (var served = Served.in(directory)) {
      var refused = assertThrows(StartException.class, () -> Served.in(directory));
      String why = String.valueOf(refused.getMessage());
      assertTrue(why.startsWith(directory.resolve("data").toString()), why);
      assertTrue(why.contains("another process has it open"), why);
      served.client().check(question().build());
    }
  }

  @Test
  void aDataDirectoryThatCannotBeWrittenIsRefusedByName() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "");
    var refused =
        assertThrows(
            StartException.class,
            () -> Served.in(directory, Map.of(Key.DATA, file.resolve("data").toString())));
    assertTrue(
        String.valueOf(refused.getMessage()).contains(file.toString()), refused.getMessage());
  }

  @Test
  void aDataDirectoryOfAnotherNameIsRefused() throws Exception {
    try (var served = Served.in(directory)) {
      assertTrue(served.sidecar().snapshot().isEmpty());
    }
    var refused =
        assertThrows(
            StartException.class,
            () -> Served.in(directory, Map.of(Key.LOG_ORIGIN, "other.example")));
    assertTrue(String.valueOf(refused.getMessage()).contains("test.example"), refused.getMessage());
  }

  private static String reason(StatusRuntimeException e) throws Exception {
    var status = java.util.Objects.requireNonNull(io.grpc.protobuf.StatusProto.fromThrowable(e));
    return status.getDetails(0).unpack(com.google.rpc.ErrorInfo.class).getReason();
  }

  private static boolean isNotServing(Served served) {
    var status =
        HealthGrpc.newBlockingStub(served.channel()).check(HealthCheckRequest.getDefaultInstance());
    return status.getStatus() == ServingStatus.NOT_SERVING;
  }

  private static int get(Served served, String path) throws Exception {
    var uri = URI.create("http://" + served.sidecar().adminAddress() + path);
    try (var client = HttpClient.newHttpClient()) {
      return client
          .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
          .statusCode();
    }
  }
}
