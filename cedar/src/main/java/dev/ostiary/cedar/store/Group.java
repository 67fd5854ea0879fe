package dev.ostiary.cedar.store;

import dev.ostiary.cedar.EntityUid;

/**
 * Names an entity that has members. Members point here, and {@link Groups} tells what holds for it,
 * so that moving a group leaves its members as they are.
 */
public final class Group implements Keyed {
  private final EntityUid uid;
  final int index;

  Group(EntityUid uid, int index) {
    this.uid = uid;
    this.index = index;
  }

  @Override
  public EntityUid uid() {
    return uid;
  }
}
