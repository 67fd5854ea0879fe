package dev.ostiary.cedar.store;

import dev.ostiary.cedar.EntityUid;

/**
 * Names an entity that has members. Members point here, and {@link Groups} tells what holds for it,
 * so that moving a group leaves its members as they are.
 */
public final class Group implements Keyed {
  private final EntityUid uid;
  final int index;
  private final int hash;

  Group(EntityUid uid, int index) {
    this.uid = uid;
    this.index = index;
    this.hash = uid.hashCode();
  }

  @Override
  public EntityUid uid() {
    return uid;
  }

  @Override
  public int hash() {
    return hash;
  }

  @Override
  public boolean is(EntityUid other) {
    return hash == other.hashCode() && uid.equals(other);
  }
}
