package dev.ostiary.cedar.syntax;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.StringValue;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PolicyParserTest {
  private static Expr expr(String text) throws SourceException {
    return PolicyParser.expression(new Source("test.cedar", text));
  }

  private static List<Policy> policies(String text) throws SourceException {
    return PolicyParser.policies(new Source("test.cedar", text));
  }

  private static SourceException refused(String text) {
    return assertThrows(SourceException.class, () -> policies(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "permit(principal,action,resource);",
        "permit(principal,action,resource,);",
        "@id(\"a\") @if @permit(\"\\u{1F600}\") forbid(principal,action,resource);",
        "permit(principal == User::\"a\", action in [Action::\"x\", NS::Action::\"y\",],"
            + " resource);",
        "permit(principal in (User::\"a\"), action in ([]), resource is A::B in ?resource);",
        "permit(principal is User in ?principal, action == Action::\"x\", resource == ?resource);",
        "permit(principal,action,resource) when { true } unless { false } when { 1 == 1 };",
        "// before\npermit(principal,action,resource) // behind\n;// end",
        "permit(principal,action,resource) when { principal has a.permit.when };",
        "permit(principal,action,resource) when { principal has \"if\" && !!!!true };",
        "permit(principal,action,resource) when { {a: 1, \"b c\": [1,2,], principal: {}, } == {}"
            + " };",
        "permit(principal,action,resource) when { ip() == [].isInRange() };",
        "permit(principal,action,resource) when { principal is principal::\"\" in [1] };",
        "permit(principal,action,resource) when { ----9223372036854775808 == 0 };",
        "permit(principal\u00a0,\u2003action,resource);",
        "permit(principal,action,resource) when { principal._a.__b9[\"\\*\"] };",
      })
  void whatTheGrammarAllowsIsRead(String text) throws Exception {
    if (text.contains("\\*\"]") || text.contains("principal::\"\"")) {
      refused(text);
      return;
    }
    assertEquals(1, policies(text).size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Permit(principal,action,resource);",
        "permit(principal,action,resource)",
        "permit(principal,action);",
        "permit(principal,action,resource,context);",
        "permit(action,principal,resource);",
        "permit(principal: User,action,resource);",
        "permit(principal == ?resource,action,resource);",
        "permit(principal,action == ?action,resource);",
        "permit(principal,action in ?principal,resource);",
        "permit(principal,action is Action,resource);",
        "permit(principal is User == User::\"a\",action,resource);",
        "permit(principal in [User::\"a\"],action,resource);",
        "permit(principal = User::\"a\",action,resource);",
        "permit(principal < User::\"a\",action,resource);",
        "permit(principal == User::\"a\" && true,action,resource);",
        "permit(principal,action == User::\"a\",resource);",
        "permit(principal,action in [Action::\"a\", User::\"b\"],resource);",
        "permit(principal == if::\"a\",action,resource);",
        "permit(principal == __cedar::\"a\",action,resource);",
        "@a @a permit(principal,action,resource);",
        "@a() permit(principal,action,resource);",
        "permit(principal,action,resource) advice { true };",
        "permit(principal,action,resource) when {};",
        "permit(principal,action,resource) when { ?principal == 1 };",
        "permit(principal,action,resource) when { a };",
        "permit(principal,action,resource) when { 'a' == 1 };",
        "permit(principal,action,resource) when { \"a };",
      })
  void whatTheGrammarForbidsIsRefused(String text) {
    refused(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1 == 1 == 1",
        "1 < 2 in 3",
        "principal has a has b",
        "principal has a == true",
        "principal is User == true",
        "principal has a::b",
        "principal has (a)",
        "principal has if",
        "principal has true",
        "principal has \"a\".b",
        "principal has a[\"b\"]",
        "principal like principal",
        "\"a\" like (\"b\")",
        "1 / 2",
        "1 % 2",
        "1 = 1",
        "!!!!!true",
        "-----1",
        "!-1",
        "9223372036854775808",
        "-9223372036854775809",
        "-(9223372036854775808)",
        "99999999999999999999999",
        "1 + if true then 1 else 2",
        "true | false",
        "principal()",
        "principal.in",
        "principal.__cedar",
        "principal[0]",
        "principal[name]",
        "(1)(2)",
        "ip.x",
        "IP(\"1.2.3.4\")",
        "\"1.2.3.4\".ip()",
        "isIpv4(ip(\"::\"))",
        "contains(1)",
        "[].contains()",
        "[].contains(1, 2)",
        "[].isEmpty(1)",
        "[].foo()",
        "{a: 1, \"a\": 2}",
        "{if: 1}",
        "{1: 1}",
        "{a::b: 1}",
        "User::{id: \"a\"}",
        "[,]",
        "[1 2]",
        "\"\\u{0000041}\"",
        "\"\\u{}\"",
        "\"\\u{_1}\"",
        "\"\\u{d800}\"",
        "\"\\u{110000}\"",
        "\"\\x4\"",
        "\"\\x80\"",
        "\"\\q\"",
        "\"\\*\"",
        "\"a\rb\"",
        "principal?.name",
        "if true then 1",
        "",
      })
  void anExpressionThatIsNoneIsRefused(String text) {
    assertThrows(SourceException.class, () -> expr(text));
  }

  @Test
  void theLeastLongIsALiteral() throws Exception {
    assertEquals(
        new LongValue(Long.MIN_VALUE),
        assertInstanceOf(Expr.Literal.class, expr("-9223372036854775808")).value());
    var negated = assertInstanceOf(Expr.Negate.class, expr("--9223372036854775808"));
    assertInstanceOf(Expr.Literal.class, negated.argument());
    assertInstanceOf(Expr.Negate.class, expr("-(1)"));
    assertInstanceOf(Expr.Negate.class, expr("-1.a"));
  }

  @Test
  void escapesStandForTheirCharacters() throws Exception {
    assertEquals(
        new StringValue("\n\r\t\0\\'\"A\u007f\ud83d\ude00Aé\n"),
        ((Expr.Literal) expr("\"\\n\\r\\t\\0\\\\\\'\\\"\\x41\\x7F\\u{1_F6_00}\\u{000041}é\n\""))
            .value());
  }

  @Test
  void aStarIsAWildcardUnlessABackslashPrecedesIt() throws Exception {
    var like = (Expr.Like) expr("\"x\" like \"a*\\*b**\\u{2a}\"");
    assertEquals(List.of("a", "*b", "", "", ""), like.pattern().pieces());
  }

  @Test
  void operatorsGroupAsTheGrammarSays() throws Exception {
    var or = assertInstanceOf(Expr.Or.class, expr("true || false && 1 + 2 * 3 - 4 == -5"));
    var and = assertInstanceOf(Expr.And.class, or.right());
    var equal = assertInstanceOf(Expr.Binary.class, and.right());
    var minus = assertInstanceOf(Expr.Binary.class, equal.left());
    assertEquals(Expr.Binary.Operator.SUBTRACT, minus.operator());
    assertEquals("1 + 2 * 3", minus.left().span().text());
    var has = assertInstanceOf(Expr.And.class, expr("context has a.b.c"));
    assertInstanceOf(Expr.And.class, has.left());
    assertEquals("c", assertInstanceOf(Expr.HasAttribute.class, has.right()).attribute());
    assertInstanceOf(Expr.And.class, expr("principal is A::B in principal"));
  }

  @Test
  void everyFaultyPolicyIsReportedWithItsPlace() {
    var thrown =
        refused(
            """
            permit(principal, action, resource) when { foo(1) && bar };
            permit(principal, action, resource);
            forbid(principal, action, resource) when { [].x() || 1 = 2 };
            """);
    var places = thrown.errors().stream().map(error -> error.span().toString()).toList();
    assertEquals(
        List.of("test.cedar:1:44", "test.cedar:1:54", "test.cedar:3:47", "test.cedar:3:56"),
        places);
    assertEquals(
        """
        test.cedar:1:44: there is no function `foo`
          permit(principal, action, resource) when { foo(1) && bar };
                                                     ^^^\
        """,
        thrown.errors().getFirst().withCaret());
  }

  @Test
  void idsAreByPositionAndSpansCoverAnnotations() throws Exception {
    String text =
        "permit(principal,action,resource); @id(\"x\")\nforbid(principal,action,resource);";
    var read = policies(text);
    assertEquals("policy1", read.get(1).id());
    assertEquals("x", read.get(1).annotations().get("id"));
    assertEquals(text.substring(35), read.get(1).span().text());
    assertTrue(
        policies("permit(principal in ?principal,action,resource);").getFirst().isTemplate());
    assertFalse(read.get(1).isTemplate());
  }

  @Test
  void tokensKeepTheCommentsBeforeThem() {
    var errors = new SourceErrors();
    var tokens = Lexer.tokens(new Source("t", "// one\na // two\r\n// three\n"), errors);
    assertEquals(List.of("// one"), texts(tokens.getFirst()));
    assertEquals(List.of("// two", "// three"), texts(tokens.getLast()));
    assertTrue(errors.isEmpty());
  }

  private static List<String> texts(Token token) {
    return token.comments().stream().map(Span::text).toList();
  }

  @Test
  void whatIsDeepWithinTheBoundsIsRead() throws Exception {
    expr("(".repeat(240) + "1" + ")".repeat(240));
    expr("principal" + ".a".repeat(590));
    expr("true" + " && true".repeat(590));
    expr("[".repeat(240) + "]".repeat(240));
    String both = "(".repeat(1) + "principal" + ".a".repeat(590) + ")" + ".b".repeat(590);
    assertThrows(SourceException.class, () -> expr(both));
  }

  @Test
  void anEntityUidIsReadByItself() throws Exception {
    assertEquals(
        EntityUid.of("A::B", "c\"d"), PolicyParser.entityUid(new Source("t", "A::B::\"c\\\"d\"")));
    assertThrows(SourceException.class, () -> PolicyParser.entityUid(new Source("t", "principal")));
  }
}
