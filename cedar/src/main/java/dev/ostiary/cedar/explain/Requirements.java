package dev.ostiary.cedar.explain;

import dev.ostiary.cedar.Authorizer;
import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.Trace;
import dev.ostiary.cedar.Trace.Observation;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Policy.Condition;
import dev.ostiary.cedar.syntax.Scope;
import dev.ostiary.cedar.syntax.ScopeExpression;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.cedar.syntax.Span;
import dev.ostiary.cedar.syntax.Sugar;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * Takes a policy apart and asks each part by itself. A part is evaluated as a policy of its own
 * with that one condition, so there is no second evaluator that could disagree.
 */
final class Requirements {
  private final Request request;
  private final Entities entities;

  Requirements(Request request, Entities entities) {
    this.request = request;
    this.entities = entities;
  }

  /**
   * What has to hold for {@code policy} to apply, in the order of evaluation. It applies exactly if
   * all hold. Left out is what has no value because a part before it, which guards it, does not
   * hold.
   */
  List<Requirement> of(Policy policy) {
    var all = new ArrayList<>(scope(policy));
    for (Condition condition : policy.conditions()) {
      boolean guarded = all.stream().anyMatch(part -> !part.holds());
      for (Expr part : parts(condition)) {
        Requirement requirement = ask(part, condition.kind() == Condition.Kind.WHEN);
        if (guarded && requirement.error().isPresent()) continue;
        all.add(requirement);
        guarded |= !requirement.holds();
      }
    }
    return all;
  }

  private List<Requirement> scope(Policy policy) {
    var said = new ArrayList<Expr>();
    if (!(policy.principal() instanceof Scope.Any))
      said.add(ScopeExpression.principal(policy.principal(), Span.NONE));
    if (!(policy.action() instanceof Scope.Any))
      said.add(ScopeExpression.action(policy.action(), Span.NONE));
    if (!(policy.resource() instanceof Scope.Any))
      said.add(ScopeExpression.resource(policy.resource(), Span.NONE));
    return said.stream().map(expr -> ask(expr, true)).toList();
  }

  /** The operands of {@code &&} in a {@code when}, of {@code ||} in an {@code unless}. */
  private static List<Expr> parts(Condition condition) {
    boolean when = condition.kind() == Condition.Kind.WHEN;
    var parts = new ArrayList<Expr>();
    var open = new ArrayDeque<Expr>();
    open.push(condition.body());
    while (!open.isEmpty())
      switch (open.pop()) {
        case Expr.And and when when && Sugar.of(and).isEmpty() -> {
          open.push(and.right());
          open.push(and.left());
        }
        case Expr.Or or when !when -> {
          open.push(or.right());
          open.push(or.left());
        }
        case Expr part -> parts.add(part);
      }
    return parts;
  }

  private Requirement ask(Expr clause, boolean wanted) {
    return switch (outcome(clause, wanted)) {
      case Trace.Applied _ ->
          new Requirement(clause, wanted, true, seen(clause, !wanted), Optional.empty());
      case Trace.ConditionFalse _ ->
          new Requirement(clause, wanted, false, seen(clause, wanted), Optional.empty());
      case Trace.Failed(var error) ->
          new Requirement(clause, wanted, false, List.of(), Optional.of(error));
      case Trace.ScopeMismatch _ -> throw new AssertionError("the part has no scope");
    };
  }

  /** What the clause was decided on, which a trace tells where a wish is not met. */
  private List<Observation> seen(Expr clause, boolean wanted) {
    return outcome(clause, wanted) instanceof Trace.ConditionFalse(_, _, var observed)
        ? observed
        : List.of();
  }

  private Trace.Outcome outcome(Expr clause, boolean wanted) {
    var kind = wanted ? Condition.Kind.WHEN : Condition.Kind.UNLESS;
    var part =
        new Policy(
            "part",
            new LinkedHashMap<>(),
            Policy.Effect.PERMIT,
            new Scope.Any(),
            new Scope.Any(),
            new Scope.Any(),
            List.of(new Condition(kind, clause, clause.span())),
            Span.NONE);
    try {
      var set = PolicySet.of(List.of(part), List.of());
      return Authorizer.trace(request, set, entities).getFirst().outcome();
    } catch (SourceException impossible) {
      throw new AssertionError("one policy and no links make a set", impossible);
    }
  }
}
