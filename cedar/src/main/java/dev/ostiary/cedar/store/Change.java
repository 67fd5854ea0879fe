package dev.ostiary.cedar.store;

import dev.ostiary.cedar.EntitiesException;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.store.EntityStore.FreeIndex;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts and removes entities, one after the other. After an exception it is of no more use. */
final class Change {
  /** A chain of groups costs the square of its length; beyond this it is no hierarchy of people. */
  static final int MAX_ANCESTORS = 1000;

  private static final Group[] NONE = {};

  private UidTrie<StoredEntity> entities;
  private UidTrie<Group> groups;
  private Groups standings;
  private Object closures;
  private int nextIndex;
  private @Nullable FreeIndex free;

  Change(EntityStore store) {
    entities = store.entities;
    groups = store.groups;
    standings = store.standings;
    closures = store.closures;
    nextIndex = store.nextIndex;
    free = store.free;
  }

  EntityStore store() {
    return new EntityStore(entities, groups, standings, closures, nextIndex, free);
  }

  void put(Entity entity) throws EntitiesException {
    StoredEntity old = entities.find(entity.uid());
    EntityUid uid = entity.uid();
    Group self = groups.find(uid);
    for (EntityUid parent : entity.parents()) checkAcyclic(uid, self, parent);
    Group[] parents = new Group[entity.parents().size()];
    int count = 0;
    for (EntityUid parent : entity.parents()) parents[count++] = groupOf(parent);
    Group[] before = old == null ? NONE : old.parents().groups();
    var list = new Parents(parents);
    Parents kept = old != null && Arrays.equals(before, list.groups()) ? old.parents() : list;
    entities = entities.with(new StoredEntity(uid, entity.attributes(), entity.tags(), kept));
    move(self, before, parents);
  }

  void remove(EntityUid uid) {
    StoredEntity old = entities.find(uid);
    if (old == null) return;
    entities = entities.without(uid);
    try {
      move(groups.find(uid), old.parents().groups(), NONE);
    } catch (EntitiesException e) {
      throw new IllegalStateException("fewer parents gave more ancestors", e);
    }
  }

  private void checkAcyclic(EntityUid uid, @Nullable Group self, EntityUid parent)
      throws EntitiesException {
    // Without members it can only be its own parent.
    if (parent.equals(uid) || (self != null && isBelow(parent, uid)))
      throw new EntitiesException(uid, "`" + uid + "` would be its own ancestor");
  }

  private boolean isBelow(EntityUid uid, EntityUid ancestor) {
    StoredEntity entity = entities.find(uid);
    if (entity == null) return false;
    for (Group parent : entity.parents().groups()) {
      if (parent.uid().equals(ancestor) || standings.at(parent.index).isIn(ancestor)) return true;
    }
    return false;
  }

  /** The group of that uid, made now if this is its first member. */
  private Group groupOf(EntityUid uid) throws EntitiesException {
    Group group = groups.find(uid);
    if (group != null) return group;
    StoredEntity entity = entities.find(uid);
    int index = free == null ? nextIndex++ : free.index();
    if (free != null) free = free.next();
    group = new Group(uid, index);
    groups = groups.with(group);
    standings = standings.with(index, Standing.of(group, closure(entity)));
    if (entity != null) for (Group parent : entity.parents().groups()) addSubgroup(parent, group);
    return group;
  }

  private void move(@Nullable Group self, Group[] before, Group[] after) throws EntitiesException {
    Set<Group> left = new HashSet<>(List.of(before));
    Set<Group> joined = new LinkedHashSet<>(List.of(after));
    left.removeAll(joined);
    for (Group group : before) joined.remove(group);
    for (Group group : joined) {
      countMember(group, 1);
      if (self != null) addSubgroup(group, self);
    }
    for (Group group : left) {
      if (self != null) removeSubgroup(group, self);
      countMember(group, -1);
    }
    if (self != null && !(left.isEmpty() && joined.isEmpty())) close(self);
  }

  private void countMember(Group group, int by) {
    Standing standing = standings.at(group.index);
    int members = standing.members + by;
    if (members > 0) {
      standings = standings.with(group.index, standing.withMembers(members));
      return;
    }
    groups = groups.without(group.uid());
    standings = standings.with(group.index, null);
    free = new FreeIndex(group.index, free);
    StoredEntity entity = entities.find(group.uid());
    if (entity != null)
      for (Group parent : entity.parents().groups()) removeSubgroup(parent, group);
  }

  private void addSubgroup(Group group, Group sub) {
    Standing standing = standings.at(group.index);
    standings = standings.with(group.index, standing.withSubgroups(standing.subgroups.with(sub)));
  }

  private void removeSubgroup(Group group, Group sub) {
    Standing standing = standings.at(group.index);
    standings =
        standings.with(group.index, standing.withSubgroups(standing.subgroups.without(sub.uid())));
  }

  /** Works out again the ancestors of {@code top} and of every group below it, parents first. */
  private void close(Group top) throws EntitiesException {
    closures = new Object();
    for (Group group : parentsFirst(top)) {
      Standing standing = standings.at(group.index);
      Set<EntityUid> closed = closure(entities.find(group.uid()));
      standings = standings.with(group.index, standing.withAncestors(closed));
    }
  }

  private List<Group> parentsFirst(Group top) {
    record Step(Group group, boolean done) {}
    var order = new ArrayList<Group>();
    var seen = new HashSet<Group>();
    var stack = new ArrayDeque<Step>();
    stack.push(new Step(top, false));
    while (!stack.isEmpty()) {
      Step step = stack.pop();
      if (step.done) {
        order.add(step.group);
      } else if (seen.add(step.group)) {
        stack.push(new Step(step.group, true));
        standings.at(step.group.index).subgroups.forEach(sub -> stack.push(new Step(sub, false)));
      }
    }
    Collections.reverse(order);
    return order;
  }

  private Set<EntityUid> closure(@Nullable StoredEntity entity) throws EntitiesException {
    var closed = new LinkedHashSet<EntityUid>();
    if (entity == null) return closed;
    for (Group parent : entity.parents().groups()) {
      closed.add(parent.uid());
      Standing standing = standings.at(parent.index);
      for (int i = 0; i < standing.ancestorCount(); i++) closed.add(standing.ancestor(i));
    }
    if (closed.size() > MAX_ANCESTORS)
      throw new EntitiesException(
          entity.uid(),
          "the group `" + entity.uid() + "` has more than " + MAX_ANCESTORS + " ancestors");
    return closed;
  }
}
