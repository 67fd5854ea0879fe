package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.syntax.Expr;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers for expressions of one policy: two have the same number exactly if they are written
 * alike, wherever they stand. What a capability is about is such a number, so that {@code principal
 * has a} vouches for any later {@code principal.a}.
 */
final class Shapes {
  private final IdentityHashMap<Expr, Integer> byNode = new IdentityHashMap<>();
  private final Map<List<Object>, Integer> byContent = new HashMap<>();

  /** The number of "{@code expr} has the attribute {@code name}". */
  int attribute(Expr expr, String name) {
    return number(List.of("attribute", of(expr), name));
  }

  /** The number of "{@code expr} has the tag that {@code key} names". */
  int tag(Expr expr, Expr key) {
    return number(List.of("tag", of(expr), of(key)));
  }

  private int of(Expr expr) {
    Integer known = byNode.get(expr);
    if (known != null) return known;
    // Chains are long to the left, so they are numbered from their first operand on.
    var chain = new ArrayDeque<Expr>();
    for (Expr e = expr; isLink(e) && !byNode.containsKey(e); e = e.parts().getFirst())
      chain.push(e);
    for (Expr e : chain) byNode.put(e, number(content(e)));
    if (!chain.isEmpty()) return number(content(expr));
    int number = number(content(expr));
    byNode.put(expr, number);
    return number;
  }

  private static boolean isLink(Expr expr) {
    return expr instanceof Expr.And || expr instanceof Expr.Or;
  }

  private int number(List<Object> content) {
    Integer known = byContent.putIfAbsent(content, byContent.size());
    return known == null ? byContent.size() - 1 : known;
  }

  private List<Object> content(Expr expr) {
    return switch (expr) {
      case Expr.Literal(var value, _) -> List.of("literal", value);
      case Expr.Variable(var name, _) -> List.of("variable", name);
      case Expr.Unknown(var name, _) -> List.of("unknown", name);
      case Expr.If(var condition, var yes, var no, _) ->
          List.of("if", of(condition), of(yes), of(no));
      case Expr.Or(var left, var right, _) -> List.of("or", of(left), of(right));
      case Expr.And(var left, var right, _) -> List.of("and", of(left), of(right));
      case Expr.Not(var argument, _) -> List.of("not", of(argument));
      case Expr.Negate(var argument, _) -> List.of("negate", of(argument));
      case Expr.Binary(var operator, var left, var right, _) ->
          List.of("binary", operator, of(left), of(right));
      case Expr.IsEmpty(var argument, _) -> List.of("isEmpty", of(argument));
      case Expr.Like(var argument, var pattern, _) -> List.of("like", of(argument), pattern);
      case Expr.Is(var argument, var type, _) -> List.of("is", of(argument), type);
      case Expr.GetAttribute(var argument, var name, _) -> List.of("get", of(argument), name);
      case Expr.HasAttribute(var argument, var name, _) -> List.of("has", of(argument), name);
      case Expr.SetLiteral(var elements, _) -> all("set", elements);
      case Expr.RecordLiteral(var entries, _) -> {
        var content = new ArrayList<Object>(List.of("record"));
        entries.stream()
            .sorted(Comparator.comparing(Expr.RecordLiteral.Entry::name))
            .forEach(entry -> {
              content.add(entry.name());
              content.add(of(entry.value()));
            });
        yield content;
      }
      case Expr.Call(var function, var arguments, _) -> {
        var content = all("call", arguments);
        content.add(function);
        yield content;
      }
    };
  }

  private List<Object> all(String kind, List<Expr> parts) {
    var content = new ArrayList<Object>(List.of(kind));
    for (Expr part : parts) content.add(of(part));
    return content;
  }
}
