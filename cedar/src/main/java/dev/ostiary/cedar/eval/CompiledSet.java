package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.Response;
import dev.ostiary.cedar.store.EntityStore;
import dev.ostiary.cedar.syntax.Policy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Policies compiled and indexed. Immutable. */
public final class CompiledSet {
  private final List<CompiledPolicy> policies;
  private final ScopeIndex index;

  /** Compiles {@code policies}, which have no slots. */
  public CompiledSet(Collection<Policy> policies) {
    var compiled = new ArrayList<CompiledPolicy>(policies.size());
    var conditions = new SharedConditions();
    for (Policy policy : policies)
      compiled.add(new CompiledPolicy(policy, conditions.of(policy), compiled.size()));
    this.policies = List.copyOf(compiled);
    this.index = new ScopeIndex(compiled);
  }

  /** The policies in their order. */
  public List<CompiledPolicy> policies() {
    return policies;
  }

  /** Decides with the policies that the index finds. */
  public Response decide(Request request, EntityStore store) {
    return new Decider(request, store).decide(index);
  }

  /** The decision alone, which a forbid that applies ends early. */
  public Decision decision(Request request, EntityStore store) {
    return new Decider(request, store).decision(index);
  }

  /** Decides by looking at every policy; the same answer, slower. */
  public Response decideByFullScan(Request request, EntityStore store) {
    var decider = new Decider(request, store);
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
