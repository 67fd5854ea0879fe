package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.EntityUid;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Policies by what their scopes name: first the action, then the principal, then the resource. A
 * request asks for itself and all its ancestors at each step. What it does not find could not have
 * matched, and so could not have failed.
 */
final class ScopeIndex {
  private static final CompiledPolicy[] NONE = {};

  final UidTable<OfAction> byAction;
  final OfAction ofAnyAction;

  /** Policies whose scopes name that action, or any. */
  static final class OfAction {
    final @Nullable EntityUid action;
    final UidTable<OfPrincipal> byPrincipal;
    final UidTable<CompiledPolicy[]> byResource;

    /** Policies that name neither principal nor resource, and first compare an attribute. */
    final AttributeIndex[] byAttribute;

    /** Other policies that name neither principal nor resource. */
    final CompiledPolicy[] unscoped;

    private OfAction(@Nullable EntityUid action, List<CompiledPolicy> policies) {
      this.action = action;
      var principals = new HashMap<EntityUid, List<CompiledPolicy>>();
      var resources = new HashMap<EntityUid, List<CompiledPolicy>>();
      var others = new ArrayList<CompiledPolicy>();
      for (CompiledPolicy policy : policies) {
        if (policy.principal.uid() != null) add(principals, policy.principal.uid(), policy);
        else if (policy.resource.uid() != null) add(resources, policy.resource.uid(), policy);
        else others.add(policy);
      }
      var ofPrincipals = new HashMap<EntityUid, OfPrincipal>();
      principals.forEach((uid, list) -> ofPrincipals.put(uid, new OfPrincipal(list)));
      byPrincipal = new UidTable<>(ofPrincipals);
      byResource = table(resources);
      var rest = new ArrayList<CompiledPolicy>();
      byAttribute = AttributeIndex.of(others, rest);
      unscoped = rest.toArray(NONE);
    }
  }

  /** Policies whose scopes name one action and one principal. */
  static final class OfPrincipal {
    final UidTable<CompiledPolicy[]> byResource;

    /** Policies that name no resource. */
    final CompiledPolicy[] anyResource;

    private OfPrincipal(List<CompiledPolicy> policies) {
      var resources = new HashMap<EntityUid, List<CompiledPolicy>>();
      var others = new ArrayList<CompiledPolicy>();
      for (CompiledPolicy policy : policies) {
        if (policy.resource.uid() != null) add(resources, policy.resource.uid(), policy);
        else others.add(policy);
      }
      byResource = table(resources);
      anyResource = others.toArray(NONE);
    }
  }

  ScopeIndex(Collection<CompiledPolicy> policies) {
    var actions = new HashMap<EntityUid, List<CompiledPolicy>>();
    var others = new ArrayList<CompiledPolicy>();
    for (CompiledPolicy policy : policies) {
      if (policy.anyAction()) others.add(policy);
      for (EntityUid action : policy.actions) add(actions, action, policy);
    }
    var ofActions = new HashMap<EntityUid, OfAction>();
    actions.forEach((uid, list) -> ofActions.put(uid, new OfAction(uid, list)));
    byAction = new UidTable<>(ofActions);
    ofAnyAction = new OfAction(null, others);
  }

  /**
   * The most policies that a request may have as candidates whose action, principal and resource
   * are each in one thing that scopes name, and have the attributes that conditions compare first.
   */
  int worstCandidateCount() {
    int[] worst = {0};
    byAction.forEach(action -> worst[0] = Math.max(worst[0], worst(action)));
    return worst[0] + worst(ofAnyAction);
  }

  private static int worst(OfAction action) {
    int[] worst = {0};
    action.byPrincipal.forEach(principal ->
        worst[0] =
            Math.max(worst[0], principal.anyResource.length + longest(principal.byResource)));
    int unscoped = action.unscoped.length;
    for (AttributeIndex index : action.byAttribute) unscoped += index.longest();
    return unscoped + worst[0] + longest(action.byResource);
  }

  private static int longest(UidTable<CompiledPolicy[]> table) {
    int[] longest = {0};
    table.forEach(policies -> longest[0] = Math.max(longest[0], policies.length));
    return longest[0];
  }

  private static void add(
      Map<EntityUid, List<CompiledPolicy>> map, EntityUid uid, CompiledPolicy policy) {
    map.computeIfAbsent(uid, _ -> new ArrayList<>(1)).add(policy);
  }

  private static UidTable<CompiledPolicy[]> table(Map<EntityUid, List<CompiledPolicy>> lists) {
    var arrays = new HashMap<EntityUid, CompiledPolicy[]>();
    lists.forEach((uid, list) -> arrays.put(uid, list.toArray(NONE)));
    return new UidTable<>(arrays);
  }
}
