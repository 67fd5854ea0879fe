package dev.ostiary.sidecar.cli.cedar;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Expr.Binary.Operator;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Policy.Condition;
import dev.ostiary.cedar.syntax.Scope;
import dev.ostiary.cedar.syntax.Span;
import dev.ostiary.cedar.syntax.Sugar;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * Policies in the few forms that the reference implementation keeps: one {@code when}, no {@code
 * !=}, {@code >} and {@code >=}, no {@code is … in}, and no conjunction of literals. The meaning is
 * the same.
 */
final class CoreForm {
  private CoreForm() {}

  static Policy of(Policy policy) {
    Expr condition = null;
    for (var each : policy.conditions().reversed()) {
      Expr body = of(each.body());
      if (each.kind() == Condition.Kind.UNLESS) body = new Expr.Not(body, each.span());
      condition = condition == null ? body : and(body, condition, each.span());
    }
    var conditions =
        condition == null
            ? List.<Condition>of()
            : List.of(new Condition(Condition.Kind.WHEN, condition, Span.NONE));
    var action =
        policy.action() instanceof Scope.ActionIn(var uid)
            ? new Scope.ActionInList(List.of(uid))
            : policy.action();
    return new Policy(
        policy.id(),
        new TreeMap<>(policy.annotations()),
        policy.effect(),
        policy.principal(),
        action,
        policy.resource(),
        conditions,
        policy.span());
  }

  /** A new tree, so that no part of it is shared. */
  static Expr of(Expr expr) {
    return switch (expr) {
      case Expr.Literal(var value, var span) -> new Expr.Literal(value, span);
      case Expr.Variable(var name, var span) -> new Expr.Variable(name, span);
      case Expr.Unknown(var name, var span) -> new Expr.Unknown(name, span);
      case Expr.If(var condition, var yes, var no, var span) ->
          new Expr.If(of(condition), of(yes), of(no), span);
      case Expr.Or or -> disjunction(or);
      case Expr.And and -> Sugar.of(and).map(CoreForm::of).orElseGet(() -> conjunction(and));
      case Expr.Not(var argument, var span) -> new Expr.Not(of(argument), span);
      case Expr.Negate(var argument, var span) -> new Expr.Negate(of(argument), span);
      case Expr.Binary(var operator, var left, var right, var span) ->
          binary(operator, of(left), of(right), span);
      case Expr.IsEmpty(var argument, var span) -> new Expr.IsEmpty(of(argument), span);
      case Expr.Like(var argument, var pattern, var span) ->
          new Expr.Like(of(argument), pattern, span);
      case Expr.Is(var argument, var type, var span) -> new Expr.Is(of(argument), type, span);
      case Expr.GetAttribute(var argument, var name, var span) ->
          new Expr.GetAttribute(of(argument), name, span);
      case Expr.HasAttribute(var argument, var name, var span) ->
          new Expr.HasAttribute(of(argument), name, span);
      case Expr.SetLiteral(var elements, var span) ->
          new Expr.SetLiteral(elements.stream().map(CoreForm::of).toList(), span);
      case Expr.RecordLiteral(var entries, var span) ->
          new Expr.RecordLiteral(
              entries.stream()
                  .map(entry -> new Expr.RecordLiteral.Entry(entry.name(), of(entry.value())))
                  .sorted(Comparator.comparing(Expr.RecordLiteral.Entry::name))
                  .toList(),
              span);
      case Expr.Call(var function, var arguments, var span) ->
          new Expr.Call(function, arguments.stream().map(CoreForm::of).toList(), span);
    };
  }

  private static Expr of(Sugar sugar) {
    return switch (sugar) {
      case Sugar.IsIn(var argument, var type, var group) ->
          new Expr.And(
              new Expr.Is(of(argument), type, Span.NONE),
              new Expr.Binary(Operator.IN, of(argument), of(group), Span.NONE),
              Span.NONE);
      case Sugar.HasPath(var argument, var path) -> Sugar.hasPath(of(argument), path, Span.NONE);
    };
  }

  private static Expr conjunction(Expr.And and) {
    var chain = new ArrayDeque<Expr.And>();
    Expr first = and;
    for (; first instanceof Expr.And next && Sugar.of(next).isEmpty(); first = next.left())
      chain.push(next);
    Expr all = of(first);
    for (Expr.And next : chain) all = and(all, of(next.right()), next.span());
    return all;
  }

  private static Expr disjunction(Expr.Or or) {
    var chain = new ArrayDeque<Expr.Or>();
    Expr first = or;
    for (; first instanceof Expr.Or next; first = next.left()) chain.push(next);
    Expr any = of(first);
    for (Expr.Or next : chain) any = or(any, of(next.right()), next.span());
    return any;
  }

  private static Expr and(Expr left, Expr right, Span span) {
    if (left instanceof Expr.Literal(BoolValue a, _)
        && right instanceof Expr.Literal(BoolValue b, _))
      return new Expr.Literal(BoolValue.of(a.value() && b.value()), span);
    return new Expr.And(left, right, span);
  }

  private static Expr or(Expr left, Expr right, Span span) {
    if (left instanceof Expr.Literal(BoolValue a, _)
        && right instanceof Expr.Literal(BoolValue b, _))
      return new Expr.Literal(BoolValue.of(a.value() || b.value()), span);
    return new Expr.Or(left, right, span);
  }

  private static Expr binary(Operator operator, Expr left, Expr right, Span span) {
    return switch (operator) {
      case NOT_EQUAL -> new Expr.Not(new Expr.Binary(Operator.EQUAL, left, right, span), span);
      case GREATER ->
          new Expr.Not(new Expr.Binary(Operator.LESS_OR_EQUAL, left, right, span), span);
      case GREATER_OR_EQUAL ->
          new Expr.Not(new Expr.Binary(Operator.LESS, left, right, span), span);
      case EQUAL,
          LESS,
          LESS_OR_EQUAL,
          IN,
          ADD,
          SUBTRACT,
          MULTIPLY,
          CONTAINS,
          CONTAINS_ALL,
          CONTAINS_ANY,
          HAS_TAG,
          GET_TAG ->
          new Expr.Binary(operator, left, right, span);
    };
  }
}
