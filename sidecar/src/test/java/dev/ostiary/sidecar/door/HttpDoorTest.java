package dev.ostiary.sidecar.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.record.v1.DecisionRecord;
import dev.ostiary.record.v1.Door;
import dev.ostiary.sidecar.Served;
import dev.ostiary.sidecar.config.Key;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** AuthZEN over HTTP: what is easily missed, and that it is the same decision path as gRPC's. */
final class HttpDoorTest {
  private static final String EVALUATION = "/access/v1/evaluation";
  private static final String EVALUATIONS = "/access/v1/evaluations";
  private static final String ADA_READS =
      "{\"subject\":{\"type\":\"User\",\"id\":\"ada\"},\"action\":{\"name\":\"read\"},"
          + "\"resource\":{\"type\":\"Doc\",\"id\":\"one\"}%s}";

  @TempDir private Path directory;
  private Served served;
  private Asked asked;

  @BeforeEach
  void start() throws Exception {
    Served.writeBundle(directory, 1, "");
    served = Served.in(directory, Map.of(Key.AUTHZEN_BASE_URL, "https://pdp.example/authz"));
    asked = new Asked(served);
  }

  @AfterEach
  void stop() {
    asked.close();
    served.close();
  }

  @Test
  void anAnswerIsInTheLogUnderItsReceiptBeforeItLeaves() throws Exception {
    var response =
        asked.post(
            EVALUATION,
            ADA_READS.formatted(",\"context\":{\"why\":\"audit\"}"),
            "X-Request-ID",
            "req-1",
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    assertEquals(200, response.statusCode());
    assertEquals(Optional.of("req-1"), response.headers().firstValue("X-Request-ID"));
    Json body = Asked.object(response.body());
    assertTrue(Asked.decision(response), response.body());
    int index = (int) ((Json.Int) Asked.member(body, "context", "receipt", "index")).value();
    DecisionRecord record = served.entries().get(index).getDecision();
    assertEquals(Door.DOOR_AUTHZEN_EVALUATION, record.getDoor());
    assertEquals("req-1", record.getCorrelationId());
    assertEquals("loopback", record.getCaller().getId());
    assertEquals(16, record.getTraceId().size());
    assertEquals(
        List.of("caller", "now", "principal_proof", "why"),
        record.getContextList().stream().map(attribute -> attribute.getName()).toList());
    assertTrue(response.body().contains("\"obligations\":[{\"id\":\"mask\"}]"), response.body());
  }

  @Test
  void aDenialIs200AndARequestThatIsNoneIs400() throws Exception {
    var denied = asked.post(EVALUATION, ADA_READS.formatted("").replace("\"read\"", "\"erase\""));
    assertEquals(200, denied.statusCode());
    assertFalse(Asked.decision(denied));
    for (String wrong : List.of("", "{", "[]", "{}", "null", "\"a\"", "{\"subject\":{}}"))
      assertEquals(400, asked.post(EVALUATION, wrong).statusCode(), wrong);
    String twice = ADA_READS.formatted(",\"subject\":{\"type\":\"User\",\"id\":\"eve\"}");
    var ambiguous = asked.post(EVALUATION, twice);
    assertEquals(400, ambiguous.statusCode());
    assertTrue(ambiguous.body().contains("DUPLICATED_INPUT"), ambiguous.body());
    var nested = asked.post(EVALUATION, "[".repeat(10_000));
    assertEquals(400, nested.statusCode());
    served.await(s -> s.sidecar().unready().isEmpty());
    assertEquals(9, refusals("MALFORMED_REQUEST") + refusals("DUPLICATED_INPUT"));
  }

  @Test
  void aWrongContentTypeIs400() throws Exception {
    for (String type : List.of("text/plain", "application/x-www-form-urlencoded", "application"))
      assertEquals(
          400,
          asked
              .send(
                  asked
                      .request(EVALUATION)
                      .header("Content-Type", type)
                      .POST(BodyPublishers.ofString(ADA_READS.formatted(""))))
              .statusCode(),
          type);
    var charset =
        asked.send(
            asked
                .request(EVALUATION)
                .header("Content-Type", "application/json; charset=utf-8")
                .POST(BodyPublishers.ofString(ADA_READS.formatted(""))));
    assertEquals(200, charset.statusCode());
  }

  @Test
  void aQuestionThatDoesNotFitTheSchemaIsDeniedWithTheReason() throws Exception {
    var unfit =
        Map.of(
            ",\"context\":{\"why\":1}", "schema_mismatch",
            ",\"context\":{\"unknown\":1}", "schema_mismatch",
            ",\"context\":{\"why\":1.5}", "schema_mismatch",
            ",\"context\":{\"now\":\"2020-01-01\"}", "reserved_context");
    for (var one : unfit.entrySet()) {
      var response = asked.post(EVALUATION, ADA_READS.formatted(one.getKey()));
      assertEquals(200, response.statusCode(), response.body());
      assertFalse(Asked.decision(response));
      assertTrue(
          response.body().contains("\"reason_code\":\"" + one.getValue() + "\""), response.body());
    }
    assertEquals(3, refusals("SCHEMA_MISMATCH"));
    assertEquals(1, refusals("RESERVED_CONTEXT"));
  }

  @Test
  void theThreeSemanticsStopWhereTheyShould() throws Exception {
    String batch =
        """
        {"subject":{"type":"User","id":"ada"},"resource":{"type":"Doc","id":"one"},
         "options":{"evaluations_semantic":"%s"},
         "evaluations":[{"action":{"name":"read"}},{"action":{"name":"erase"}},
                        {"action":{"name":"read"}},{"action":{}}]}
        """;
    assertEquals(List.of(true, false, true, false), batch(batch.formatted("execute_all")));
    assertEquals(List.of(true, false), batch(batch.formatted("deny_on_first_deny")));
    assertEquals(List.of(true), batch(batch.formatted("permit_on_first_permit")));
    assertEquals(400, asked.post(EVALUATIONS, batch.formatted("all")).statusCode());
    var records =
        served.entries().stream().filter(entry -> entry.hasBatch()).map(e -> e.getBatch()).toList();
    assertEquals(List.of(3, 2, 1), records.stream().map(b -> b.getItemsCount()).toList());
  }

  @Test
  void aDefaultIsReplacedAsAWhole() throws Exception {
    // The item's own resource has no id, and does not get the default's.
    String batch =
        """
        {"subject":{"type":"User","id":"ada"},"action":{"name":"read"},
         "resource":{"type":"Doc","id":"one"},
         "evaluations":[{},{"resource":{"type":"Doc"}}]}
        """;
    assertEquals(List.of(true, false), batch(batch));
  }

  private List<Boolean> batch(String body) throws Exception {
    HttpResponse<String> response = asked.post(EVALUATIONS, body);
    assertEquals(200, response.statusCode(), response.body());
    var decisions = new ArrayList<Boolean>();
    for (Json one :
        ((Json.Arr) Asked.member(Asked.object(response.body()), "evaluations")).elements())
      decisions.add(((Json.Bool) Asked.member(one, "decision")).value());
    return decisions;
  }

  @Test
  void theMetadataIsOfTheConfiguredAddress() throws Exception {
    var response = asked.get("/.well-known/authzen-configuration", "X-Request-ID", "m");
    assertEquals(200, response.statusCode());
    assertEquals(Optional.of("application/json"), response.headers().firstValue("Content-Type"));
    Json metadata = Asked.object(response.body());
    var expected =
        Map.of(
            "policy_decision_point", "",
            "access_evaluation_endpoint", "/access/v1/evaluation",
            "access_evaluations_endpoint", "/access/v1/evaluations",
            "search_subject_endpoint", "/access/v1/search/subject",
            "search_resource_endpoint", "/access/v1/search/resource",
            "search_action_endpoint", "/access/v1/search/action");
    for (var one : expected.entrySet())
      assertEquals(
          "https://pdp.example/authz" + one.getValue(),
          ((Json.Str) Asked.member(metadata, one.getKey())).value());
  }

  @Test
  void whatIsNotThereIs404OrRefusesTheMethod() throws Exception {
    assertEquals(404, asked.get("/").statusCode());
    assertEquals(404, asked.post("/access/v1/evaluation/", "{}").statusCode());
    var get = asked.get(EVALUATION);
    assertEquals(405, get.statusCode());
    assertEquals(Optional.of("POST"), get.headers().firstValue("Allow"));
    assertEquals(3, refusals("UNKNOWN_METHOD"));
  }

  @Test
  void aBodyOverTheBoundIs413AndTheDoorGoesOn() throws Exception {
    String large = ADA_READS.formatted(",\"x\":\"" + "a".repeat(1 << 20) + "\"");
    assertEquals(413, asked.post(EVALUATION, large).statusCode());
    assertEquals(1, refusals("REQUEST_TOO_LARGE"));
    assertTrue(Asked.decision(asked.post(EVALUATION, ADA_READS.formatted(""))));
  }

  @Test
  void aSearchGoesOnWithItsOwnTokenAlone() throws Exception {
    String search =
        """
        {"subject":{"type":"User"},"action":{"name":"read"},
         "resource":{"type":"Doc","id":"%s"},"page":{"limit":1%s}}
        """;
    var first = asked.post("/access/v1/search/subject", search.formatted("one", ""));
    String token =
        ((Json.Str) Asked.member(Asked.object(first.body()), "page", "next_token")).value();
    String again = ",\"token\":\"" + token + "\"";
    var second = asked.post("/access/v1/search/subject", search.formatted("one", again));
    assertTrue(second.body().contains("\"strict\""), second.body());
    for (String other :
        List.of(search.formatted("two", again), search.formatted("one", ",\"token\":\"x\"")))
      assertEquals(400, asked.post("/access/v1/search/subject", other).statusCode());
    assertEquals(
        2,
        served.entries().stream()
            .filter(entry -> entry.hasBatch())
            .filter(entry -> entry.getBatch().getItems(0).getDoor() == Door.DOOR_AUTHZEN_SEARCH)
            .filter(entry -> entry.getBatch().getSearch().getPrincipal().getType().equals("User"))
            .count());
  }

  @Test
  void aSearchThatFindsNothingIsAnEntryToo() throws Exception {
    var found =
        asked.post(
            "/access/v1/search/action",
            """
            {"subject":{"type":"User","id":"nobody"},"resource":{"type":"Doc","id":"one"}}
            """);
    assertTrue(found.body().startsWith("{\"results\":[]"), found.body());
    var search =
        served.entries().stream()
            .filter(entry -> entry.hasBatch())
            .map(entry -> entry.getBatch())
            .findFirst()
            .orElseThrow();
    assertEquals(0, search.getItemsCount());
    assertEquals("nobody", search.getSearch().getPrincipal().getId());
    assertEquals("", search.getSearch().getAction().getId());
  }

  @Test
  void withoutABundleThereIsNoAnswerButAnError() throws Exception {
    Path empty = java.nio.file.Files.createDirectory(directory.resolve("empty"));
    try (var none = Served.in(empty, Map.of(Key.BUNDLE, ""));
        var client = new Asked(none)) {
      var response = client.post(EVALUATION, ADA_READS.formatted(""));
      assertEquals(503, response.statusCode());
      assertEquals(Optional.of("1"), response.headers().firstValue("Retry-After"));
      assertTrue(response.body().contains("NO_SNAPSHOT"), response.body());
    }
  }

  /** Calls that were refused for that reason so far, by the metrics. */
  private long refusals(String reason) throws Exception {
    var request =
        java.net.http.HttpRequest.newBuilder(
            java.net.URI.create("http://" + served.sidecar().adminAddress() + "/metrics"));
    String metrics = asked.send(request.GET()).body();
    String line = "ostiary_refusals_total{reason=\"" + reason.toLowerCase(java.util.Locale.ROOT);
    return metrics
        .lines()
        .filter(each -> each.startsWith(line))
        .mapToLong(each -> (long) Double.parseDouble(each.substring(each.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Test
  void bytesThatAreNoUtf8AreNoQuestion() throws Exception {
    byte[] latin =
        ADA_READS.formatted("").replace("ada", "ad\u00e4").getBytes(StandardCharsets.ISO_8859_1);
    var response =
        asked.send(
            asked
                .request(EVALUATION)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(latin)));
    assertEquals(400, response.statusCode());
  }
}
