package dev.ostiary.cedar.syntax;

import java.util.ArrayDeque;
import java.util.List;

/** Compares expressions node by node, and not by recursion, which a long chain has no stack for. */
public final class SameTree {
  private SameTree() {}

  private record Pair(Expr a, Expr b) {}

  /** Whether the expressions are the same, wherever they are written. */
  public static boolean sayTheSame(Expr a, Expr b) {
    return isSame(a, b, false);
  }

  /** Whether the expressions are the same, and written in the same places. */
  static boolean isSame(Expr a, Expr b) {
    return isSame(a, b, true);
  }

  private static boolean isSame(Expr a, Expr b, boolean withPlaces) {
    var pending = new ArrayDeque<Pair>();
    pending.push(new Pair(a, b));
    while (!pending.isEmpty()) {
      Pair pair = pending.pop();
      if (withPlaces && !pair.a.span().equals(pair.b.span())) return false;
      if (!isSameNode(pair.a, pair.b, pending)) return false;
    }
    return true;
  }

  /** Whether the nodes are the same but for what is below them, which is added to {@code below}. */
  private static boolean isSameNode(Expr a, Expr b, ArrayDeque<Pair> below) {
    List<Expr> ofA = children(a);
    List<Expr> ofB = children(b);
    if (ofA.size() != ofB.size()) return false;
    for (int i = 0; i < ofA.size(); i++) below.push(new Pair(ofA.get(i), ofB.get(i)));
    return switch (a) {
      case Expr.Literal(var value, _) ->
          b instanceof Expr.Literal(var other, _) && value.equals(other);
      case Expr.Variable(var name, _) -> b instanceof Expr.Variable(var other, _) && name == other;
      case Expr.Unknown(var name, _) ->
          b instanceof Expr.Unknown(var other, _) && name.equals(other);
      case Expr.Binary(var operator, _, _, _) ->
          b instanceof Expr.Binary(var other, _, _, _) && operator == other;
      case Expr.Like(_, var pattern, _) ->
          b instanceof Expr.Like(_, var other, _) && pattern.equals(other);
      case Expr.Is(_, var type, _) -> b instanceof Expr.Is(_, var other, _) && type.equals(other);
      case Expr.GetAttribute(_, var name, _) ->
          b instanceof Expr.GetAttribute(_, var other, _) && name.equals(other);
      case Expr.HasAttribute(_, var name, _) ->
          b instanceof Expr.HasAttribute(_, var other, _) && name.equals(other);
      case Expr.RecordLiteral(var entries, _) ->
          b instanceof Expr.RecordLiteral(var others, _) && names(entries).equals(names(others));
      case Expr.Call(var function, _, _) ->
          b instanceof Expr.Call(var other, _, _) && function == other;
      case Expr.If _, Expr.Or _, Expr.And _, Expr.Not _, Expr.Negate _, Expr.IsEmpty _ ->
          a.getClass() == b.getClass();
      case Expr.SetLiteral _ -> b instanceof Expr.SetLiteral;
    };
  }

  private static List<String> names(List<Expr.RecordLiteral.Entry> entries) {
    return entries.stream().map(Expr.RecordLiteral.Entry::name).toList();
  }

  private static List<Expr> children(Expr expr) {
    return switch (expr) {
      case Expr.Literal _, Expr.Variable _, Expr.Unknown _ -> List.of();
      case Expr.If(Expr condition, Expr yes, Expr no, _) -> List.of(condition, yes, no);
      case Expr.Or(Expr left, Expr right, _) -> List.of(left, right);
      case Expr.And(Expr left, Expr right, _) -> List.of(left, right);
      case Expr.Not(Expr argument, _) -> List.of(argument);
      case Expr.Negate(Expr argument, _) -> List.of(argument);
      case Expr.Binary(_, Expr left, Expr right, _) -> List.of(left, right);
      case Expr.IsEmpty(Expr argument, _) -> List.of(argument);
      case Expr.Like(Expr argument, _, _) -> List.of(argument);
      case Expr.Is(Expr argument, _, _) -> List.of(argument);
      case Expr.GetAttribute(Expr argument, _, _) -> List.of(argument);
      case Expr.HasAttribute(Expr argument, _, _) -> List.of(argument);
      case Expr.SetLiteral(List<Expr> elements, _) -> elements;
      case Expr.RecordLiteral(var entries, _) ->
          entries.stream().map(Expr.RecordLiteral.Entry::value).toList();
      case Expr.Call(_, List<Expr> arguments, _) -> arguments;
    };
  }
}
