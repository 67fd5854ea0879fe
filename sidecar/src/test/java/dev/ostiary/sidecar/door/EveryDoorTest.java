package dev.ostiary.sidecar.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.json.JsonWriter;
import dev.ostiary.envoy.v3.AttributeContext;
import dev.ostiary.envoy.v3.AuthorizationGrpc;
import dev.ostiary.envoy.v3.CheckRequest;
import dev.ostiary.sidecar.Served;
import dev.ostiary.sidecar.cli.ExpectedDecision;
import dev.ostiary.v1.CheckBatchRequest;
import dev.ostiary.v1.CheckResponse;
import dev.ostiary.v1.CheckStreamRequest;
import dev.ostiary.v1.CheckStreamResponse;
import dev.ostiary.v1.DecisionServiceGrpc;
import io.grpc.stub.StreamObserver;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every question of the lab gets the same decision through every door that can carry it. */
final class EveryDoorTest {
  private static final Path LAB = Path.of(System.getProperty("ostiary.root"), "examples", "lab");
  private static final String MAPS =
      """
      routes:
        - method: POST
          path: /ask/{action}
          principal: { type: "{header.x-type}", id: "{header.x-principal}" }
          action: "{path.action}"
          resource: { type: "{query.type}", id: "{query.id}" }
          context: { purpose: "{/purpose}", device: "{/device}", to: "{/to}" }
        - method: GET
          path: /ask/{action}
          principal: { type: "{header.x-type}", id: "{header.x-principal}" }
          action: "{path.action}"
          resource: { type: "{query.type}", id: "{query.id}" }
          context: { purpose: "{query.purpose}", to: "{query.to}" }
      webhooks:
        - path: lab
          principal: { type: "{/input/principal/type}", id: "{/input/principal/id}" }
          action: "{/input/action/id}"
          resource: { type: "{/input/resource/type}", id: "{/input/resource/id}" }
          context: { purpose: "{/input/context/purpose}", device: "{/input/context/device}",
                     to: "{/input/context/to}" }
      """;

  @TempDir private Path directory;
  private Served served;
  private Asked asked;

