package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.PolicyError;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.Response;
import dev.ostiary.cedar.eval.ScopeIndex.OfAction;
import dev.ostiary.cedar.eval.ScopeIndex.OfPrincipal;
import dev.ostiary.cedar.store.EntityStore;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Policy.Effect;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One decision while it is made: evaluates candidates and keeps what they came to. */
class Decider extends Env {
  private static final Closure<OfAction> ACTIONS =
      new Closure<>() {
        @Override
        void visit(Decider decider, OfAction found) {
          decider.visit(found);
        }
      };

  private static final Closure<OfPrincipal> PRINCIPALS =
      new Closure<>() {
        @Override
        void visit(Decider decider, OfPrincipal found) {
          decider.visit(found.anyResource);
          RESOURCES.lookUp(found.byResource, decider.resource, decider.resourceData, decider);
        }
      };

  private static final Closure<CompiledPolicy[]> RESOURCES =
      new Closure<>() {
        @Override
        void visit(Decider decider, CompiledPolicy[] found) {
          decider.visit(found);
        }
      };

  private OfAction current;
  private boolean onlyDecision;
  private @Nullable CompiledPolicy permit;
  private @Nullable CompiledPolicy forbid;
  private @Nullable List<CompiledPolicy> morePermits;
  private @Nullable List<CompiledPolicy> moreForbids;
  private @Nullable List<PolicyError> errors;

  Decider(Request request, EntityStore store, ScopeIndex index) {
    super(request, store);
    current = index.ofAnyAction;
  }

  Response decide(ScopeIndex index) {
    visit(index.ofAnyAction);
    ACTIONS.lookUp(index.byAction, action, actionData, this);
    return response();
  }

  Decision decision(ScopeIndex index) {
    onlyDecision = true;
    visit(index.ofAnyAction);
    ACTIONS.lookUp(index.byAction, action, actionData, this);
    return forbid == null && permit != null ? Decision.ALLOW : Decision.DENY;
  }

  /** Whether nothing that is still to come can change what is asked for. */
  private boolean isSettled(CompiledPolicy next) {
    if (!onlyDecision) return false;
    return forbid != null || (permit != null && next.policy().effect() == Effect.PERMIT);
  }

  private void visit(OfAction found) {
    current = found;
    visit(found.unscoped);
    for (AttributeIndex index : found.byAttribute) visit(index.candidates(this));
    PRINCIPALS.lookUp(found.byPrincipal, principal, principalData, this);
    RESOURCES.lookUp(found.byResource, resource, resourceData, this);
  }

  private void visit(CompiledPolicy[] candidates) {
    for (CompiledPolicy candidate : candidates) {
      if (isSettled(candidate)) continue;
      if (candidate.matchesBelow(this, current.action)) evaluate(candidate);
    }
  }

  /** Evaluates a policy whose scope matches. */
  void evaluate(CompiledPolicy policy) {
    int result = policy.test(this);
    if (result == Code.FALSE) return;
    if (result == Code.TRUE) {
      if (policy.policy().effect() == Effect.PERMIT) addPermit(policy);
      else addForbid(policy);
    } else {
      if (errors == null) errors = new ArrayList<>(2);
      errors.add(new PolicyError(policy.policy(), Objects.requireNonNull(failure)));
    }
  }

  private void addPermit(CompiledPolicy policy) {
    if (permit == null) {
      permit = policy;
      return;
    }
    if (morePermits == null) morePermits = new ArrayList<>(4);
    morePermits.add(policy);
  }

  private void addForbid(CompiledPolicy policy) {
    if (forbid == null) {
      forbid = policy;
      return;
    }
    if (moreForbids == null) moreForbids = new ArrayList<>(4);
    moreForbids.add(policy);
  }

  Response response() {
    List<PolicyError> failures = errors == null ? List.of() : sorted(errors);
    if (forbid != null) return new Response(Decision.DENY, reasons(forbid, moreForbids), failures);
    if (permit != null) return new Response(Decision.ALLOW, reasons(permit, morePermits), failures);
    return new Response(Decision.DENY, List.of(), failures);
  }

  private static List<Policy> reasons(CompiledPolicy first, @Nullable List<CompiledPolicy> more) {
    if (more == null) return List.of(first.policy());
    more.add(first);
    more.sort(Comparator.comparingInt(CompiledPolicy::position));
    return more.stream().map(CompiledPolicy::policy).toList();
  }

  private static List<PolicyError> sorted(List<PolicyError> errors) {
    errors.sort(Comparator.comparing(error -> error.policy().id()));
    return List.copyOf(errors);
  }
}
