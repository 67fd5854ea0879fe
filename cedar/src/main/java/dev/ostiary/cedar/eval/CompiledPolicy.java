package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.store.StoredEntity;
import dev.ostiary.cedar.store.Vocabulary;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Scope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A policy ready for evaluation. Any thread may use it. */
public final class CompiledPolicy {
  private final Policy policy;
  private final int position;
  final Code conditions;

  /** Whether they were compiled from this policy, so that their spans are its own. */
  private final boolean areOwn;

  /** What tells where this policy failed; made when it is needed first, by any thread. */
  private @Nullable Code own;

  final Constraint principal;
  final Constraint resource;
  final List<EntityUid> actions;
  private final boolean anyAction;
  private final boolean exactAction;

  /** Whether there is more to match than being in what the scope names. */
  final boolean looksAtTypes;

  final boolean permits;

  /** The policy as the only reason of an answer. */
  final List<Policy> alone;

  /** What a scope says of principal or resource: below {@code uid} or it itself, of that type. */
  record Constraint(@Nullable EntityUid uid, boolean exact, @Nullable String type) {
    private static Constraint of(Scope.OfEntity scope) {
      return switch (scope) {
        case Scope.Any _ -> new Constraint(null, false, null);
        case Scope.Is(String type) -> new Constraint(null, false, Vocabulary.learned(type));
        case Scope.Equal(var entity) -> new Constraint(uid(entity), true, null);
        case Scope.In(var entity) -> new Constraint(uid(entity), false, null);
        case Scope.IsIn(String type, var entity) ->
            new Constraint(uid(entity), false, Vocabulary.learned(type));
      };
    }

    private static EntityUid uid(Scope.Reference reference) {
      return switch (reference) {
        case Scope.Reference.Entity(var uid) -> Vocabulary.learned(uid);
        case Scope.Reference.Slot() -> throw new IllegalArgumentException("a template's slot");
      };
    }

    boolean matches(Env env, EntityUid entity, @Nullable StoredEntity data) {
      return matchesBelow(entity) && (uid == null || env.store.isIn(entity, data, uid));
    }

    boolean looksAtTypes() {
      return type != null || exact;
    }

    /** Whether it matches an entity that is known to be {@code uid} or below it. */
    boolean matchesBelow(EntityUid entity) {
      return (type == null || type.equals(entity.type()))
          && (!exact || (uid != null && uid.equals(entity)));
    }
  }

  /**
   * A policy whose conditions are already compiled.
   *
   * @param policy without slots
   * @param conditions what the policy's say as well
   * @param position in its set, which is the order of reasons
   */
  CompiledPolicy(Policy policy, SharedConditions.Shared conditions, int position) {
    this.policy = policy;
    this.position = position;
    this.conditions = conditions.code();
    this.areOwn = conditions.conditions() == policy.conditions();
    this.principal = Constraint.of(policy.principal());
    this.resource = Constraint.of(policy.resource());
    this.looksAtTypes = principal.looksAtTypes() || resource.looksAtTypes();
    this.alone = List.of(policy);
    this.permits = policy.effect() == Policy.Effect.PERMIT;
    this.anyAction = policy.action() instanceof Scope.Any;
    this.exactAction = policy.action() instanceof Scope.ActionEqual;
    this.actions =
        switch (policy.action()) {
          case Scope.Any _ -> List.of();
          case Scope.ActionEqual(var action) -> List.of(action);
          case Scope.ActionIn(var action) -> List.of(action);
          case Scope.ActionInList(var list) -> list.stream().distinct().toList();
        };
  }

  /** The policy as written or linked. */
  public Policy policy() {
    return policy;
  }

  int position() {
    return position;
  }

  boolean anyAction() {
    return anyAction;
  }

  /** Whether the conditions hold: a result of {@link Code#test}. */
  public int test(Env env) {
    env.failure = null;
    int result = conditions.test(env);
    return result == Code.FAILED && !areOwn ? ownFailure(env) : result;
  }

  private int ownFailure(Env env) {
    Code code = own;
    if (code == null) own = code = Compiler.conditions(policy.conditions(), policy.span());
    env.failure = null;
    return code.test(env);
  }

  /** Whether the whole scope matches. */
  boolean scopeMatches(Env env) {
    return principalMatches(env) && actionMatches(env) && resourceMatches(env);
  }

  /** Whether the scope matches the principal. */
  public boolean principalMatches(Env env) {
    return principal.matches(env, env.principal, env.principalData);
  }

  /** Whether the scope matches the resource. */
  public boolean resourceMatches(Env env) {
    return resource.matches(env, env.resource, env.resourceData);
  }

  /** Whether the scope matches the action. */
  public boolean actionMatches(Env env) {
    if (anyAction) return true;
    if (exactAction) return env.action.equals(actions.getFirst());
    for (EntityUid action : actions) {
      if (env.store.isIn(env.action, env.actionData, action)) return true;
    }
    return false;
  }

  /**
   * Whether the types of principal and resource match, which are known to be in what the scope
   * names.
   */
  boolean typesMatch(Env env) {
    return !looksAtTypes
        || (principal.matchesBelow(env.principal) && resource.matchesBelow(env.resource));
  }

  /**
   * Whether the action matches, which is known to be in {@code key}. Of several keys that lead here
   * only the first does.
   */
  boolean actionMatches(Env env, @Nullable EntityUid key) {
    if (key == null) return true;
    if (exactAction) return env.action.equals(key);
    if (actions.size() == 1) return true;
    for (EntityUid action : actions) {
      if (action.equals(key)) return true;
      if (env.store.isIn(env.action, env.actionData, action)) return false;
    }
    return false;
  }
}
