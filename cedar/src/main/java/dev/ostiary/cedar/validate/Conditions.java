package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Policy.Slot;
import dev.ostiary.cedar.syntax.Scope;
import dev.ostiary.cedar.syntax.Span;
import java.util.ArrayList;
import java.util.List;

/**
 * A policy as the expressions that must all be true, in the order of evaluation: its scope, then
 * its conditions. A slot becomes the {@link Expr.Unknown} of its notation.
 */
final class Conditions {
  private Conditions() {}

  static List<Expr> of(Policy policy, ScopePlaces places) {
    var all = new ArrayList<Expr>(3 + policy.conditions().size());
    all.add(
        of(policy.principal(), Expr.Variable.Name.PRINCIPAL, Slot.PRINCIPAL, places.principal()));
    all.add(of(policy.action(), places.action()));
    all.add(of(policy.resource(), Expr.Variable.Name.RESOURCE, Slot.RESOURCE, places.resource()));
    for (Policy.Condition condition : policy.conditions())
      all.add(
          switch (condition.kind()) {
            case WHEN -> condition.body();
            case UNLESS -> new Expr.Not(condition.body(), condition.body().span());
          });
    if (policy.conditions().isEmpty()) all.add(new Expr.Literal(BoolValue.TRUE, policy.span()));
    return all;
  }

  private static Expr of(Scope.OfEntity scope, Expr.Variable.Name name, Slot slot, Span span) {
    var variable = new Expr.Variable(name, span);
    return switch (scope) {
      case Scope.Any() -> new Expr.Literal(BoolValue.TRUE, span);
      case Scope.Equal(var entity) ->
          new Expr.Binary(Expr.Binary.Operator.EQUAL, variable, of(entity, slot, span), span);
      case Scope.In(var entity) -> in(variable, of(entity, slot, span), span);
      case Scope.Is(var type) -> new Expr.Is(variable, type, span);
      case Scope.IsIn(var type, var entity) ->
          new Expr.And(
              new Expr.Is(variable, type, span), in(variable, of(entity, slot, span), span), span);
    };
  }

  private static Expr of(Scope.OfAction scope, Span span) {
    var action = new Expr.Variable(Expr.Variable.Name.ACTION, span);
    return switch (scope) {
      case Scope.Any() -> new Expr.Literal(BoolValue.TRUE, span);
      case Scope.ActionEqual(var uid) ->
          new Expr.Binary(Expr.Binary.Operator.EQUAL, action, new Expr.Literal(uid, span), span);
      case Scope.ActionIn(var uid) ->
          in(action, new Expr.SetLiteral(List.of(new Expr.Literal(uid, span)), span), span);
      case Scope.ActionInList(var uids) ->
          in(
              action,
              new Expr.SetLiteral(
                  uids.stream().<Expr>map(uid -> new Expr.Literal(uid, span)).toList(), span),
              span);
    };
  }

  private static Expr in(Expr left, Expr right, Span span) {
    return new Expr.Binary(Expr.Binary.Operator.IN, left, right, span);
  }

  private static Expr of(Scope.Reference reference, Slot slot, Span span) {
    return switch (reference) {
      case Scope.Reference.Entity(var uid) -> new Expr.Literal(uid, span);
      case Scope.Reference.Slot() -> new Expr.Unknown(slot.notation(), span);
    };
  }
}
