package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.PolicyError;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.Response;
import dev.ostiary.cedar.eval.ScopeIndex.OfAction;
import dev.ostiary.cedar.store.EntityStore;
import dev.ostiary.cedar.store.Group;
import dev.ostiary.cedar.store.Parents;
import dev.ostiary.cedar.store.Standing;
import dev.ostiary.cedar.store.StoredEntity;
import dev.ostiary.cedar.syntax.Policy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One decision while it is made: evaluates candidates and keeps what they came to. */
class Decider extends Env {
  private boolean onlyDecision;
  private @Nullable CompiledPolicy permit;
  private @Nullable CompiledPolicy forbid;
  private @Nullable List<CompiledPolicy> morePermits;
  private @Nullable List<CompiledPolicy> moreForbids;
  private @Nullable List<PolicyError> errors;

  /** Numbers of what scopes name, each once: of the principal's ancestors and of the resource's. */
  private Above abovePrincipal = Above.NONE;

  private Above aboveResource = Above.NONE;

  /** The numbers of principal and resource themselves, or 0. */
  private int ofPrincipal;

  private int ofResource;

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
    ofPrincipal = index.principals.find(principal);
    abovePrincipal = above(index.principals, principalData);
    ofResource = index.resources.find(resource);
    aboveResource = above(index.resources, resourceData);
    visit(index.ofActions[0], true);
    int own = index.actions.find(action);
    Above aboveAction = above(index.actions, actionData);
    if (own != 0) visit(index.ofActions[own], aboveAction.size == 0);
    for (int i = 0; i < aboveAction.size; i++) visit(index.ofActions[aboveAction.at(i)], false);
  }

  /** Which ancestors of {@code entity} have a number, each once. */
  private Above above(UidIds ids, @Nullable StoredEntity entity) {
    if (entity == null || ids.size() == 0) return Above.NONE;
    Object closures = store.closures();
    if (entity.note() instanceof Above note && note.ids == ids && note.closures == closures)
      return note;
    Above found = above(ids, entity.parents(), closures);
    entity.note(found);
    return found;
  }

  private Above above(UidIds ids, Parents parents, Object closures) {
    if (parents.note() instanceof Above note && note.ids == ids && note.closures == closures)
      return note;
    var found = new Above(ids, closures, numbers(ids, parents));
    parents.note(found);
    return found;
  }

  private int[] numbers(UidIds ids, Parents parents) {
    var numbers = new TreeSet<Integer>();
    for (int i = 0; i < parents.size(); i++) {
      Group parent = parents.at(i);
      numbers.add(ids.find(parent.uid()));
      // An ancestor may be reached through several parents.
      Standing standing = store.standing(parent);
      for (int k = 0; k < standing.ancestorCount(); k++)
        numbers.add(ids.find(standing.ancestor(k)));
    }
    numbers.remove(0);
    return numbers.stream().mapToInt(number -> number).toArray();
  }

  /** Whether a policy of that effect cannot change what is asked for. */
  private boolean isSettled(boolean permits) {
    if (!onlyDecision) return false;
    return forbid != null || (permit != null && permits);
  }

  private void visit(OfAction of, boolean onlyKey) {
    visit(of, of.unscoped, onlyKey);
    for (LiteralIndex index : of.byLiterals) visit(of, index.candidates(this), onlyKey);
    if (of.byPrincipal) {
      visitAlone(of, ofPrincipal, 0, onlyKey);
      for (int i = 0; i < abovePrincipal.size; i++)
        visitAlone(of, abovePrincipal.at(i), 0, onlyKey);
    }
    if (of.byResource) {
      visitAlone(of, 0, ofResource, onlyKey);
      for (int i = 0; i < aboveResource.size; i++) visitAlone(of, 0, aboveResource.at(i), onlyKey);
    }
    if (of.byBoth) {
      visitPairs(of, ofPrincipal, onlyKey);
      for (int i = 0; i < abovePrincipal.size; i++) visitPairs(of, abovePrincipal.at(i), onlyKey);
    }
  }

  private void visitAlone(OfAction of, int ofPrincipal, int ofResource, boolean onlyKey) {
    if (((ofPrincipal | ofResource) & ScopeIndex.ALONE) != 0)
      visitPlace(of, of.table.find(ofPrincipal, ofResource), onlyKey);
  }

  private void visitPairs(OfAction of, int ofPrincipal, boolean onlyKey) {
    if ((ofPrincipal & ScopeIndex.PAIRED) == 0) return;
    visitPair(of, ofPrincipal, ofResource, onlyKey);
    for (int i = 0; i < aboveResource.size; i++)
      visitPair(of, ofPrincipal, aboveResource.at(i), onlyKey);
  }

  private void visitPair(OfAction of, int ofPrincipal, int ofResource, boolean onlyKey) {
    if ((ofResource & ScopeIndex.PAIRED) != 0)
      visitPlace(of, of.table.find(ofPrincipal, ofResource), onlyKey);
  }

  private void visitPlace(OfAction of, int place, boolean onlyKey) {
    if (place == PairTable.NONE) return;
    PairTable table = of.table;
    if (onlyKey && table.isSimple(place)) visitSimple(table, place);
    else for (int i = 0; i < table.count(place); i++) visitOne(of, table.policy(place, i), onlyKey);
  }

  /** Looks at the policy itself only where its conditions do not come to false. */
  private void visitSimple(PairTable table, int place) {
    if (isSettled(table.permits(place))) return;
    failure = null;
    int result = table.conditions(place).test(this);
    if (result == Code.FALSE) return;
    CompiledPolicy policy = table.policy(place, 0);
    if (result != Code.TRUE) evaluate(policy);
    else if (table.permits(place)) addPermit(policy);
    else addForbid(policy);
  }

  private void visit(OfAction of, CompiledPolicy[] candidates, boolean onlyKey) {
    for (CompiledPolicy candidate : candidates) visitOne(of, candidate, onlyKey);
  }

  /** {@code onlyKey} is that no other key of the index can lead to the same policy. */
  private void visitOne(OfAction of, CompiledPolicy candidate, boolean onlyKey) {
    if (isSettled(candidate.permits) || !candidate.typesMatch(this)) return;
    if (onlyKey || candidate.actionMatches(this, of.action)) evaluate(candidate);
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
