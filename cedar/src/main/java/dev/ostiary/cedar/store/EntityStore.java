package dev.ostiary.cedar.store;

import dev.ostiary.cedar.EntitiesException;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An immutable set of entities; a change gives a new one that shares the rest.
 *
 * <p>An entity keeps its direct parents as {@link Group}s, a group keeps all its ancestors. So
 * {@code in} looks at the parents and, for each, at one closed set; and moving a group touches the
 * groups below it, not their members.
 */
public final class EntityStore {
  /** Holds nothing. */
  public static final EntityStore EMPTY =
      new EntityStore(UidTrie.empty(), UidTrie.empty(), Groups.EMPTY, new Object(), 0, null);

  final UidTrie<StoredEntity> entities;
  final UidTrie<Group> groups;
  final Groups standings;

  final Object closures;

  /** Whether a group may have ancestors at all. */
  private final boolean nested;

  /** Indexes from here on were never in use. */
  final int nextIndex;

  /** Indexes that are free again. */
  final @Nullable FreeIndex free;

  record FreeIndex(int index, @Nullable FreeIndex next) {}

  EntityStore(
      UidTrie<StoredEntity> entities,
      UidTrie<Group> groups,
      Groups standings,
      Object closures,
      int nextIndex,
      @Nullable FreeIndex free) {
    this.entities = entities;
    this.groups = groups;
    this.standings = standings;
    this.closures = closures;
    this.nested = standings.areNested();
    this.nextIndex = nextIndex;
    this.free = free;
  }

  /**
   * Holds {@code entities}, whose uids differ.
   *
   * @throws EntitiesException if they are their own ancestors or have too many
   */
  public static EntityStore of(Map<EntityUid, Entity> entities) throws EntitiesException {
    return new BulkLoad(entities).store();
  }

  /**
   * With {@code changed} put, each in place of any other of its uid, one after the other.
   *
   * @throws EntitiesException if one becomes its own ancestor or gets too many
   */
  public EntityStore with(Collection<Entity> changed) throws EntitiesException {
    var change = new Change(this);
    for (Entity entity : changed) change.put(entity);
    return change.store();
  }

  /** Without that entity; those that have it as a parent keep it as such. */
  public EntityStore without(EntityUid uid) {
    var change = new Change(this);
    change.remove(uid);
    return change.store();
  }

  /** Number of entities. */
  public int size() {
    return entities.size();
  }

  /** The entities. */
  public UidTrie<StoredEntity> entities() {
    return entities;
  }

  /** The entity of that uid, or null. */
  public @Nullable StoredEntity find(EntityUid uid) {
    return entities.find(uid);
  }

  /** Where a group of this store stands. */
  public Standing standing(Group group) {
    return standings.at(group.index);
  }

  /**
   * Stands for what all groups are in. Two stores with the same object have a group in the same
   * groups; it is another object in a store in which some group has moved.
   */
  public Object closures() {
    return closures;
  }

  /** Whether {@code entity}, of that uid, is {@code ancestor} or below it; null is no data. */
  public boolean isIn(EntityUid uid, @Nullable StoredEntity entity, EntityUid ancestor) {
    if (uid.equals(ancestor)) return true;
    if (entity == null) return false;
    for (int i = 0; i < entity.parentCount(); i++) {
      Group parent = entity.parent(i);
      if (parent.is(ancestor) || (nested && standing(parent).isIn(ancestor))) return true;
    }
    return false;
  }
}
