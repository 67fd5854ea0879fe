package dev.ostiary.sidecar.cli.cedar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.json.JsonWriter;
import dev.ostiary.cedar.syntax.Source;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class BatchTest {
  private static final Path CASES =
      Path.of(
          System.getProperty("ostiary.shared", "../shared"), "cedar-corpus/oracle-examples.jsonl");

  @TestFactory
  Stream<DynamicTest> answersAreThoseOfTheReference() throws Exception {
    assumeTrue(Files.isRegularFile(CASES), "no Cedar corpus at " + CASES);
    var tests = new ArrayList<DynamicTest>();
    for (var line : Files.readAllLines(CASES)) {
      var json = (JsonObject) Json.parse(new Source("line", line), 1_000);
      if (json.find("expected") instanceof JsonObject expected)
        tests.add(
            DynamicTest.dynamicTest(
                String.valueOf(json.find("id")),
                () -> assertEquals(members(expected), members(Batch.answer(line)), line)));
    }
    assertTrue(tests.size() >= 269, "only " + tests.size() + " cases");
    return tests.stream();
  }

  /** What is compared: neither messages nor the order of lists that are sets. */
  private static Map<String, String> members(Json answer) {
    var members = new TreeMap<String, String>();
    if (!(answer instanceof JsonObject object)) return members;
    for (int i = 0; i < object.size(); i++) {
      String name = object.name(i);
      if (!name.endsWith("Message") && !name.equals("id"))
        members.put(name, canonical(name, object.value(i)));
    }
    return members;
  }

  private static String canonical(String name, Json json) {
    return switch (json) {
      case Json.Arr(var elements, _, _) -> {
        var parts = new ArrayList<String>();
        boolean kinds = name.equals("errorKinds");
        for (var element : elements)
          parts.add(
              kinds && element instanceof Json.Arr(var triple, _, _)
                  ? canonical("", Json.of(triple.subList(0, 2)))
                  : canonical("", element));
        boolean ordered = name.isEmpty() || name.equals("conditions");
        if (!ordered) parts.sort(null);
        yield parts.toString();
      }
      case JsonObject object -> {
        var sorted = new TreeMap<String, String>();
        for (int i = 0; i < object.size(); i++)
          sorted.put(object.name(i), canonical(object.name(i), object.value(i)));
        yield sorted.toString();
      }
      case Json.Str _, Json.Int _, Json.Num _, Json.Bool _, Json.Null _ -> JsonWriter.compact(json);
    };
  }

  @Test
  void everyLineIsAnsweredInOrderAlsoThoseThatAreNoCase() throws Exception {
    var out = new StringWriter();
    String lines =
        """
        {"id": 1, "policies": "permit(principal, action, resource);"}
        nonsense

        {"id": "b", "policies": [["only an id"]]}
        {"id": "c", "policies": "permit(principal);"}
        """;
    boolean all = Batch.run(new BufferedReader(new StringReader(lines)), new PrintWriter(out));
    assertFalse(all);
    var answers = out.toString().lines().toList();
    assertEquals(4, answers.size());
    assertEquals(
        "{\"id\":1,\"policies\":\"ok\",\"policyIds\":[\"policy0\"],\"templateIds\":[]}",
        answers.get(0));
    assertTrue(answers.get(1).startsWith("{\"id\":null,\"error\":"), answers.get(1));
    assertTrue(answers.get(2).startsWith("{\"id\":\"b\",\"error\":"), answers.get(2));
    assertTrue(answers.get(3).startsWith("{\"id\":\"c\",\"policies\":\"error\""), answers.get(3));
  }

  @Test
  void policiesReadAsJsonKeepTheirWayOfSayingThings() throws Exception {
    String policies =
        """
        {"staticPolicies": {"p": {"effect": "permit", "principal": {"op": "All"},
          "action": {"op": "All"}, "resource": {"op": "All"}, "annotations": {"a": null},
          "conditions": [{"kind": "when", "body": {"==": {"left": {"Value": [1, 1]},
            "right": {"like": {"left": {"Value": "x"}, "pattern": [{"Literal": "ab"}]}}}}}]}},
         "templates": {}, "templateLinks": []}\
        """;
    String line = "{\"id\":1,\"est\":true,\"policies\":" + policies.replace("\n", "") + "}";
    var answer = (JsonObject) Batch.answer(line);
    var expected = Json.parse(new Source("policies", policies));
    Json out = answer.find("estOut");
    assertTrue(out != null && Json.same(expected, out), answer.toString());
  }
}
