package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.Response;
import dev.ostiary.cedar.store.EntityStore;
import dev.ostiary.cedar.syntax.Policy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Policies compiled and indexed. Immutable. */
public final class CompiledSet {
  private final List<CompiledPolicy> policies;
  private final ScopeIndex index;

  /**
   * Compiles {@code policies}, which have no slots. Links share the conditions of their template.
   */
  public CompiledSet(Collection<Policy> policies) {
    var compiled = new ArrayList<CompiledPolicy>(policies.size());
    Map<ConditionsKey, Code> shared = new HashMap<>();
    for (Policy policy : policies) {
      Code conditions =
          shared.computeIfAbsent(
              new ConditionsKey(policy.conditions()),
              _ -> Compiler.conditions(policy.conditions(), policy.span()));
      compiled.add(new CompiledPolicy(policy, conditions, compiled.size()));
    }
    this.policies = List.copyOf(compiled);
    this.index = new ScopeIndex(compiled);
  }

  /** Lists that are one object. */
  private record ConditionsKey(List<Policy.Condition> conditions) {
    @Override
    public boolean equals(Object other) {
      return other instanceof ConditionsKey that && conditions == that.conditions;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(conditions);
    }
  }

  /** The policies in their order. */
  public List<CompiledPolicy> policies() {
    return policies;
  }

  /** Decides with the policies that the index finds. */
  public Response decide(Request request, EntityStore store) {
    return new Decider(request, store, index).decide(index);
  }

  /** The decision alone, which a forbid that applies ends early. */
  public Decision decision(Request request, EntityStore store) {
    return new Decider(request, store, index).decision(index);
  }

  /** Decides by looking at every policy; the same answer, slower. */
  public Response decideByFullScan(Request request, EntityStore store) {
    var decider = new Decider(request, store, index);
    for (CompiledPolicy policy : policies) {
      if (policy.scopeMatches(decider)) decider.evaluate(policy);
    }
    return decider.response();
  }

  /** See {@link ScopeIndex#worstCandidateCount}. */
  public int worstCandidateCount() {
    return index.worstCandidateCount();
  }
}
