package dev.ostiary.sidecar.decide;

import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.sidecar.bundle.Bundle;
import java.util.Set;
import java.util.stream.Collectors;

/** The fold of all facts up to a revision: policies, schema, entities. Immutable. */
public final class Snapshot {
  private final Rules rules;
  private final Entities entities;
  private final Set<EntityUid> inlineParents;
  private final Revision policyRevision;
  private final Revision dataRevision;

  private Snapshot(
      Rules rules,
      Entities entities,
      Set<EntityUid> inlineParents,
      Revision policyRevision,
      Revision dataRevision) {
    this.rules = rules;
    this.entities = entities;
    this.inlineParents = inlineParents;
    this.policyRevision = policyRevision;
    this.dataRevision = dataRevision;
  }

  /** What holds once {@code bundle} is activated at {@code revision}. Compiles the bundle. */
  public static Snapshot of(Bundle bundle, Revision revision) {
    Entities entities = bundle.entities();
    return new Snapshot(
        new Rules(bundle), entities, inlineParents(bundle, entities), revision, revision);
  }

  /** The same with the bundle in force since another revision. Costs nothing. */
  public Snapshot at(Revision revision) {
    return new Snapshot(rules, entities, inlineParents, revision, revision);
  }

  /**
   * The same policies with other entities, by a later fact. Costs nothing.
   *
   * @param inlineParents every parent of {@code entities} of a type that requests may bring
   */
  public Snapshot with(Entities entities, Set<EntityUid> inlineParents, Revision dataRevision) {
    return new Snapshot(rules, entities, inlineParents, policyRevision, dataRevision);
  }

  /** The same bundle with its own entities alone. */
  public Snapshot withoutFacts() {
    Entities own = bundle().entities();
    return new Snapshot(rules, own, inlineParents(bundle(), own), policyRevision, policyRevision);
  }

  private static Set<EntityUid> inlineParents(Bundle bundle, Entities entities) {
    Set<String> inline = bundle.marks().inline().keySet();
    if (inline.isEmpty()) return Set.of();
    return entities.stream()
        .flatMap(entity -> entity.parents().stream())
        .filter(parent -> inline.contains(parent.type()))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The bundle in force. */
  public Bundle bundle() {
    return rules.bundle();
  }

  /** Revision of the activation in force. */
  public Revision policyRevision() {
    return policyRevision;
  }

  /**
   * Revision of the last entity fact, or of the activation where none came after it. {@link
   * Question#atLeast} is compared with it.
   */
  public Revision dataRevision() {
    return dataRevision;
  }

  Rules rules() {
    return rules;
  }

  /** See {@link dev.ostiary.cedar.PolicySet#worstCandidateCount}. */
  public int worstCandidateCount() {
    return rules.worstCandidateCount();
  }

  /** All entities, those put by facts in place of the bundle's. */
  public Entities entities() {
    return entities;
  }

  /** Every parent of {@link #entities} of a type that requests may bring. */
  public Set<EntityUid> inlineParents() {
    return inlineParents;
  }

  /**
   * Whether a request must not bring that uid: it is an entity's, or that of a parent that is not
   * there, whose bringing would put entities of the snapshot into groups of the caller's choice.
   */
  public boolean isTaken(EntityUid uid) {
    return entities.contains(uid) || inlineParents.contains(uid);
  }
}
