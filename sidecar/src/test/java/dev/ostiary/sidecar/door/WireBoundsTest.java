package dev.ostiary.sidecar.door;

import static dev.ostiary.sidecar.Served.question;
import static dev.ostiary.sidecar.door.RawHttp2.ENHANCE_YOUR_CALM;
import static dev.ostiary.sidecar.door.RawHttp2.GOAWAY;
import static dev.ostiary.sidecar.door.RawHttp2.REFUSED_STREAM;
import static dev.ostiary.sidecar.door.RawHttp2.RST_STREAM;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.sidecar.Served;
import dev.ostiary.sidecar.config.Key;
import dev.ostiary.sidecar.door.RawHttp2.Frame;
import dev.ostiary.v1.DecisionServiceGrpc;
import io.grpc.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one connection may do, held against clients that keep to nothing; others are answered. */
final class WireBoundsTest {
  private static final int CALLS = 4;
  private static final int RESETS = 20;
  private static final String CHECK = DecisionServiceGrpc.getCheckMethod().getFullMethodName();
  private static final String STREAM =
      DecisionServiceGrpc.getCheckStreamMethod().getFullMethodName();

  @TempDir static Path directory;
  private static Served served;

  @BeforeAll
  static void start() throws Exception {
    Served.writeBundle(directory, 1, "");
    served =
        Served.in(
            directory,
            Map.of(
                Key.CALLS, Integer.toString(CALLS),
                Key.RESETS, Integer.toString(RESETS),
                Key.HEADER_BYTES, "2048"));
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  @AfterEach
  void othersAreAnsweredStill() {
    assertFalse(served.client().check(question().build()).getDecisionId().isEmpty());
  }

  private static RawHttp2 connect() throws IOException {
    return new RawHttp2(served.sidecar().grpcAddress().orElseThrow());
  }

  @Test
  void aConnectionHasSoManyCallsOpenAndNoMore() throws Exception {
    try (var client = connect()) {
      for (int i = 0; i <= CALLS; i++) client.headers(2 * i + 1, STREAM, Map.of());
      var refused = client.await(frame -> frame.type() == RST_STREAM).orElseThrow();
      assertEquals(2 * CALLS + 1, refused.stream());
      assertEquals(REFUSED_STREAM, refused.error());
      served.await(_ -> openCalls() == CALLS);
    }
    served.await(_ -> openCalls() == 0); // with the connection its calls end
  }

  private static long openCalls() {
    var uri = URI.create("http://" + served.sidecar().adminAddress() + "/metrics");
    try (var http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofLines())
          .body()
          .filter(line -> line.startsWith("ostiary_calls_open "))
          .mapToLong(line -> (long) Double.parseDouble(line.substring(line.indexOf(' '))))
          .sum();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aConnectionThatResetsItsCallsAllTheTimeIsClosed() throws Exception {
    try (var client = connect()) {
      for (int i = 0; i < 10 * RESETS; i++) {
        client.headers(2 * i + 1, CHECK, Map.of());
        client.reset(2 * i + 1);
      }
      assertCalmed(client.await(frame -> frame.type() == GOAWAY).orElseThrow());
    } catch (java.net.SocketException e) {
      // It was closed while this side was still sending.
    }
  }

  @Test
  void aConnectionThatPingsAllTheTimeIsClosed() throws Exception {
    try (var client = connect()) {
      for (int i = 0; i < 10; i++) client.ping();
      assertCalmed(client.await(frame -> frame.type() == GOAWAY).orElseThrow());
    } catch (java.net.SocketException e) {
      // It was closed while this side was still sending.
    }
  }

  private static void assertCalmed(Frame frame) {
    assertEquals(ENHANCE_YOUR_CALM, frame.error());
  }

  @Test
  void metadataOverTheBoundIsNoCall() throws Exception {
    long before = decisions();
    try (var client = connect()) {
      client.headers(1, CHECK, Map.of("x-large", "x".repeat(2_200)));
      assertEquals("431", client.trailer(1, ":status"));
      served.await(_ -> counted("unread", "MALFORMED_REQUEST") == 1);
      client.headers(3, CHECK, Map.of("x-small", "x".repeat(1_000)));
      client.message(3, question().build().toByteArray());
      assertEquals("0", client.trailer(3, "grpc-status"));
    }
    assertEquals(before + 1, decisions());
    try (var client = connect()) {
      client.headers(1, CHECK, Map.of("x-huge", "x".repeat(10_000)));
      assertTrue(client.await(_ -> false).isEmpty()); // until the server closes
    }
  }

  @Test
  void aDeadlineThatPassedOnTheWayGetsNoDecision() throws Exception {
    long before = decisions();
    try (var client = connect()) {
      client.headers(1, CHECK, Map.of("grpc-timeout", "1n"));
      client.message(1, question().build().toByteArray());
      assertEquals(1, client.await(frame -> frame.type() == RST_STREAM).orElseThrow().stream());
    }
    assertEquals(before, decisions());
  }

  @Test
  void callsOfMethodsThatThereAreNotAreCountedUnderOneName() throws Exception {
    try (var client = connect()) {
      for (int i = 0; i < 3; i++) {
        client.headers(2 * i + 1, "made.up.Service/Method" + i, Map.of());
        assertEquals(
            Integer.toString(Status.Code.UNIMPLEMENTED.value()),
            client.trailer(2 * i + 1, "grpc-status"));
      }
    }
    served.await(_ -> counted("unknown", "UNKNOWN_METHOD") == 3);
  }

  private static long counted(String method, String reason) {
    try {
      return served.entries().stream()
          .flatMap(entry -> entry.getRefusals().getRefusedList().stream())
          .filter(refused -> refused.getMethod().equals(method))
          .filter(refused -> refused.getReason().equals(reason))
          .mapToLong(dev.ostiary.record.v1.Refused::getCount)
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long decisions() throws IOException {
    return served.entries().stream().filter(DecisionLogEntry::hasDecision).count();
  }

  @Test
  void anOldConnectionIsAskedToEndAndItsCallsAreCut(@TempDir Path elsewhere) throws Exception {
    Served.writeBundle(elsewhere, 1, "");
    var keys = Map.of(Key.CONNECTION_AGE, "1s", Key.CONNECTION_GRACE, "0ms");
    try (var young = Served.in(elsewhere, keys);
        var client = new RawHttp2(young.sidecar().grpcAddress().orElseThrow())) {
      client.headers(1, STREAM, Map.of());
      var asked = client.await(frame -> frame.type() == GOAWAY).orElseThrow();
      assertEquals(0, asked.error()); // NO_ERROR: nobody is at fault
      assertTrue(client.await(_ -> false).isEmpty()); // until the server closes
    }
  }
}
