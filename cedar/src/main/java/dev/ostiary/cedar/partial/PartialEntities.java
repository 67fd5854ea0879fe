package dev.ostiary.cedar.partial;

import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.EntitiesException;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.schema.ConformanceException;
import dev.ostiary.cedar.schema.Schema;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of entities; of one that is not here, nothing. Immutable.
 *
 * <p>Where an entity's parents are known, those of its ancestors must be, too: then it is known
 * what it is in and what not.
 */
public final class PartialEntities {
  private final Map<EntityUid, PartialEntity> byUid;

  private PartialEntities(Map<EntityUid, PartialEntity> byUid) throws EntitiesException {
    this.byUid = byUid;
    var sound = new HashSet<EntityUid>();
    for (var entity : byUid.values()) if (entity.parents().isPresent()) check(entity.uid(), sound);
  }

  /** Refuses what is wrong at or above {@code from}; nothing is at or above those in sound. */
  private void check(EntityUid from, Set<EntityUid> sound) throws EntitiesException {
    var path = new HashSet<EntityUid>();
    var open = new ArrayDeque<EntityUid>(List.of(from));
    while (!open.isEmpty()) {
      var uid = open.peek();
      if (sound.contains(uid)) {
        open.pop();
      } else if (!path.add(uid)) {
        path.remove(uid);
        sound.add(uid);
      } else {
        for (var parent : parents(uid)) {
          if (path.contains(parent))
            throw new EntitiesException(parent, "`" + parent + "` is in itself");
          open.push(parent);
        }
      }
    }
  }

  private Set<EntityUid> parents(EntityUid uid) throws EntitiesException {
    var entity = byUid.get(uid);
    if (entity == null) return Set.of();
    if (entity.parents().isPresent()) return entity.parents().get();
    throw new EntitiesException(uid, "`" + uid + "` has members, so its parents must be known");
  }

  /**
   * These entities, and the schema's actions.
   *
   * @throws ConformanceException where what is known of one does not fit {@code schema}
   * @throws EntitiesException where one is given twice, is in itself, or is in one of which the
   *     parents are not known
   */
  public static PartialEntities of(Collection<PartialEntity> entities, Schema schema)
      throws ConformanceException, EntitiesException {
    var byUid = new LinkedHashMap<EntityUid, PartialEntity>();
    for (var entity : entities) {
      schema.check(entity.uid(), entity.attributes(), entity.tags(), entity.parents());
      if (byUid.put(entity.uid(), entity) != null)
        throw new EntitiesException(entity.uid(), "`" + entity.uid() + "` is given twice");
    }
    for (var action : schema.actionEntities())
      byUid.putIfAbsent(action.uid(), PartialEntity.of(action));
    return new PartialEntities(byUid);
  }

  /**
   * Entities of which all is known, and the schema's actions.
   *
   * @throws ConformanceException where one does not fit {@code schema}
   */
  public static PartialEntities of(Entities entities, Schema schema)
      throws ConformanceException, EntitiesException {
    return of(entities.stream().map(PartialEntity::of).toList(), schema);
  }

  Optional<RecordValue> attributes(EntityUid uid) {
    return Optional.ofNullable(byUid.get(uid)).flatMap(PartialEntity::attributes);
  }

  Optional<RecordValue> tags(EntityUid uid) {
    return Optional.ofNullable(byUid.get(uid)).flatMap(PartialEntity::tags);
  }

  /** All that {@code uid} is in, itself excluded; empty where that is not known. */
  Optional<Set<EntityUid>> ancestors(EntityUid uid) {
    var entity = byUid.get(uid);
    if (entity == null || entity.parents().isEmpty()) return Optional.empty();
    var found = new HashSet<EntityUid>();
    var open = new ArrayDeque<>(entity.parents().get());
    while (!open.isEmpty()) {
      var next = open.pop();
      var known = byUid.get(next);
      if (found.add(next) && known != null) known.parents().ifPresent(open::addAll);
    }
    return Optional.of(found);
  }
}
