package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.PolicyError;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.Response;
import dev.ostiary.cedar.eval.PairTable.Bucket;
import dev.ostiary.cedar.eval.ScopeIndex.OfAction;
import dev.ostiary.cedar.store.EntityStore;
import dev.ostiary.cedar.store.Group;
import dev.ostiary.cedar.store.Standing;
import dev.ostiary.cedar.store.StoredEntity;
import dev.ostiary.cedar.syntax.Policy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One decision while it is made: evaluates candidates and keeps what they came to. */
class Decider extends Env {
  private static final int[] NONE = {};
  private static final int FEW = 6;

  private boolean onlyDecision;
  private @Nullable CompiledPolicy permit;
  private @Nullable CompiledPolicy forbid;
  private @Nullable List<CompiledPolicy> morePermits;
  private @Nullable List<CompiledPolicy> moreForbids;
  private @Nullable List<PolicyError> errors;

  /** Numbers of what scopes name: of the principal, then of the resource, then of the action. */
  private int[] found = NONE;

  private int foundEnd;
  private int principalEnd;
  private int resourceEnd;

  Decider(Request request, EntityStore store) {
    super(request, store);
  }

  Response decide(ScopeIndex index) {
    evaluateCandidates(index);
    return response();
  }

  Decision decision(ScopeIndex index) {
    onlyDecision = true;
    evaluateCandidates(index);
    return forbid == null && permit != null ? Decision.ALLOW : Decision.DENY;
  }

  private void evaluateCandidates(ScopeIndex index) {
    find(index.principals, principal, principalData);
    principalEnd = foundEnd;
    find(index.resources, resource, resourceData);
    resourceEnd = foundEnd;
    visit(index.ofActions[0], true);
    if (actionData == null || actionData.parentCount() == 0) {
      int own = index.actions.find(action);
      if (own != 0) visit(index.ofActions[own], true);
      return;
    }
    find(index.actions, action, actionData);
    for (int i = resourceEnd; i < foundEnd; i++) visit(index.ofActions[found[i]], false);
  }

  /** Notes which of {@code uid} and its ancestors have a number, each once. */
  private void find(UidIds ids, EntityUid uid, @Nullable StoredEntity entity) {
    if (ids.size() == 0) return;
    int start = foundEnd;
    note(ids.find(uid));
    if (entity == null) return;
    boolean nested = store.isNested();
    for (int i = 0; i < entity.parentCount(); i++) {
      Group parent = entity.parent(i);
      note(ids.find(parent.uid()));
      if (!nested) continue;
      Standing standing = store.standing(parent);
      for (int k = 0; k < standing.ancestorCount(); k++) note(ids.find(standing.ancestor(k)));
    }
    if (nested && foundEnd - start > 1) removeRepeated(start);
  }

  private void note(int number) {
    if (number == 0) return;
    if (foundEnd == found.length)
      found = foundEnd == 0 ? new int[FEW] : Arrays.copyOf(found, 2 * foundEnd);
    found[foundEnd++] = number;
  }

  /** An ancestor may be reached through several parents. */
  private void removeRepeated(int start) {
    Arrays.sort(found, start, foundEnd);
    int end = start + 1;
    for (int i = start + 1; i < foundEnd; i++)
      if (found[i] != found[i - 1]) found[end++] = found[i];
    foundEnd = end;
  }

  /** Whether nothing that is still to come can change what is asked for. */
  private boolean isSettled(CompiledPolicy next) {
    if (!onlyDecision) return false;
    return forbid != null || (permit != null && next.permits);
  }

  private void visit(OfAction of, boolean onlyKey) {
    visit(of, of.unscoped, onlyKey);
    if (of.byPrincipal) {
      for (int i = 0; i < principalEnd; i++)
        if ((found[i] & ScopeIndex.ALONE) != 0) visit(of, of.table.find(found[i], 0), onlyKey);
    }
    if (of.byResource) {
      for (int i = principalEnd; i < resourceEnd; i++)
        if ((found[i] & ScopeIndex.ALONE) != 0) visit(of, of.table.find(0, found[i]), onlyKey);
    }
    if (of.byBoth) {
      for (int i = 0; i < principalEnd; i++)
        if ((found[i] & ScopeIndex.PAIRED) != 0) visitPairs(of, found[i], onlyKey);
    }
  }

  private void visitPairs(OfAction of, int ofPrincipal, boolean onlyKey) {
    for (int i = principalEnd; i < resourceEnd; i++)
      if ((found[i] & ScopeIndex.PAIRED) != 0)
        visit(of, of.table.find(ofPrincipal, found[i]), onlyKey);
  }

  /** {@code onlyKey} is that no other key of the index can lead to the same policies. */
  private void visit(OfAction of, @Nullable Bucket bucket, boolean onlyKey) {
    if (bucket != null) visit(of, bucket.policies, onlyKey);
  }

  private void visit(OfAction of, CompiledPolicy[] candidates, boolean onlyKey) {
    for (CompiledPolicy candidate : candidates) {
      if (isSettled(candidate) || !candidate.typesMatch(this)) continue;
      if (onlyKey || candidate.actionMatches(this, of.action)) evaluate(candidate);
    }
  }

  /** Evaluates a policy whose scope matches. */
  void evaluate(CompiledPolicy policy) {
    int result = policy.test(this);
    if (result == Code.FALSE) return;
    if (result == Code.TRUE) {
      if (policy.permits) addPermit(policy);
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
    if (more == null) return first.alone;
    more.add(first);
    more.sort(Comparator.comparingInt(CompiledPolicy::position));
    Policy[] inOrder = new Policy[more.size()];
    for (int i = 0; i < inOrder.length; i++) inOrder[i] = more.get(i).policy();
    return List.of(inOrder);
  }

  private static List<PolicyError> sorted(List<PolicyError> errors) {
    errors.sort(Comparator.comparing(error -> error.policy().id()));
    return List.copyOf(errors);
  }
}
