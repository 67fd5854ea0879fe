package dev.ostiary.cedar.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ostiary.cedar.format.RandomPolicyText;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.PolicyParser;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyJsonTest {
  private static final Path CORPUS =
      Path.of(System.getProperty("ostiary.shared", "../shared"), "cedar-corpus");

  private static PolicySetJson set(List<Policy> policies) {
    return new PolicySetJson(
        policies.stream().filter(policy -> !policy.isTemplate()).toList(),
        policies.stream().filter(Policy::isTemplate).toList(),
        List.of());
  }

  @Test
  void textsOfTheSamplesAreWrittenAsTheReferenceWritesThem() throws Exception {
    assumeTrue(Files.isDirectory(CORPUS), "no Cedar corpus at " + CORPUS);
    var folder = CORPUS.resolve("cli-samples/tiny_sandboxes/translate-policy");
    var policies =
        PolicyParser.policies(
            new Source("policy.cedar", Files.readString(folder.resolve("policy.cedar"))));
    String json = Files.readString(folder.resolve("policy.cedar.json"));
    assertSame(Json.parse(new Source("policy.cedar.json", json)), set(policies).toJson());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 0x5eed})
  void whatIsWrittenReadsBackAsTheSame(long seed) throws Exception {
    var random = new RandomPolicyText(seed);
    for (int i = 0; i < 300; i++) {
      String text = random.policy();
      Json json = PolicyJson.of(PolicyParser.policy(new Source("", text), "p"));
      String written = JsonWriter.pretty(json);
      var again = PolicyJson.read(new Source("", written), "p");
      assertSame(json, PolicyJson.of(again));
    }
  }

  private static void assertSame(Json expected, Json actual) {
    assertTrue(Json.same(expected, actual), () -> "expected " + expected + "\nbut got " + actual);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"is\": {\"left\": {\"Var\": \"principal\"}, \"entity_type\": \"A\", \"in\": {\"Var\":"
            + " \"resource\"}}}",
        "{\"has\": {\"left\": {\"Var\": \"principal\"}, \"attr\": [\"a\", \"b c\", \"d\"]}}",
        "{\"neg\": {\"arg\": {\"Value\": -1}}}",
        "{\"ip\": []}",
        "{\"isInRange\": [{\"Value\": 1}]}",
        "{\"like\": {\"left\": {\"Value\": \"\"}, \"pattern\": [\"Wildcard\", \"Wildcard\","
            + " {\"Literal\": \"é\"}]}}",
        "{\"Record\": {\"__entity\": {\"Value\": {\"__entity\": {\"type\": \"A\", \"id\":"
            + " \"\"}}}}}",
      })
  void expressionsReadAndWriteAsTheyAre(String text) throws Exception {
    var source = new Source("", text);
    assertSame(
        Json.parse(source), PolicyJson.of(PolicyJson.readExpression(Json.parse(source), source)));
  }

  @Test
  void aConjunctionThatLooksLikeIsInStaysAConjunction() throws Exception {
    var written = PolicyParser.expression(new Source("", "principal is A && principal in B::\"\""));
    var sugar = PolicyParser.expression(new Source("", "principal is A in B::\"\""));
    assertTrue(PolicyJson.of(written).toString().startsWith("{\"&&\""));
    assertTrue(PolicyJson.of(sugar).toString().startsWith("{\"is\""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ip", "lessThan", "nowhere", "unknown"})
  void aValueWithAFailingCallIsReadAndFailsOnlyWhenEvaluated(String function) throws Exception {
    String text = "{\"Value\": [{\"__extn\": {\"fn\": \"F\", \"arg\": \"nonsense\"}}, 1]}";
    text = text.replace("F", function);
    var source = new Source("", text);
    var expr = PolicyJson.readExpression(Json.parse(source), source);
    assertTrue(expr instanceof Expr.SetLiteral(var elements, _) && elements.size() == 2);
  }

  @Test
  void aWordOnlyAndAnOldSpellingOfAllAreRead() throws Exception {
    String text =
        """
        {"effect": "forbid", "principal": {"op": "all"}, "action": {"op": "in", "entities": []},
         "resource": {"op": "is", "entity_type": "A::B", "in": {"slot": "?resource"}},
         "conditions": [], "annotations": {"if": null}}\
        """;
    var policy = PolicyJson.read(new Source("", text), "p");
    assertEquals("", policy.annotations().get("if"));
    assertTrue(policy.isTemplate());
    assertSame(
        Json.parse(new Source("", text.replace("\"all\"", "\"All\""))), PolicyJson.of(policy));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"effect\": \"permit\"} | p.json:1:1: `policy` needs a member `principal`",
        "[] | p.json:1:1: expected an object for `policy`, got an array",
        "{\"Effect\": 1} | p.json:1:12: `Effect` is no member of `policy`",
        "{\"a\": 1, \"a\": 2} | p.json:1:10: `a` is given twice",
        "nonsense | p.json:1:1: expected a JSON value, got `n`",
      })
  void whatIsNoPolicyIsRefusedWithItsPlace(String text, String message) {
    var error =
        assertThrows(SourceException.class, () -> PolicyJson.read(new Source("p.json", text), "p"));
    assertEquals(message, error.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | e.json:1:1: expected an expression with one member, its operator, got an object",
        "\"x\" | e.json:1:1: expected an expression, got `\"x\"`",
        "{\"Value\": 9223372036854775808} | e.json:1:11: expected an integer of 64 bits, got"
            + " `9223372036854775808`",
        "{\"Value\": null} | e.json:1:11: `null` is no value",
        "{\"Value\": {\"__entity\": {\"type\": \"a b\", \"id\": \"\"}}} | e.json:1:33: expected an"
            + " entity type, got `\"a b\"`",
        "{\"Slot\": \"?principal\"} | e.json:1:1: a slot may stand in the scope only, not in a"
            + " condition",
        "{\"Var\": \"subject\"} | e.json:1:9: expected `principal`, `action`, `resource` or"
            + " `context`, got `\"subject\"`",
        "{\"==\": {\"left\": {\"Value\": 1}}} | e.json:1:8: `==` needs a member `right`",
        "{\"frobnicate\": []} | e.json:1:1: `frobnicate` is no operator of an expression",
        "{\"unknown\": [{\"Value\": \"x\"}]} | e.json:1:1: `unknown` is no operator of an"
            + " expression",
        "{\"ip\": {\"Value\": 1}} | e.json:1:8: expected an array of expressions for `ip`, got an"
            + " object",
        "{\"if-then-else\": {\"if\": {\"Value\": true}, \"then\": {\"Value\": true}}} |"
            + " e.json:1:18: `if-then-else` needs a member `else`",
        "{\"like\": {\"left\": {\"Value\": \"\"}, \"pattern\": [\"*\"]}} | e.json:1:46: expected"
            + " `\"Wildcard\"` or `{\"Literal\": \"…\"}`, got `\"*\"`",
        "{\"has\": {\"left\": {\"Var\": \"context\"}, \"attr\": []}} | e.json:1:46: expected at"
            + " least one attribute's name, got an array",
        "{\"Record\": {\"a\": {\"Value\": 1}, \"a\": {\"Value\": 1}}} | e.json:1:32: `a` is given"
            + " twice",
      })
  void whatIsNoExpressionIsRefusedWithItsPlace(String text, String message) {
    var source = new Source("e.json", text);
    var error =
        assertThrows(
            SourceException.class, () -> PolicyJson.readExpression(Json.parse(source), source));
    assertEquals(message, error.getMessage());
  }

  @Test
  void everyFaultyPolicyOfASetIsReported() {
    String text =
        """
        {"staticPolicies": {"a": {}, "b": 1}, "templates": {}, "templateLinks": [
          {"templateId": "t", "newId": "n", "values": {"?action": {"type": "A", "id": "a"}}}]}\
        """;
    var error =
        assertThrows(SourceException.class, () -> PolicySetJson.read(new Source("set.json", text)));
    assertEquals(3, error.errors().size(), error.getMessage());
    assertTrue(error.toString().contains("set.json:2:"), error.toString());
  }
}
