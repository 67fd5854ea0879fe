package dev.ostiary.sidecar.decide;

import dev.ostiary.cedar.Authorizer;
import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.EntitiesException;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.Response;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Scope;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.sidecar.bundle.AdminPolicies;
import dev.ostiary.sidecar.decide.Caller.Right;
import java.util.List;
import java.util.Set;

/** The sidecar's own policies, compiled. They are evaluated by the same engine as everybody's. */
final class AdminRules {
  private final AdminPolicies source;
  private final PolicySet policies;
  private final Entities actions;
  private final List<Policy> depending;

  AdminRules(AdminPolicies source) {
    this.source = source;
    try {
      this.policies = PolicySet.of(source.policies(), List.of());
      this.actions = Entities.of(source.schema().actionEntities());
    } catch (SourceException | EntitiesException e) {
      throw new IllegalArgumentException(e); // ids are unique, and actions are no groups
    }
    this.depending = source.policies().stream().filter(AdminRules::readsContext).toList();
  }

  private static boolean readsContext(Policy policy) {
    return policy.conditions().stream().anyMatch(condition -> readsContext(condition.body()));
  }

  private static boolean readsContext(Expr expr) {
    return (expr instanceof Expr.Variable(var name, _) && name == Expr.Variable.Name.CONTEXT)
        || expr.operands().stream().anyMatch(AdminRules::readsContext);
  }

  /** Whether these are {@code policies} compiled. */
  boolean isOf(AdminPolicies policies) {
    return source == policies;
  }

  /** Whether the answer depends on more than on the caller. */
  boolean depends(Entity caller, Right right) {
    return depending.stream()
        .anyMatch(policy ->
            TimeReading.concerns(policy, right.action(), source.schema())
                && matches(policy.resource(), right.resource(), Set.of())
                && matches(policy.principal(), caller.uid(), caller.parents()));
  }

  private static boolean matches(Scope.OfEntity scope, EntityUid uid, Set<EntityUid> parents) {
    return switch (scope) {
      case Scope.Any _ -> true;
      case Scope.Equal(var reference) -> isOf(reference, uid, Set.of());
      case Scope.In(var reference) -> isOf(reference, uid, parents);
      case Scope.Is(var type) -> type.equals(uid.type());
      case Scope.IsIn(var type, var reference) ->
          type.equals(uid.type()) && isOf(reference, uid, parents);
    };
  }

  private static boolean isOf(Scope.Reference scope, EntityUid uid, Set<EntityUid> parents) {
    return switch (scope) {
      case Scope.Reference.Entity(var named) -> named.equals(uid) || parents.contains(named);
      case Scope.Reference.Slot() -> false;
    };
  }

  /** Whether {@code caller} may do that. A forbid that has no value forbids. */
  boolean allows(Entity caller, Right right, RecordValue context) {
    Entities entities;
    try {
      entities = actions.with(caller);
    } catch (EntitiesException e) {
      throw new IllegalArgumentException(e); // a caller is no group
    }
    var request = new Request(caller.uid(), right.action(), right.resource(), context);
    Response response = Authorizer.isAuthorized(request, policies, entities);
    return response.decision() == Decision.ALLOW
        && response.errors().stream()
            .noneMatch(error -> error.policy().effect() == Policy.Effect.FORBID);
  }
}
