package dev.ostiary.sidecar.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.json.JsonWriter;
import dev.ostiary.sidecar.Served;
import dev.ostiary.sidecar.config.Key;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The scenarios of AuthZEN's working group, answered by the bundles in {@code examples/authzen}.
 */
final class AuthzenScenariosTest {
  private static final Path EXAMPLES =
      Path.of(System.getProperty("ostiary.root"), "examples", "authzen");
  private static final Path SHARED = Path.of(System.getProperty("ostiary.shared"), "authzen");

  @TempDir private Path directory;

  @Test
  void theTodoApplicationGetsItsDecisions() throws Exception {
    JsonObject cases =
        fixture("interop/authzen-todo-backend/test/decisions-authorization-api-1_0-02.json");
    try (var served = serve("todo");
        var asked = new Asked(served)) {
      assertEquals(40, evaluate(asked, cases));
      int batches = 0;
      for (Json each : elements(cases, "evaluations")) {
        var response = asked.post("/access/v1/evaluations", text(Asked.member(each, "request")));
        assertEquals(200, response.statusCode(), response.body());
        assertEquals(
            decisions(elements(each, "expected")),
            decisions(elements(Asked.object(response.body()), "evaluations")));
        batches++;
      }
      assertEquals(3, batches);
    }
  }

  @Test
  void theGatewayGetsItsDecisions() throws Exception {
    JsonObject cases = fixture("interop/authzen-api-gateways/test-harness/test/decisions.json");
    try (var served = serve("gateway");
        var asked = new Asked(served)) {
      assertEquals(25, evaluate(asked, cases));
    }
  }

  @Test
  void everySearchFindsExactlyWhatItShould() throws Exception {
    try (var served = serve("search");
        var asked = new Asked(served)) {
      for (String kind : List.of("subject", "resource", "action")) {
        JsonObject cases =
            fixture("interop/authzen-search-demo/test-harness/src/" + kind + "/results.json");
        int searches = 0;
        for (Json each : elements(cases, "evaluation")) {
          String request = text(Asked.member(each, "request"));
          assertEquals(
              set(elements(Asked.member(each, "expected"), "results")),
              set(pages(asked, "/access/v1/search/" + kind, request)),
              request);
          searches++;
        }
        assertTrue(searches >= 18, kind + ": " + searches);
      }
    }
  }

  /** All results, in pages of three. */
  private static List<Json> pages(Asked asked, String path, String request) throws Exception {
    var results = new java.util.ArrayList<Json>();
    String token = "";
    do {
      String paged =
          request.substring(0, request.length() - 1)
              + ",\"page\":{\"limit\":3,\"token\":\""
              + token
              + "\"}}";
      var response = asked.post(path, paged);
      assertEquals(200, response.statusCode(), response.body());
      JsonObject answer = Asked.object(response.body());
      List<Json> found = elements(answer, "results");
      assertTrue(found.size() <= 3);
      results.addAll(found);
      token = ((Json.Str) Asked.member(answer, "page", "next_token")).value();
      assertTrue(token.isEmpty() || found.size() == 3, "a page that is not full has a next one");
    } while (!token.isEmpty());
    return results;
  }

  @Test
  void everyCaseOfTheCertificationHolds() throws Exception {
    JsonObject scenario = fixture("certification/cert-scenario-1_0.cases.json");
    int cases = 0;
    try (var served = serve("certification");
        var asked = new Asked(served)) {
      String token = "";
      for (Json each : elements(scenario, "cases")) {
        String id = string(each, "id");
        String request =
            text(Asked.member(each, "request"))
                .replace("<next_token from previous response>", token);
        var response = asked.post(string(each, "path"), request);
        String shown = id + " " + request + " got " + response.body();
        assertEquals(
            ((Json.Int) Asked.member(each, "expect_status")).value(), response.statusCode(), shown);
        Json body = Asked.object(response.body());
        if (Asked.member(each, "expect_body") instanceof JsonObject expected)
          compare(expected, body, string(each, "match"), shown);
        else if (response.statusCode() == 200 && string(each, "path").endsWith("evaluations"))
          assertEquals(2, decisions(elements(body, "evaluations")).size(), shown);
        if (id.equals("c-4-5-1")) {
          token = ((Json.Str) Asked.member(body, "page", "next_token")).value();
          assertFalse(token.isEmpty(), shown);
        }
        cases++;
      }
    }
    assertEquals(50, cases);
  }

  private static void compare(Json expected, Json body, String match, String shown) {
    if (expected instanceof JsonObject object && object.find("results") != null) {
      Set<String> found = set(elements(body, "results"));
      Set<String> wanted = set(elements(expected, "results"));
      if (match.startsWith("exact")) assertEquals(wanted, found, shown);
      else assertTrue(found.containsAll(wanted), shown);
    } else if (expected instanceof JsonObject object && object.find("evaluations") != null) {
      assertEquals(
          decisions(elements(expected, "evaluations")),
          decisions(elements(body, "evaluations")),
          shown);
    } else {
      assertEquals(
          Asked.member(expected, "decision").described(),
          Asked.member(body, "decision").described(),
          shown);
    }
  }

  private static int evaluate(Asked asked, JsonObject cases) throws Exception {
    int asks = 0;
    for (Json each : elements(cases, "evaluation")) {
      String request = text(Asked.member(each, "request"));
      var response = asked.post("/access/v1/evaluation", request);
      assertEquals(200, response.statusCode(), response.body());
      assertEquals(
          ((Json.Bool) Asked.member(each, "expected")).value(),
          Asked.decision(response),
          request + " got " + response.body());
      asks++;
    }
    return asks;
  }

  private Served serve(String bundle) throws Exception {
    return Served.in(directory, Map.of(Key.BUNDLE, EXAMPLES.resolve(bundle).toString()));
  }

  private static JsonObject fixture(String path) throws Exception {
    Path file = SHARED.resolve(path);
    String absent = file + " is absent; it is of the repository openid/authzen on GitHub";
    if (Boolean.getBoolean("ostiary.require-tools")) assertTrue(Files.exists(file), absent);
    assumeTrue(Files.exists(file), absent);
    return Asked.object(Files.readString(file));
  }

  private static List<Json> elements(Json json, String name) {
    return assertInstanceOf(Json.Arr.class, Asked.member(json, name)).elements();
  }

  private static List<Boolean> decisions(List<Json> answers) {
    return answers.stream()
        .map(answer -> ((Json.Bool) Asked.member(answer, "decision")).value())
        .toList();
  }

  private static Set<String> set(List<Json> results) {
    var set = new HashSet<String>();
    for (Json result : results) assertTrue(set.add(text(result)), "twice: " + text(result));
    return set;
  }

  private static String string(Json json, String name) {
    return ((Json.Str) Asked.member(json, name)).value();
  }

  private static String text(Json json) {
    return JsonWriter.compact(json);
  }
}
