package dev.ostiary.sidecar.door;

import static dev.ostiary.sidecar.Served.question;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.UnknownFieldSet;
import com.sun.net.httpserver.HttpServer;
import dev.ostiary.sidecar.Served;
import dev.ostiary.sidecar.config.Key;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TracingTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String SPAN = "b7ad6b7169203331";
  private static final String CANARY = "canary-71f0";

  @TempDir private Path directory;

  /** What a collector received: numbers of fields are those of OTLP's `trace.proto`. */
  @Test
  void aSampledCallersTraceGoesOnThroughDoorDecisionAndLogWithoutWhatCameWithIt() throws Exception {
    Queue<byte[]> received = new ConcurrentLinkedQueue<>();
    var collector =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext(
        "/v1/traces",
        exchange -> {
          received.add(exchange.getRequestBody().readAllBytes());
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    Served.writeBundle(directory, 1, "");
    String endpoint = "http://127.0.0.1:" + collector.getAddress().getPort() + "/v1/traces";
    String decision;
    try (var served = Served.in(directory, Map.of(Key.TRACES, endpoint))) {
      served.client().check(question().build());
      ask(served, "00");
      decision = ask(served, "01");
    } finally {
      collector.stop(0); // the sidecar sent what it had when it stopped
    }
    var spans = new ArrayList<UnknownFieldSet>();
    for (byte[] request : received) {
      assertFalse(new String(request, StandardCharsets.ISO_8859_1).contains(CANARY));
      for (var resource : parts(UnknownFieldSet.parseFrom(request), 1))
        for (var scope : parts(resource, 2)) spans.addAll(parts(scope, 2));
    }
    assertEquals(
        List.of("authz check", "authz.decide", "authz.log"),
        spans.stream().map(span -> text(span, 5)).sorted().toList());
    for (var span : spans) assertEquals(TRACE, hex(span, 1));
    var door =
        spans.stream().filter(s -> text(s, 5).equals("authz check")).findFirst().orElseThrow();
    assertEquals(SPAN, hex(door, 4));
    for (var span : spans) if (!span.equals(door)) assertEquals(hex(door, 2), hex(span, 4));
    String attributes = door.toByteString().toString(StandardCharsets.ISO_8859_1);
    for (String name : List.of("authz.door", "authz.decision", "authz.policy_revision", decision))
      assertTrue(attributes.contains(name), name);
    assertFalse(attributes.contains("ada"), "no span has names");
  }

  private static String ask(Served served, String flags) {
    var headers = new Metadata();
    headers.put(
        Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
        "00-" + TRACE + "-" + SPAN + "-" + flags);
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + CANARY);
    return served
        .client()
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
        .check(question().setCorrelationId(CANARY).build())
        .getDecisionId();
  }

  private static List<UnknownFieldSet> parts(UnknownFieldSet message, int field)
      throws IOException {
    var parts = new ArrayList<UnknownFieldSet>();
    for (var bytes : message.getField(field).getLengthDelimitedList())
      parts.add(UnknownFieldSet.parseFrom(bytes));
    return parts;
  }

  private static String text(UnknownFieldSet message, int field) {
    return message.getField(field).getLengthDelimitedList().getFirst().toStringUtf8();
  }

  private static String hex(UnknownFieldSet message, int field) {
    var bytes = message.getField(field).getLengthDelimitedList().getFirst();
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
