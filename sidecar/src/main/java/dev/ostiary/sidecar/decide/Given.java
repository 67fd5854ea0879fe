package dev.ostiary.sidecar.decide;

import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.EntitiesException;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.schema.ConformanceException;
import dev.ostiary.sidecar.decide.Refused.Why;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Entities given with a question. They may only add: names that the snapshot does not have, of
 * types that the schema marks {@code @inline}, with only parents of the types that the mark names.
 * Otherwise a caller could make itself an administrator.
 */
final class Given {
  private Given() {}

  /** Why the entities may not be given, if so. */
  static Optional<Refused> refused(List<Entity> given, Snapshot snapshot) {
    var seen = new HashSet<EntityUid>();
    for (int i = 0; i < given.size(); i++) {
      Entity entity = given.get(i);
      String field = "entities[" + i + "]";
      var fault = refused(entity, field, snapshot);
      if (fault.isPresent()) return fault;
      if (!seen.add(entity.uid()))
        return Optional.of(
            Refused.of(Why.MALFORMED_REQUEST, field + ".uid", "the entity is given twice"));
    }
    return Optional.empty();
  }

  private static Optional<Refused> refused(Entity entity, String field, Snapshot snapshot) {
    String type = entity.uid().type();
    Set<String> parents = snapshot.bundle().marks().inline().get(type);
    if (parents == null)
      return notInline(field + ".uid", "entities of type `" + type + "` come from facts alone");
    if (snapshot.isTaken(entity.uid()))
      return notInline(field + ".uid", "the entity is known already");
    for (EntityUid parent : entity.parents()) {
      if (!parents.contains(parent.type()))
        return notInline(
            field + ".parents",
            "a given `" + type + "` may not be a member of a `" + parent.type() + "`");
    }
    try {
      snapshot.bundle().schema().check(entity);
      return Optional.empty();
    } catch (ConformanceException e) {
      return Optional.of(
          Refused.of(Why.SCHEMA_MISMATCH, field + "." + e.field(), String.valueOf(e.getMessage())));
    }
  }

  private static Optional<Refused> notInline(String field, String message) {
    return Optional.of(Refused.of(Why.ENTITY_NOT_INLINE, field, message));
  }

  /**
   * The snapshot's entities and those given.
   *
   * @throws EntitiesException where given ones are each other's ancestors
   */
  static Entities with(List<Entity> given, Snapshot snapshot) throws EntitiesException {
    return snapshot.entities().withAll(given);
  }
}
