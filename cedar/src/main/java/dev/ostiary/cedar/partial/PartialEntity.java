package dev.ostiary.cedar.partial;

import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import java.util.Optional;
import java.util.Set;

/**
 * An entity of which some data may not be known.
 *
 * @param attributes all attributes, if they are known
 * @param tags all tags, if they are known
 * @param parents all direct parents, if they are known
 */
public record PartialEntity(
    EntityUid uid,
    Optional<RecordValue> attributes,
    Optional<RecordValue> tags,
    Optional<Set<EntityUid>> parents) {
  public PartialEntity {
    parents = parents.map(Set::copyOf);
  }

  /** An entity of which all is known. */
  public static PartialEntity of(Entity entity) {
    return new PartialEntity(
        entity.uid(),
        Optional.of(entity.attributes()),
        Optional.of(entity.tags()),
        Optional.of(entity.parents()));
  }
}
