package dev.ostiary.cedar;

import java.util.Set;

/**
 * An entity with its data.
 *
 * @param uid its name
 * @param attributes its attributes
 * @param tags its tags, by key
 * @param parents its direct parents; they need not exist
 */
public record Entity(
    EntityUid uid, RecordValue attributes, RecordValue tags, Set<EntityUid> parents) {
  public Entity {
    parents = Set.copyOf(parents);
  }
}
