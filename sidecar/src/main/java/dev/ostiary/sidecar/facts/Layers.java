package dev.ostiary.sidecar.facts;

import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.EntitiesException;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.schema.ConformanceException;
import dev.ostiary.sidecar.bundle.Bundle;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.decide.Revision;
import dev.ostiary.sidecar.decide.Snapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The entities of a snapshot and where they come from: the bundle's, and those put by facts, which
 * win per uid and outlive the bundle. A change costs what changed. One thread at a time.
 */
final class Layers {
  private final Set<EntityUid> put = new HashSet<>();

  /** How many entities have each parent of a type that requests may bring. */
  private final Map<EntityUid, Integer> inlineParents = new HashMap<>();

  private @Nullable Snapshot snapshot;

  /** The snapshot in force; null before the first activation. */
  @Nullable Snapshot snapshot() {
    return snapshot;
  }

  /** Whether a fact put that entity and none deleted it. */
  boolean isPut(EntityUid uid) {
    return put.contains(uid);
  }

  /** The entities that facts put and did not delete. */
  Map<EntityUid, Entity> put() {
    var entities = new HashMap<EntityUid, Entity>(put.size() * 2);
    if (snapshot != null)
      for (EntityUid uid : put)
        snapshot.entities().find(uid).ifPresent(entity -> entities.put(uid, entity));
    return entities;
  }

  /**
   * A snapshot of a bundle, with the entities that facts put over its own. Changes nothing.
   *
   * @param fresh the bundle's, as {@link Snapshot#of} makes it
   * @throws EntitiesException if the two layers make no hierarchy
   */
  static Snapshot over(Snapshot fresh, Map<EntityUid, Entity> put) throws EntitiesException {
    if (put.isEmpty()) return fresh;
    var all = new ArrayList<Entity>(fresh.entities().size() + put.size());
    fresh.entities().stream().filter(entity -> !put.containsKey(entity.uid())).forEach(all::add);
    all.addAll(put.values());
    var parents = new HashSet<>(fresh.inlineParents());
    Set<String> inline = fresh.bundle().marks().inline().keySet();
    for (Entity entity : put.values())
      for (EntityUid parent : entity.parents())
        if (inline.contains(parent.type())) parents.add(parent);
    return fresh.with(Entities.of(all), Set.copyOf(parents), fresh.dataRevision());
  }

  /** Takes a snapshot over, of which {@code uids} were put by facts. */
  void become(Snapshot next, Set<EntityUid> uids) {
    snapshot = next;
    put.addAll(uids);
    put.retainAll(uids);
    inlineParents.clear();
    if (next.bundle().marks().inline().isEmpty()) return;
    next.entities().stream().forEach(entity -> count(entity, 1, next.bundle()));
  }

  private void count(Entity entity, int by, Bundle bundle) {
    for (EntityUid parent : entity.parents())
      if (bundle.marks().inline().containsKey(parent.type()))
        inlineParents.merge(parent, by, (a, b) -> a + b == 0 ? null : a + b);
  }

  /** Entities after changes, or why the changes may not be. */
  sealed interface After {
    /** They may. */
    record Changed(Entities entities) implements After {}

    /** They may not. */
    record Not(Refused refused) implements After {}
  }

  /** What the entities are after {@code changes}, each checked. Changes nothing. */
  After after(List<Change> changes, Snapshot before) {
    Entities entities = before.entities();
    var putHere = new HashMap<EntityUid, Boolean>();
    for (int i = 0; i < changes.size(); i++) {
      String field = "changes[" + i + "]";
      Change change = changes.get(i);
      try {
        switch (change) {
          case Change.Put(var entity) -> {
            if (before.bundle().schema().actions().containsKey(entity.uid()))
              return not(Why.SCHEMA_MISMATCH, field + ".put.uid", "actions come with the bundle");
            before.bundle().schema().check(entity);
            entities = entities.with(entity);
            putHere.put(entity.uid(), true);
          }
          case Change.Delete(var uid) -> {
            if (!putHere.getOrDefault(uid, put.contains(uid)))
              return not(Why.ENTITY_NOT_PUT, field + ".delete", "`" + uid + "` was not put");
            entities = deleted(entities, uid, before.bundle());
            putHere.put(uid, false);
          }
        }
      } catch (ConformanceException e) {
        return not(
            Why.SCHEMA_MISMATCH, field + ".put." + e.field(), String.valueOf(e.getMessage()));
      } catch (EntitiesException e) {
        return not(Why.ENTITY_REFUSED, field, String.valueOf(e.getMessage()));
      }
    }
    return new After.Changed(entities);
  }

  private static Entities deleted(Entities entities, EntityUid uid, Bundle bundle)
      throws EntitiesException {
    var uncovered = bundle.entities().find(uid);
    return uncovered.isPresent() ? entities.with(uncovered.get()) : entities.without(uid);
  }

  private static After not(Why why, String field, String message) {
    return new After.Not(Refused.of(why, field, message));
  }

  /** Takes changes over that {@link #after} found good; the snapshot then in force. */
  Snapshot become(List<Change> changes, Entities after, Snapshot before, Revision revision) {
    var uids = new LinkedHashSet<EntityUid>();
    for (Change change : changes) {
      uids.add(change.uid());
      switch (change) {
        case Change.Put _ -> put.add(change.uid());
        case Change.Delete _ -> put.remove(change.uid());
      }
    }
    Bundle bundle = before.bundle();
    Set<EntityUid> parents = before.inlineParents();
    if (!bundle.marks().inline().isEmpty()) {
      for (EntityUid uid : uids) {
        before.entities().find(uid).ifPresent(entity -> count(entity, -1, bundle));
        after.find(uid).ifPresent(entity -> count(entity, 1, bundle));
      }
      // Rarely another set: most parents are of types that only facts bring.
      if (!inlineParents.keySet().equals(parents)) parents = Set.copyOf(inlineParents.keySet());
    }
    snapshot = before.with(after, parents, revision);
    return snapshot;
  }
}
