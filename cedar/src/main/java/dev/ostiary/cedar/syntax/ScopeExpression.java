package dev.ostiary.cedar.syntax;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.syntax.Policy.Slot;

/**
 * What a scope says, as an expression of the same meaning: {@code true} where it says nothing. A
 * slot becomes the {@link Expr.Unknown} of its notation. The nodes have the span that is given.
 */
public final class ScopeExpression {
  private ScopeExpression() {}

  /** What the scope says of the principal. */
  public static Expr principal(Scope.OfEntity scope, Span span) {
    return of(scope, Expr.Variable.Name.PRINCIPAL, Slot.PRINCIPAL, span);
  }

  /** What the scope says of the resource. */
  public static Expr resource(Scope.OfEntity scope, Span span) {
    return of(scope, Expr.Variable.Name.RESOURCE, Slot.RESOURCE, span);
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

  /** What the scope says of the action. */
  public static Expr action(Scope.OfAction scope, Span span) {
    var action = new Expr.Variable(Expr.Variable.Name.ACTION, span);
    return switch (scope) {
      case Scope.Any() -> new Expr.Literal(BoolValue.TRUE, span);
      case Scope.ActionEqual(var uid) ->
          new Expr.Binary(Expr.Binary.Operator.EQUAL, action, new Expr.Literal(uid, span), span);
      case Scope.ActionIn(var uid) -> in(action, new Expr.Literal(uid, span), span);
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
