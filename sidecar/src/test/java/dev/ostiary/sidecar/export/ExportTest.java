package dev.ostiary.sidecar.export;

import static dev.ostiary.sidecar.Served.question;
import static dev.ostiary.sidecar.Served.uid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.ostiary.record.v1.DecisionRecord;
import dev.ostiary.sidecar.Served;
import dev.ostiary.v1.CheckBatchRequest;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What other systems read of a log of two single decisions and a batch of two. */
final class ExportTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";

  @TempDir static Path directory;
  private static final List<DecisionRecord> decisions = new ArrayList<>();
  private static final List<JsonObject> ocsf = new ArrayList<>();
  private static final List<JsonObject> cloud = new ArrayList<>();

  @BeforeAll
  static void export() throws Exception {
    Served.writeBundle(directory, 1, "");
    try (var served = Served.in(directory)) {
      var headers = new Metadata();
      headers.put(
          Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), "00-" + TRACE + "-01");
      served
          .client()
          .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
          .check(question().setCorrelationId("order 7").build());
      served.client().check(question().setAction(uid("Action", "erase")).build());
      served
          .client()
          .checkBatch(
              CheckBatchRequest.newBuilder()
                  .addRequests(question().setResource(uid("Doc", "a \"b\" é")))
                  .addRequests(question())
                  .build());
    }
    long index = 0;
    for (var entry : Served.entries(directory.resolve("data/decisions/1"))) {
      decisions.addAll(Fields.decisions(entry));
      for (String line : ExportFormat.OCSF.lines("log.example/decisions/1", index, entry))
        ocsf.add(object(line));
      for (String line : ExportFormat.CLOUDEVENTS.lines("log.example/decisions/1", index, entry))
        cloud.add(object(line));
      index++;
    }
  }

  private static JsonObject object(String line) {
    assertTrue(line.indexOf('\n') < 0, line);
    return JsonParser.parseString(line).getAsJsonObject();
  }

  @Test
  void everyDecisionIsOneOcsfEventWithWhatTheClassRequires() {
    assertEquals(4, decisions.size());
    assertEquals(4, ocsf.size());
    var required =
        Set.of(
            "activity_id",
            "actor",
            "api",
            "category_uid",
            "class_uid",
            "metadata",
            "severity_id",
            "src_endpoint",
            "time",
            "type_uid");
    // The class's others that are in use; it has no profile that says what a control did.
    var known = new HashSet<>(required);
    known.addAll(
        List.of(
            "activity_name",
            "category_name",
            "class_name",
            "resources",
            "status",
            "status_code",
            "status_id",
            "unmapped"));
    for (int i = 0; i < ocsf.size(); i++) {
      var event = ocsf.get(i);
      assertTrue(known.containsAll(event.keySet()), event::toString);
      var logged = decisions.get(i);
      assertTrue(event.keySet().containsAll(required), event::toString);
      assertEquals(6003, event.get("class_uid").getAsInt());
      assertEquals(
          6003 * 100 + event.get("activity_id").getAsInt(), event.get("type_uid").getAsInt());
      assertEquals(
          Fields.hex(logged.getDecisionId()),
          event.getAsJsonObject("metadata").get("uid").getAsString());
      var resource = event.getAsJsonArray("resources").get(0).getAsJsonObject();
      assertEquals(logged.getResource().getId(), resource.get("uid").getAsString());
      assertEquals("ada", actor(event).getAsJsonObject("user").get("uid").getAsString());
    }
    var allowed = ocsf.getFirst();
    assertEquals("Success", allowed.get("status").getAsString());
    assertEquals(2, allowed.get("activity_id").getAsInt());
    assertEquals(
        "order 7", allowed.getAsJsonObject("metadata").get("correlation_uid").getAsString());
    var reads = actor(allowed).getAsJsonArray("authorizations").get(0).getAsJsonObject();
    assertEquals("reads", reads.getAsJsonObject("policy").get("uid").getAsString());
    var denied = ocsf.get(1);
    assertEquals("Failure", denied.get("status").getAsString());
    assertEquals(2, denied.get("status_id").getAsInt());
    assertEquals(99, denied.get("activity_id").getAsInt());
  }

  private static JsonObject actor(JsonObject event) {
    return event.getAsJsonObject("actor");
  }

  @Test
  void everyRecordIsACloudEventWithItsOwnIdAndOrder() {
    var kinds =
        cloud.stream()
            .map(event -> event.get("type").getAsString().replace("dev.ostiary.", ""))
            .toList();
    assertEquals(
        List.of(
            "started",
            "policy_activated",
            "decision",
            "decision",
            "decision",
            "decision",
            "closed"),
        kinds);
    var ids =
        cloud.stream().map(event -> event.get("id").getAsString()).collect(Collectors.toSet());
    assertEquals(cloud.size(), ids.size());
    for (var event : cloud) {
      assertEquals("1.0", event.get("specversion").getAsString());
      assertEquals("//log.example/decisions/1", event.get("source").getAsString());
      assertTrue(Instant.parse(event.get("time").getAsString()).isAfter(Instant.EPOCH));
    }
    assertEquals("00-" + TRACE + "-00", cloud.get(2).get("traceparent").getAsString());
    assertEquals("Doc::\"a \\\"b\\\" é\"", cloud.get(4).get("subject").getAsString());
    assertEquals(
        "DECISION_ALLOW", cloud.get(2).getAsJsonObject("data").get("decision").getAsString());
    assertEquals(
        cloud.get(4).get("sequence").getAsString(), cloud.get(5).get("sequence").getAsString());
  }
}
