package dev.ostiary.cedar.partial;

import dev.ostiary.cedar.EntityUid;
import java.util.Optional;

/**
 * An entity of which at least the type is known.
 *
 * @param type the type's name with its namespace
 * @param id the id, if it is known
 */
public record PartialUid(String type, Optional<String> id) {
  /** Some entity of that type. */
  public static PartialUid ofType(String type) {
    return new PartialUid(type, Optional.empty());
  }

  /** That entity. */
  public static PartialUid of(EntityUid uid) {
    return new PartialUid(uid.type(), Optional.of(uid.id()));
  }

  /** The entity, if it is known. */
  public Optional<EntityUid> uid() {
    return id.map(known -> EntityUid.of(type, known));
  }
}
