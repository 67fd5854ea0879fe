package dev.ostiary.cedar;

import dev.ostiary.cedar.store.EntityStore;
import dev.ostiary.cedar.store.Standing;
import dev.ostiary.cedar.store.StoredEntity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The entities that a request is decided against: an immutable hierarchy without cycles.
 *
 * <p>A change gives new entities that share the rest: putting or removing an entity without members
 * takes microseconds whatever their number; moving a group takes time for the groups below it, not
 * for their members. A parent need not be among the entities.
 */
public final class Entities {
  /** No entities. */
  public static final Entities EMPTY = new Entities(EntityStore.EMPTY);

  private final EntityStore store;

  private Entities(EntityStore store) {
    this.store = store;
  }

  /**
   * These entities. One may come twice if it is the same both times.
   *
   * @throws EntitiesException if two of one uid differ, one is its own ancestor, or a group has
   *     more than 1,000 ancestors
   */
  public static Entities of(Collection<Entity> entities) throws EntitiesException {
    var byUid = new LinkedHashMap<EntityUid, Entity>(entities.size() * 2);
    var repeats = new Repeats();
    for (Entity entity : entities) {
      Entity shared = repeats.shared(entity);
      Entity other = byUid.putIfAbsent(shared.uid(), shared);
      if (other != null && !other.equals(shared))
        throw new EntitiesException(
            entity.uid(), "`" + entity.uid() + "` is given twice, and differently");
    }
    return new Entities(EntityStore.of(byUid));
  }

  /**
   * These entities with {@code entity}, in place of any other of its uid.
   *
   * @throws EntitiesException if it would be its own ancestor or a group had too many ancestors
   */
  public Entities with(Entity entity) throws EntitiesException {
    return withAll(List.of(entity));
  }

  /**
   * These entities with each of {@code changed}, one after the other, all or none.
   *
   * @throws EntitiesException as {@link #with}
   */
  public Entities withAll(Collection<Entity> changed) throws EntitiesException {
    if (changed.isEmpty()) return this;
    if (store.size() == 0) return of(lastOfEach(changed));
    var shared = new ArrayList<Entity>(changed.size());
    for (Entity entity : changed) {
      StoredEntity old = store.find(entity.uid());
      shared.add(old == null ? Repeats.learned(entity) : Repeats.shared(entity, old.attributes()));
    }
    return new Entities(store.with(shared));
  }

  private static Collection<Entity> lastOfEach(Collection<Entity> changed) {
    var last = new LinkedHashMap<EntityUid, Entity>();
    for (Entity entity : changed) last.put(entity.uid(), entity);
    return last.values();
  }

  /** These entities without that one. Those that have it as a parent keep it as such. */
  public Entities without(EntityUid uid) {
    return new Entities(store.without(uid));
  }

  /** Whether there is an entity of that uid. */
  public boolean contains(EntityUid uid) {
    return store.find(uid) != null;
  }

  /** The entity of that uid. */
  public Optional<Entity> find(EntityUid uid) {
    return Optional.ofNullable(store.find(uid)).map(Entities::entity);
  }

  /** Whether {@code uid} is {@code ancestor} or below it. */
  public boolean isIn(EntityUid uid, EntityUid ancestor) {
    return store.isIn(uid, store.find(uid), ancestor);
  }

  /** All ancestors of {@code uid}, itself not among them. */
  public Set<EntityUid> ancestors(EntityUid uid) {
    var ancestors = new HashSet<EntityUid>();
    StoredEntity entity = store.find(uid);
    for (int i = 0; entity != null && i < entity.parentCount(); i++) {
      ancestors.add(entity.parent(i).uid());
      Standing standing = store.standing(entity.parent(i));
      for (int k = 0; k < standing.ancestorCount(); k++) ancestors.add(standing.ancestor(k));
    }
    return ancestors;
  }

  /** Number of entities. */
  public int size() {
    return store.size();
  }

  /** Every entity, in no particular order. */
  public Stream<Entity> stream() {
    return store.entities().values().stream().map(Entities::entity);
  }

  EntityStore store() {
    return store;
  }

  private static Entity entity(StoredEntity stored) {
    var parents = new HashSet<EntityUid>();
    for (int i = 0; i < stored.parentCount(); i++) parents.add(stored.parent(i).uid());
    return new Entity(stored.uid(), stored.attributes(), stored.tags(), parents);
  }
}
