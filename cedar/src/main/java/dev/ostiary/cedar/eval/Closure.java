package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.store.EntityStore;
import dev.ostiary.cedar.store.Group;
import dev.ostiary.cedar.store.Standing;
import dev.ostiary.cedar.store.StoredEntity;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks up an entity and all its ancestors in a table, and visits what is found, each once.
 *
 * <p>An ancestor may be reached through several parents. That is checked only for what is found,
 * which is little, so that nothing is allocated for what is not.
 */
abstract class Closure<T> {
  private static final int FEW_PARENTS = 16;

  abstract void visit(Decider decider, T found);

  final void lookUp(
      UidTable<T> table, EntityUid uid, @Nullable StoredEntity entity, Decider decider) {
    if (table.size() == 0) return;
    T own = table.find(uid);
    if (own != null) visit(decider, own);
    if (entity == null) return;
    EntityStore store = decider.store;
    Set<EntityUid> seen = null;
    for (int i = 0; i < entity.parentCount(); i++) {
      Group parent = entity.parent(i);
      T found = table.find(parent.uid());
      if (found != null) {
        if (seen == null && entity.parentCount() > FEW_PARENTS) seen = new HashSet<>();
        if (isFirst(store, entity, i, parent.uid(), seen)) visit(decider, found);
      }
      Standing standing = store.standing(parent);
      for (int k = 0; k < standing.ancestorCount(); k++) {
        EntityUid ancestor = standing.ancestor(k);
        T above = table.find(ancestor);
        if (above == null) continue;
        if (seen == null && entity.parentCount() > FEW_PARENTS) seen = new HashSet<>();
        if (isFirst(store, entity, i, ancestor, seen)) visit(decider, above);
      }
    }
  }

  /** Whether no parent before the {@code i}-th leads to {@code ancestor}. */
  private static boolean isFirst(
      EntityStore store,
      StoredEntity entity,
      int i,
      EntityUid ancestor,
      @Nullable Set<EntityUid> seen) {
    if (seen != null) return seen.add(ancestor);
    for (int k = 0; k < i; k++) {
      Group parent = entity.parent(k);
      if (parent.uid().equals(ancestor) || store.standing(parent).isIn(ancestor)) return false;
    }
    return true;
  }
}
