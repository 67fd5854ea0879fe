package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.ScopeExpression;
import java.util.ArrayList;
import java.util.List;

/**
 * A policy as the expressions that must all be true, in the order of evaluation: its scope, then
 * its conditions. The scope is as {@link ScopeExpression} makes it.
 */
final class Conditions {
  private Conditions() {}

  static List<Expr> of(Policy policy, ScopePlaces places) {
    var all = new ArrayList<Expr>(3 + policy.conditions().size());
    all.add(ScopeExpression.principal(policy.principal(), places.principal()));
    all.add(ScopeExpression.action(policy.action(), places.action()));
    all.add(ScopeExpression.resource(policy.resource(), places.resource()));
    for (Policy.Condition condition : policy.conditions())
      all.add(
          switch (condition.kind()) {
            case WHEN -> condition.body();
            case UNLESS -> new Expr.Not(condition.body(), condition.body().span());
          });
    if (policy.conditions().isEmpty()) all.add(new Expr.Literal(BoolValue.TRUE, policy.span()));
    return all;
  }
}
