package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.EntityUid;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Policies by what their scopes name: an action, and for it a principal, a resource or both.
 *
 * <p>A request finds out once which of its principal's ancestors are named at all, and which of its
 * resource's; then it asks for these pairs only. What it does not ask for could not have matched,
 * and so could not have failed.
 */
final class ScopeIndex {
  private static final CompiledPolicy[] NONE = {};

  /** Lowest bit of a number: some policy names it, and nothing on the other side. */
  static final int ALONE = 1;

  /** Second bit of a number: some policy names it together with something on the other side. */
  static final int PAIRED = 2;

  private static final int FLAG_BITS = 2;

  /** Principals that are named; numbers have flags. */
  final UidIds principals;

  /** Resources that are named; numbers have flags. */
  final UidIds resources;

  /** Actions that are named; numbers are places in {@code ofActions}, which are not 0. */
  final UidIds actions;

  /** The first is for policies that name no action. */
  final OfAction[] ofActions;

  /** Policies whose scopes name that action, or any. */
  static final class OfAction {
    final @Nullable EntityUid action;

    /** Policies that name neither principal nor resource, and no literal at first. */
    final CompiledPolicy[] unscoped;

    /** Policies that name neither principal nor resource, by their literals. */
    final LiteralIndex[] byLiterals;

    private final int unscopedCount;

    /** Which kinds of pairs there are. */
    final boolean byPrincipal;

    final boolean byResource;
    final boolean byBoth;
    final PairTable table;

    private OfAction(@Nullable EntityUid action, List<CompiledPolicy> policies, Numbers numbers) {
      this.action = action;
      var pairs = new HashMap<Long, List<CompiledPolicy>>();
      var others = new ArrayList<CompiledPolicy>();
      int kinds = 0;
      for (CompiledPolicy policy : policies) {
        int principal = numbers.principal(policy);
        int resource = numbers.resource(policy);
        kinds |= 1 << ((principal == 0 ? 0 : 1) + (resource == 0 ? 0 : 2));
        if (principal == 0 && resource == 0) others.add(policy);
        else add(pairs, PairTable.pair(principal, resource), policy);
      }
      byPrincipal = (kinds & 1 << 1) != 0;
      byResource = (kinds & 1 << 2) != 0;
      byBoth = (kinds & 1 << 3) != 0;
      unscopedCount = others.size();
      byLiterals = LiteralIndex.taken(others).toArray(LiteralIndex[]::new);
      unscoped = others.toArray(NONE);
      table = new PairTable(pairs);
    }
  }

  /** Gives numbers to what scopes name. */
  private static final class Numbers {
    final Map<EntityUid, Integer> principals = new HashMap<>();
    final Map<EntityUid, Integer> resources = new HashMap<>();

    Numbers(Collection<CompiledPolicy> policies) {
      for (CompiledPolicy policy : policies) {
        EntityUid principal = policy.principal.uid();
        EntityUid resource = policy.resource.uid();
        int flag = principal == null || resource == null ? ALONE : PAIRED;
        if (principal != null) note(principals, principal, flag);
        if (resource != null) note(resources, resource, flag);
      }
    }

    private static void note(Map<EntityUid, Integer> numbers, EntityUid uid, int flag) {
      Integer known = numbers.get(uid);
      int number = known == null ? (numbers.size() + 1) << FLAG_BITS : known;
      numbers.put(uid, number | flag);
    }

    int principal(CompiledPolicy policy) {
      return number(principals, policy.principal.uid());
    }

    int resource(CompiledPolicy policy) {
      return number(resources, policy.resource.uid());
    }

    private static int number(Map<EntityUid, Integer> numbers, @Nullable EntityUid uid) {
      return uid == null ? 0 : numbers.getOrDefault(uid, 0);
    }
  }

  ScopeIndex(Collection<CompiledPolicy> policies) {
    var numbers = new Numbers(policies);
    principals = new UidIds(numbers.principals);
    resources = new UidIds(numbers.resources);
    var byAction = new LinkedHashMap<EntityUid, List<CompiledPolicy>>();
    var others = new ArrayList<CompiledPolicy>();
    for (CompiledPolicy policy : policies) {
      if (policy.anyAction()) others.add(policy);
      for (EntityUid action : policy.actions) add(byAction, action, policy);
    }
    ofActions = new OfAction[byAction.size() + 1];
    ofActions[0] = new OfAction(null, others, numbers);
    var places = new HashMap<EntityUid, Integer>();
    byAction.forEach((uid, list) -> {
      int place = places.size() + 1;
      places.put(uid, place);
      ofActions[place] = new OfAction(uid, list, numbers);
    });
    actions = new UidIds(places);
  }

  /**
   * The most policies that a request may have as candidates whose action, principal and resource
   * are each in one thing that scopes name.
   */
  int worstCandidateCount() {
    int most = 0;
    for (int i = 1; i < ofActions.length; i++) most = Math.max(most, worst(ofActions[i]));
    return most + worst(ofActions[0]);
  }

  private static int worst(OfAction action) {
    var ofPrincipals = new HashMap<Integer, Integer>();
    var ofResources = new HashMap<Integer, Integer>();
    action.table.forEach((principal, resource, count) -> {
      if (resource == 0) ofPrincipals.put(principal, count);
      if (principal == 0) ofResources.put(resource, count);
    });
    int[] worst = {most(ofPrincipals) + most(ofResources)};
    action.table.forEach((principal, resource, count) -> {
      if (principal == 0 || resource == 0) return;
      int all =
          count + ofPrincipals.getOrDefault(principal, 0) + ofResources.getOrDefault(resource, 0);
      worst[0] = Math.max(worst[0], all);
    });
    return action.unscopedCount + worst[0];
  }

  private static int most(Map<Integer, Integer> counts) {
    return counts.values().stream().mapToInt(count -> count).max().orElse(0);
  }

  private static <K> void add(Map<K, List<CompiledPolicy>> map, K key, CompiledPolicy policy) {
    map.computeIfAbsent(key, _ -> new ArrayList<>(1)).add(policy);
  }
}
