package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.syntax.Expr;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Consumer;

/** Visits every node of an expression, a shared one once, however deep the expression is. */
final class SubExpressions {
  private SubExpressions() {}

  /** {@code root} first, then its parts in the order written. */
  static void visit(Expr root, Consumer<Expr> visitor) {
    var seen = Collections.newSetFromMap(new IdentityHashMap<Expr, Boolean>());
    var open = new ArrayDeque<Expr>();
    open.push(root);
    while (!open.isEmpty()) {
      Expr expr = open.pop();
      if (!seen.add(expr)) continue;
      visitor.accept(expr);
      for (Expr part : parts(expr).reversed()) open.push(part);
    }
  }

  /** The direct parts of {@code expr}, in the order written. */
  static List<Expr> parts(Expr expr) {
    return switch (expr) {
      case Expr.Literal _, Expr.Variable _, Expr.Unknown _ -> List.of();
      case Expr.If(var condition, var yes, var no, _) -> List.of(condition, yes, no);
      case Expr.Or(var left, var right, _) -> List.of(left, right);
      case Expr.And(var left, var right, _) -> List.of(left, right);
      case Expr.Not(var argument, _) -> List.of(argument);
      case Expr.Negate(var argument, _) -> List.of(argument);
      case Expr.Binary(_, var left, var right, _) -> List.of(left, right);
      case Expr.IsEmpty(var argument, _) -> List.of(argument);
      case Expr.Like(var argument, _, _) -> List.of(argument);
      case Expr.Is(var argument, _, _) -> List.of(argument);
      case Expr.GetAttribute(var argument, _, _) -> List.of(argument);
      case Expr.HasAttribute(var argument, _, _) -> List.of(argument);
      case Expr.SetLiteral(var elements, _) -> elements;
      case Expr.RecordLiteral(var entries, _) ->
          entries.stream().map(Expr.RecordLiteral.Entry::value).toList();
      case Expr.Call(_, var arguments, _) -> arguments;
    };
  }
}
