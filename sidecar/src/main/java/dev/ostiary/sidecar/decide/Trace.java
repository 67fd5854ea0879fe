package dev.ostiary.sidecar.decide;

import dev.ostiary.cedar.Authorizer;
import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.EvaluationError;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.Response;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Policy.Condition;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.cedar.syntax.Span;
import dev.ostiary.v1.Effect;
import dev.ostiary.v1.Outcome;
import dev.ostiary.v1.PolicyOutcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What each policy said to a request, clause by clause. The clauses are asked of the engine one by
 * one, as policies of their own, so that there is no second evaluator that could say otherwise.
 */
final class Trace {
  private final Request request;
  private final Entities entities;

  private Trace(Request request, Entities entities) {
    this.request = request;
    this.entities = entities;
  }

  /** The policies' scopes alone, as permits: what it answers with are policies that could match. */
  static PolicySet scopes(List<Policy> policies) {
    return set(policies.stream().map(policy -> asking(policy, List.of())).toList());
  }

  /** What every policy said whose scope matches, by id. */
  static List<PolicyOutcome> of(Rules rules, Request request, Entities entities) {
    var trace = new Trace(request, entities);
    var outcomes = new ArrayList<PolicyOutcome>();
    for (Policy scope : Authorizer.isAuthorized(request, rules.scopes(), entities).reasons())
      outcomes.add(trace.outcome(rules.policy(scope.id())));
    outcomes.sort(Comparator.comparing(PolicyOutcome::getPolicyId));
    return outcomes;
  }

  private PolicyOutcome outcome(Policy policy) {
    var outcome =
        PolicyOutcome.newBuilder()
            .setPolicyId(policy.id())
            .setEffect(
                switch (policy.effect()) {
                  case PERMIT -> Effect.EFFECT_PERMIT;
                  case FORBID -> Effect.EFFECT_FORBID;
                });
    for (Condition condition : policy.conditions()) {
      for (Condition clause : clauses(condition)) {
        Response response = ask(policy, clause);
        if (!response.errors().isEmpty()) {
          EvaluationError error = response.errors().getFirst().error();
          return outcome
              .setOutcome(Outcome.OUTCOME_ERRORED)
              .setClause(clause.body().span().text())
              .setLocation(error.span().toString())
              .setMessage(Outcomes.message(error))
              .build();
        }
        if (response.decision() == Decision.DENY) {
          Span span = clause.body().span();
          return outcome
              .setOutcome(Outcome.OUTCOME_CONDITION_FALSE)
              .setClause(span.text())
              .setLocation(span.toString())
              .build();
        }
      }
    }
    return outcome.setOutcome(Outcome.OUTCOME_APPLIES).build();
  }

  private Response ask(Policy policy, Condition clause) {
    return Authorizer.isAuthorized(
        request, set(List.of(asking(policy, List.of(clause)))), entities);
  }

  /** What a {@code when} joins by {@code &&} are clauses; an {@code unless} is one. */
  private static List<Condition> clauses(Condition condition) {
    if (condition.kind() == Condition.Kind.UNLESS) return List.of(condition);
    var clauses = new ArrayList<Condition>();
    split(condition.body(), clauses);
    return clauses;
  }

  private static void split(Expr expr, List<Condition> clauses) {
    // Chains are long to the left, so only what is right of an operator is split in turn.
    var behind = new ArrayDeque<Expr>();
    Expr first = expr;
    // What was written as one, such as `has a.b`, stays one: its halves have the same span.
    while (first instanceof Expr.And(var left, var right, var span)
        && !left.span().equals(span)
        && !right.span().equals(span)) {
      behind.push(right);
      first = left;
    }
    clauses.add(new Condition(Condition.Kind.WHEN, first, first.span()));
    for (Expr right : behind) split(right, clauses);
  }

  private static Policy asking(Policy policy, List<Condition> conditions) {
    return new Policy(
        policy.id(),
        policy.annotations(),
        Policy.Effect.PERMIT,
        policy.principal(),
        policy.action(),
        policy.resource(),
        conditions,
        policy.span());
  }

  private static PolicySet set(List<Policy> policies) {
    try {
      return PolicySet.of(policies, List.of());
    } catch (SourceException e) {
      throw new IllegalArgumentException(e); // ids are unique and there is no template
    }
  }
}
