package dev.ostiary.cedar.explain;

import dev.ostiary.cedar.Authorizer;
import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.PolicyError;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.Response;
import dev.ostiary.cedar.Trace;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Policy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * One decision with what led to it. Immutable.
 *
 * @param decision the same as {@link Authorizer#isAuthorized} gives
 * @param determining the policies that decided, with what made them apply
 * @param candidates every policy whose scope matched, with the clause that stopped it where one did
 * @param errors policies that could not be evaluated
 * @param nearest where nothing permits, the permits of which the least is missing: three at most,
 *     the nearest first
 */
public record Explanation(
    Request request,
    Decision decision,
    List<Clauses> determining,
    List<Trace> candidates,
    List<PolicyError> errors,
    List<Clauses> nearest) {
  private static final int MOST_NEAREST = 3;

  public Explanation {
    determining = List.copyOf(determining);
    candidates = List.copyOf(candidates);
    errors = List.copyOf(errors);
    nearest = List.copyOf(nearest);
  }

  /**
   * A policy and what has to hold for it to apply.
   *
   * @param requirements in the order of evaluation
   */
  public record Clauses(Policy policy, List<Requirement> requirements) {
    public Clauses {
      requirements = List.copyOf(requirements);
    }

    /** What would have to become true for the policy to apply; empty if it does. */
    public List<Requirement> unmet() {
      return requirements.stream().filter(requirement -> !requirement.holds()).toList();
    }

    /** No change of data turns one type of entity into another. */
    private boolean isForOtherTypes() {
      return unmet().stream().anyMatch(requirement -> requirement.clause() instanceof Expr.Is);
    }
  }

  /** Explains the decision. For people, not for the hot path: it takes time for every policy. */
  public static Explanation of(Request request, PolicySet policies, Entities entities) {
    Response response = Authorizer.isAuthorized(request, policies, entities);
    var requirements = new Requirements(request, entities);
    var determining =
        response.reasons().stream()
            .map(policy -> new Clauses(policy, requirements.of(policy)))
            .toList();
    var candidates = new ArrayList<Trace>();
    var near = new ArrayList<Clauses>();
    boolean permitted = false;
    for (Trace trace : Authorizer.trace(request, policies, entities)) {
      boolean permit = trace.policy().effect() == Policy.Effect.PERMIT;
      boolean applied = trace.outcome() instanceof Trace.Applied;
      permitted |= permit && applied;
      if (!(trace.outcome() instanceof Trace.ScopeMismatch(var variables))) candidates.add(trace);
      else if (variables.contains(Expr.Variable.Name.ACTION)) continue;
      if (permit && !applied)
        near.add(new Clauses(trace.policy(), requirements.of(trace.policy())));
    }
    near.sort(
        Comparator.comparing(Clauses::isForOtherTypes)
            .thenComparingInt(clauses -> clauses.unmet().size()));
    if (permitted) near.clear();
    return new Explanation(
        request,
        response.decision(),
        determining,
        candidates,
        response.errors(),
        near.subList(0, Math.min(MOST_NEAREST, near.size())));
  }

  /** As text of a few lines, with the values that {@code mask} lets through. */
  public String text(Mask mask) {
    return new ExplanationText(this, mask).toString();
  }

  /** As text, with all values. */
  @Override
  public String toString() {
    return text(Mask.NONE);
  }
}
