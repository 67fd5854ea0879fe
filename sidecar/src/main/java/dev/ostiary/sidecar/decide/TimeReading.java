package dev.ostiary.sidecar.decide;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Scope;
import dev.ostiary.sidecar.bundle.ReservedContext;
import java.util.List;

/**
 * How policies depend on the time.
 *
 * <p>One that reads {@code context.now} only as that attribute has no value when it comes to read
 * it and the context lacks it, since Cedar swallows no error. So a decision that is made without
 * {@code now}, and without an error, never read it, and is the same at any time. This does not hold
 * for one that asks whether {@code now} is there, or looks at the context as a whole.
 */
final class TimeReading {
  private TimeReading() {}

  /** How a policy depends on the time, least first. */
  enum Kind {
    /** Not at all. */
    NEVER,
    /** By the attribute alone: where it is not there, reading it is an error. */
    AS_ATTRIBUTE,
    /** In a way that could go unnoticed. */
    OPAQUE;

    Kind or(Kind other) {
      return compareTo(other) >= 0 ? this : other;
    }
  }

  /** How the policy depends on the time. */
  static Kind of(Policy policy) {
    Kind kind = Kind.NEVER;
    for (Policy.Condition condition : policy.conditions()) kind = kind.or(of(condition.body()));
    return kind;
  }

  private static Kind of(Expr expr) {
    return switch (expr) {
      case Expr.Literal _, Expr.Unknown _ -> Kind.NEVER;
      case Expr.Variable(var name, _) ->
          name == Expr.Variable.Name.CONTEXT ? Kind.OPAQUE : Kind.NEVER;
      case Expr.GetAttribute(Expr.Variable variable, var attribute, _) ->
          isNow(variable, attribute) ? Kind.AS_ATTRIBUTE : Kind.NEVER;
      case Expr.GetAttribute(var argument, _, _) -> of(argument);
      case Expr.HasAttribute(Expr.Variable variable, var attribute, _) ->
          isNow(variable, attribute) ? Kind.OPAQUE : Kind.NEVER;
      case Expr.HasAttribute(var argument, _, _) -> of(argument);
      case Expr.If(var condition, var yes, var no, _) -> of(condition).or(of(yes)).or(of(no));
      case Expr.Or _, Expr.And _ -> of(expr.operands());
      case Expr.Not(var argument, _) -> of(argument);
      case Expr.Negate(var argument, _) -> of(argument);
      case Expr.Binary(_, var left, var right, _) -> of(left).or(of(right));
      case Expr.IsEmpty(var argument, _) -> of(argument);
      case Expr.Like(var argument, _, _) -> of(argument);
      case Expr.Is(var argument, _, _) -> of(argument);
      case Expr.SetLiteral(var elements, _) -> of(elements);
      case Expr.RecordLiteral(var entries, _) ->
          of(entries.stream().map(Expr.RecordLiteral.Entry::value).toList());
      case Expr.Call(_, var arguments, _) -> of(arguments);
    };
  }

  private static Kind of(List<Expr> all) {
    return all.stream().map(TimeReading::of).reduce(Kind.NEVER, Kind::or);
  }

  private static boolean isNow(Expr.Variable variable, String attribute) {
    return variable.name() == Expr.Variable.Name.CONTEXT
        && attribute.equals(ReservedContext.NOW.key());
  }

  /** Whether the policy's scope lets it apply to the action. */
  static boolean concerns(Policy policy, EntityUid action, Schema schema) {
    return switch (policy.action()) {
      case Scope.Any _ -> true;
      case Scope.ActionEqual(var uid) -> uid.equals(action);
      case Scope.ActionIn(var uid) -> isIn(action, uid, schema);
      case Scope.ActionInList(var uids) -> uids.stream().anyMatch(uid -> isIn(action, uid, schema));
    };
  }

  private static boolean isIn(EntityUid action, EntityUid group, Schema schema) {
    return action.equals(group) || schema.ancestors(action).contains(group);
  }
}
