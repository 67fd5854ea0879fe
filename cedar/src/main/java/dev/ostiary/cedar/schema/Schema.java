package dev.ostiary.cedar.schema;

import dev.ostiary.cedar.EntityUid;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A schema whose names are all resolved. Immutable. */
public final class Schema {
  private final SortedMap<String, EntityTypeDeclaration> entityTypes;
  private final SortedMap<EntityUid, ActionDeclaration> actions;

  Schema(
      Map<String, EntityTypeDeclaration> entityTypes, Map<EntityUid, ActionDeclaration> actions) {
    this.entityTypes = Collections.unmodifiableSortedMap(new TreeMap<>(entityTypes));
    this.actions = Collections.unmodifiableSortedMap(new TreeMap<>(actions));
  }

  /** Entity types by name. */
  public SortedMap<String, EntityTypeDeclaration> entityTypes() {
    return entityTypes;
  }

  /** Actions by uid. */
  public SortedMap<EntityUid, ActionDeclaration> actions() {
    return actions;
  }

  /** The entity type of that name. */
  public Optional<EntityTypeDeclaration> entityType(String name) {
    return Optional.ofNullable(entityTypes.get(name));
  }

  /** The action of that uid. */
  public Optional<ActionDeclaration> action(EntityUid uid) {
    return Optional.ofNullable(actions.get(uid));
  }
}
