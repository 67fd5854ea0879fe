package dev.ostiary.cedar.store;

import dev.ostiary.cedar.EntityUid;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a group stands: all its ancestors, the groups that are its direct members, and how many
 * direct members it has. Immutable.
 */
public final class Standing {
  private static final int FEW = 4;
  private static final EntityUid[] NONE = {};

  final Group group;
  final UidTrie<Group> subgroups;
  final int members;
  private final EntityUid[] ancestors;

  /** Open addressing at most half full; null for few ancestors. */
  private final @Nullable EntityUid @Nullable [] table;

  private Standing(
      Group group,
      EntityUid[] ancestors,
      @Nullable EntityUid @Nullable [] table,
      UidTrie<Group> subgroups,
      int members) {
    this.group = group;
    this.ancestors = ancestors;
    this.table = table;
    this.subgroups = subgroups;
    this.members = members;
  }

  static Standing of(Group group, Set<EntityUid> ancestors) {
    return new Standing(group, NONE, null, UidTrie.empty(), 0).withAncestors(ancestors);
  }

  Standing withAncestors(Set<EntityUid> closed) {
    EntityUid[] list = closed.isEmpty() ? NONE : closed.toArray(EntityUid[]::new);
    return new Standing(group, list, tableOf(list), subgroups, members);
  }

  Standing withSubgroups(UidTrie<Group> changed) {
    return new Standing(group, ancestors, table, changed, members);
  }

  Standing withMembers(int changed) {
    return new Standing(group, ancestors, table, subgroups, changed);
  }

  private static @Nullable EntityUid @Nullable [] tableOf(EntityUid[] list) {
    if (list.length <= FEW) return null;
    var table = new @Nullable EntityUid[Integer.highestOneBit(list.length) * 4];
    for (EntityUid uid : list) {
      int at = uid.hashCode() & (table.length - 1);
      while (table[at] != null) at = (at + 1) & (table.length - 1);
      table[at] = uid;
    }
    return table;
  }

  /** Number of ancestors. */
  public int ancestorCount() {
    return ancestors.length;
  }

  /** One of the ancestors; {@code 0 <= i < ancestorCount()}. */
  public EntityUid ancestor(int i) {
    return ancestors[i];
  }

  /** Whether {@code uid} is an ancestor of the group. */
  public boolean isIn(EntityUid uid) {
    if (table == null) {
      for (EntityUid ancestor : ancestors) if (ancestor.equals(uid)) return true;
      return false;
    }
    int at = uid.hashCode() & (table.length - 1);
    for (EntityUid found = table[at]; found != null; found = table[at]) {
      if (found.equals(uid)) return true;
      at = (at + 1) & (table.length - 1);
    }
    return false;
  }
}
