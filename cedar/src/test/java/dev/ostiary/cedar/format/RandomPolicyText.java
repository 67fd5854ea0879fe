package dev.ostiary.cedar.format;

import dev.ostiary.cedar.syntax.Lexer;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceErrors;
import dev.ostiary.cedar.syntax.Token;
import java.util.SplittableRandom;

/** Policies of every syntactic form that read without error, with comments where one likes. */
public final class RandomPolicyText {
  private final SplittableRandom random;

  public RandomPolicyText(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** One policy or template. */
  public String policy() {
    var text = new StringBuilder();
    if (random.nextInt(3) == 0) text.append("@id(\"x").append(random.nextInt(99)).append("\") ");
    if (random.nextInt(4) == 0) text.append("@note(\"it's\\n\\u{e9}\") @bare ");
    text.append(pick("permit", "forbid")).append('(');
    text.append(
        pick(
            "principal",
            "principal == User::\"a\"",
            "principal in G::\"b\"",
            "principal is A::User",
            "principal is User in G::\"b\"",
            "principal == ?principal",
            "principal is User in ?principal"));
    text.append(", ");
    text.append(
        pick(
            "action",
            "action == Action::\"v\"",
            "action in Action::\"v\"",
            "action in []",
            "action in [Action::\"v\", N::Action::\"an action with a rather long name of its"
                + " own\"]"));
    text.append(", ").append(pick("resource", "resource in G::\"b\"", "resource in ?resource"));
    text.append(random.nextInt(8) == 0 ? ",)" : ")");
    for (int i = random.nextInt(3); i > 0; i--)
      text.append(pick(" when { ", " unless { "))
          .append(expression(1 + random.nextInt(4)))
          .append(" }");
    return text.append(";\n").toString();
  }

  /** An expression of at most that many levels. */
  public String expression(int depth) {
    if (depth <= 0)
      return pick(
          "1",
          "007",
          "true",
          "\"s'\\\"x\"",
          "principal",
          "resource.x",
          "context[\"if\"]",
          "A::B::\"x y\"",
          "-9223372036854775808",
          "--5",
          "-principal.age",
          "!!true",
          "[]",
          "{}");
    String a = "(" + expression(depth - 1) + ")";
    return switch (random.nextInt(20)) {
      case 0 -> a + " && " + operand(depth) + " && true";
      case 1 -> a + " || " + operand(depth) + " || 1 == 2 && false";
      case 2 -> a + pick(" == ", " != ", " < ", " <= ", " > ", " >= ", " in ") + operand(depth);
      case 3 -> "!" + a;
      case 4 -> a + " + 1 - " + operand(depth) + " * 2";
      case 5 -> "if " + a + " then " + expression(depth - 1) + " else " + expression(depth - 1);
      case 6 -> "[" + a + ", " + expression(depth - 1) + pick("]", ",]");
      case 7 -> "{some_name: " + a + ", \"k k\": " + expression(depth - 1) + pick("}", ",}");
      case 8 -> a + pick(".contains(", ".hasTag(", ".containsAll(") + expression(depth - 1) + ")";
      case 9 -> a + ".isEmpty()";
      case 10 -> a + " like \"a*b\\*'\\u{1F600}\"";
      case 11 -> a + " has " + pick("a", "a.b.c", "\"q q\"");
      case 12 -> a + " is A::B" + pick("", " in principal", " in [G::\"y\"]");
      case 13 -> "principal is A && principal in resource && principal has a && principal.a has b";
      case 14 -> "principal.anAttribute.another[\"x\"].oneMore.lessThan(decimal(\"1.0\"))";
      case 15 -> "ip(\"1.2.3.4\").isInRange(ip(\"10.0.0.0/8\"))";
      default -> a;
    };
  }

  /** {@code text} with comments between its tokens, each with another number. */
  public String commented(String text) {
    var out = new StringBuilder();
    int comment = 0;
    for (var token : Lexer.tokens(new Source("", text), new SourceErrors())) {
      if (random.nextInt(8) == 0)
        out.append(
            pick(
                "\n// a line of its own " + comment++ + "\n",
                " // behind " + comment++ + "\n",
                " // \"quoted " + comment++ + "\n  // more " + comment++ + "\n\n"));
      if (token.kind() != Token.Kind.END) out.append(token.text()).append(pick(" ", "\n"));
    }
    return out.toString();
  }

  private String operand(int depth) {
    return "(" + expression(depth - 1) + ")";
  }

  private String pick(String... texts) {
    return texts[random.nextInt(texts.length)];
  }
}
