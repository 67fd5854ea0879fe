package dev.ostiary.cedar.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.PolicyJson;
import dev.ostiary.cedar.syntax.PolicyParser;
import dev.ostiary.cedar.syntax.Source;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyTextTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 0x5eed})
  void whatIsWrittenReadsBackAsAnEqualTree(long seed) throws Exception {
    var random = new RandomPolicyText(seed);
    for (int i = 0; i < 300; i++) {
      String text = random.policy();
      var policy = PolicyParser.policy(new Source("text", text), "p");
      String written = PolicyText.of(policy);
      var again = PolicyParser.policy(new Source("written", written), "p");
      assertEquals(
          PolicyJson.of(policy).toString(), PolicyJson.of(again).toString(), text + "\n" + written);
    }
  }

  /** The right column is what the reference prints. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1 + 2 + 3 - 4 | (1 + 2 + 3) - 4",
        "-1 == --1 | (-1) == (-((-1)))",
        "-principal.x == 3 | (-(principal.x)) == 3",
        "principal[\"if\"] == 1 | principal[\"if\"] == 1",
        "principal[\"a\"] == 1 | principal.a == 1",
        "principal has a.b.c && true | (principal has a.b.c) && true",
        "true && (false && true) | true && (false && true)",
        "principal[\"a'b\"] like \"a*\\*b'\" | principal[\"a\\'b\"] like \"a*\\*b\\'\"",
        "(if true then 1 else 2) == 1 | (if true then 1 else 2) == 1",
        "ip(\"::1\").isLoopback() | ip(\"::1\").isLoopback()",
        "[1,2,{a:1,\"b c\":2}] != [] | [1, 2, {a: 1, \"b c\": 2}] != []",
        "\"\u0301\u200b\" == User::\"\u0301\" | \"\\u{301}\\u{200b}\" == User::\"\\u{301}\"",
      })
  void expressionsAreWrittenAsTheReferenceDoes(String text, String written) throws Exception {

    assertEquals(written, PolicyText.of(PolicyParser.expression(new Source("", text))));
  }

  @Test
  void aPathThatHasNoNotationIsWrittenAsWhatItMeans() throws Exception {
    String json = "{\"has\": {\"left\": {\"Var\": \"context\"}, \"attr\": [\"a\", \"b c\"]}}";
    var source = new Source("", json);
    var expr = PolicyJson.readExpression(Json.parse(source), source);
    assertEquals("(context has a) && (context.a has \"b c\")", PolicyText.of(expr));
  }

  @Test
  void aPolicyIsWrittenOneClauseALine() throws Exception {
    String text =
        "@id(\"a\") permit(principal is U in ?principal, action in [Action::\"a\"], resource)"
            + " when { true } unless { false };";
    assertEquals(
        """
        @id("a")
        permit(
          principal is U in ?principal,
          action in [Action::"a"],
          resource
        ) when {
          true
        } unless {
          false
        };\
        """,
        PolicyText.of(PolicyParser.policy(new Source("", text), "a")));
  }
}