  @BeforeEach
  void start() throws Exception {
    Path bundle = directory.resolve("bundle");
    try (var files = Files.walk(LAB)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path copy = bundle.resolve(LAB.relativize(file).toString());
        if (Files.isDirectory(file)) Files.createDirectories(copy);
        else Files.copy(file, copy);
      }
    }
    Files.writeString(bundle.resolve("bundle.yaml"), MAPS, StandardOpenOption.APPEND);
    served = Served.in(directory);
    asked = new Asked(served);
  }

  @AfterEach
  void stop() {
    asked.close();
    served.close();
  }

  @Test
  void allDoorsGiveTheSameDecision() throws Exception {
    var lines = Files.readAllLines(LAB.resolve("tests/decisions.jsonl"));
    var expected = ExpectedDecision.read(LAB.resolve("tests/decisions.jsonl"));
    int withEntities = 0;
    int withoutBody = 0;
    int withObligations = 0;
    var all = new ArrayList<String>();
    var evaluations = new ArrayList<Json>();
    var evaluated = new ArrayList<String>();
    for (int i = 0; i < lines.size(); i++) {
      JsonObject row = Asked.object(lines.get(i));
      String name = ((Json.Str) Asked.member(row, "name")).value();
      String wanted = string(row, "decision") + " " + string(row, "reason_code");
      var response = served.client().check(expected.get(i).request());
      assertEquals(wanted, said(response), "gRPC: " + name);
      all.add(wanted);
      if (row.find("entities") != null) {
        withEntities++; // only gRPC carries entities
        continue;
      }
      assertEquals(wanted, authzen(row), "AuthZEN: " + name);
      evaluations.add(evaluation(row));
      evaluated.add(wanted);
      assertEquals(wanted.startsWith("allow"), opa(row), "OPA: " + name);
      if (wanted.startsWith("allow")) {
        String must = Challenges.obligations(response);
        if (!must.isEmpty()) withObligations++;
        wanted += must.isEmpty() ? "" : " must " + must;
      }
      assertEquals(wanted, extAuthz(row), "ext_authz: " + name);
      if (Asked.member(row, "context") instanceof JsonObject said && said.find("device") == null) {
        assertEquals(wanted, authRequest(row), "auth_request: " + name);
        withoutBody++;
      }
    }
    var questions = expected.stream().map(ExpectedDecision::request).toList();
    assertEquals(all, batch(questions), "CheckBatch");
    assertEquals(all, stream(questions), "CheckStream");
    assertEquals(evaluated, authzen(evaluations), "AuthZEN's evaluations");
    assertEquals(100, lines.size());
    assertEquals(2, withEntities);
    assertEquals(81, withoutBody);
    assertTrue(withObligations > 0);
  }

  private static String said(CheckResponse response) {
    return (response.getDecision() == dev.ostiary.v1.Decision.DECISION_ALLOW ? "allow" : "deny")
        + " "
        + AnswerJson.code(response);
  }

  private List<String> batch(List<dev.ostiary.v1.CheckRequest> questions) {
    var request = CheckBatchRequest.newBuilder().addAllRequests(questions).build();
    return served.client().checkBatch(request).getResultsList().stream()
        .map(result -> said(result.getResponse()))
        .toList();
  }

  private List<String> stream(List<dev.ostiary.v1.CheckRequest> questions) throws Exception {
    var answers = new ConcurrentSkipListMap<Long, String>();
    var ended = new CompletableFuture<Boolean>();
    var asking =
        DecisionServiceGrpc.newStub(served.channel())
            .checkStream(
                new StreamObserver<CheckStreamResponse>() {
                  @Override
                  public void onNext(CheckStreamResponse answer) {
                    answers.put(answer.getId(), said(answer.getResult().getResponse()));
                  }

                  @Override
                  public void onError(Throwable failure) {
                    ended.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {
                    ended.complete(true);
                  }
                });
    for (int i = 0; i < questions.size(); i++)
      asking.onNext(
          CheckStreamRequest.newBuilder().setId(i + 1L).setRequest(questions.get(i)).build());
    asking.onCompleted();
    assertTrue(ended.get(30, TimeUnit.SECONDS));
    return List.copyOf(answers.values());
  }

  private List<String> authzen(List<Json> evaluations) throws Exception {
    var request = JsonWriter.compact(Json.of("evaluations", Json.of(evaluations)));
    var response = Asked.object(asked.post("/access/v1/evaluations", request).body());
    var said = new ArrayList<String>();
    for (Json each : ((Json.Arr) Asked.member(response, "evaluations")).elements()) {
      boolean allowed = ((Json.Bool) Asked.member(each, "decision")).value();
      String code = ((Json.Str) Asked.member(each, "context", "reason_code")).value();
      said.add((allowed ? "allow " : "deny ") + code);
    }
    return said;
  }

  private static Json evaluation(JsonObject row) {
    var request = new LinkedHashMap<String, Json>();
    request.put("subject", Asked.member(row, "principal"));
    request.put("action", Json.of("name", Asked.member(row, "action", "id")));
    request.put("resource", Asked.member(row, "resource"));
    request.put("context", Asked.member(row, "context"));
    return Json.of(request);
  }

  private String authzen(JsonObject row) throws Exception {
    var response = asked.post("/access/v1/evaluation", JsonWriter.compact(evaluation(row)));
    String code =
        ((Json.Str) Asked.member(Asked.object(response.body()), "context", "reason_code")).value();
    return (Asked.decision(response) ? "allow " : "deny ") + code;
  }

  private boolean opa(JsonObject row) throws Exception {
    var response = asked.post("/v1/data/lab", JsonWriter.compact(Json.of("input", row)));
    return ((Json.Bool) Asked.member(Asked.object(response.body()), "result")).value();
  }

  private String extAuthz(JsonObject row) {
    String body = JsonWriter.compact(Asked.member(row, "context"));
    var http =
        AttributeContext.HttpRequest.newBuilder()
            .setMethod("POST")
            .setPath(target(row))
            .putAllHeaders(headers(row))
            .setSize(body.getBytes(StandardCharsets.UTF_8).length)
            .setBody(body);
    var response =
        AuthorizationGrpc.newBlockingStub(served.channel())
            .withDeadlineAfter(30, TimeUnit.SECONDS)
            .check(
                CheckRequest.newBuilder()
                    .setAttributes(
                        AttributeContext.newBuilder()
                            .setRequest(AttributeContext.Request.newBuilder().setHttp(http)))
                    .build());
    String code = response.getDynamicMetadata().getFieldsOrThrow("reason_code").getStringValue();
    var must = response.getOkResponse().getHeadersList();
    return (response.hasOkResponse() ? "allow " : "deny ")
        + code
        + (must.isEmpty() ? "" : " must " + must.getFirst().getHeader().getValue());
  }

  private String authRequest(JsonObject row) throws Exception {
    String target = target(row);
    JsonObject context = (JsonObject) Asked.member(row, "context");
    if (context.find("purpose") instanceof Json.Str(var purpose, _, _))
      target += "&purpose=" + encoded(purpose);
    if (context.find("to") != null)
      target +=
          "&to=" + encoded(((Json.Str) Asked.member(context, "to", "__entity", "id")).value());
    Map<String, String> headers = headers(row);
    var response =
        asked.get(
            "/auth_request",
            "X-Original-Method",
            "GET",
            "X-Original-URI",
            target,
            "X-Type",
            headers.getOrDefault("x-type", ""),
            "X-Principal",
            headers.getOrDefault("x-principal", ""));
    var must = response.headers().firstValue("x-ostiary-obligations");
    if (response.statusCode() == 200)
      return "allow permitted" + must.map(names -> " must " + names).orElse("");
    String code = response.headers().firstValue("x-ostiary-reason-code").orElseThrow();
    return List.of(401, 403).contains(response.statusCode())
        ? "deny " + code.toLowerCase(Locale.ROOT)
        : "status " + response.statusCode();
  }

  private static Map<String, String> headers(JsonObject row) {
    return Map.of(
        "x-type",
        ((Json.Str) Asked.member(row, "principal", "type")).value(),
        "x-principal",
        ((Json.Str) Asked.member(row, "principal", "id")).value());
  }

  private static String target(JsonObject row) {
    return "/ask/"
        + ((Json.Str) Asked.member(row, "action", "id")).value()
        + "?type="
        + encoded(((Json.Str) Asked.member(row, "resource", "type")).value())
        + "&id="
        + encoded(((Json.Str) Asked.member(row, "resource", "id")).value());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String string(JsonObject row, String name) {
    return ((Json.Str) Asked.member(row, name)).value();
  }
}
