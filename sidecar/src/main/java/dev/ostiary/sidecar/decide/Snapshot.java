package dev.ostiary.sidecar.decide;

import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.sidecar.bundle.Bundle;
import java.util.HashSet;
import java.util.Set;

/** The fold of all facts up to a revision: policies, schema, entities. Immutable. */
public final class Snapshot {
  private final Rules rules;
  private final Entities entities;
  private final Set<EntityUid> absentParents;
  private final Revision policyRevision;
  private final Revision dataRevision;

  private Snapshot(Rules rules, Entities entities, Revision policyRevision, Revision dataRevision) {
    this.rules = rules;
    this.entities = entities;
    this.absentParents = absentParents(rules.bundle(), entities);
    this.policyRevision = policyRevision;
    this.dataRevision = dataRevision;
  }

  /** What holds once {@code bundle} is activated at {@code revision}. Compiles the bundle. */
  public static Snapshot of(Bundle bundle, Revision revision) {
    return new Snapshot(new Rules(bundle), bundle.entities(), revision, revision);
  }

  /** The same as of another revision. Costs nothing. */
  public Snapshot at(Revision revision) {
    return new Snapshot(this, revision);
  }

  private Snapshot(Snapshot other, Revision revision) {
    this.rules = other.rules;
    this.entities = other.entities;
    this.absentParents = other.absentParents;
    this.policyRevision = revision;
    this.dataRevision = revision;
  }

  /**
   * Uids of inline types that are parents without being there. A request must not bring them, since
   * that would put entities of the snapshot into groups of the caller's choice.
   */
  private static Set<EntityUid> absentParents(Bundle bundle, Entities entities) {
    Set<String> inline = bundle.marks().inline().keySet();
    if (inline.isEmpty()) return Set.of();
    var absent = new HashSet<EntityUid>();
    entities.stream()
        .map(Entity::parents)
        .flatMap(Set::stream)
        .filter(parent -> inline.contains(parent.type()) && !entities.contains(parent))
        .forEach(absent::add);
    return Set.copyOf(absent);
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

  Entities entities() {
    return entities;
  }

  /** Whether the uid is taken: by an entity, or by entities that name it as their parent. */
  boolean isTaken(EntityUid uid) {
    return entities.contains(uid) || absentParents.contains(uid);
  }
}
