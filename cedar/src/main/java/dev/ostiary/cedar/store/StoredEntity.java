package dev.ostiary.cedar.store;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;

/** An entity as the store holds it. */
public final class StoredEntity implements Keyed {
  private final EntityUid uid;
  private final RecordValue attributes;
  private final RecordValue tags;
  private final Group[] parents;

  StoredEntity(EntityUid uid, RecordValue attributes, RecordValue tags, Group[] parents) {
    this.uid = uid;
    this.attributes = attributes;
    this.tags = tags;
    this.parents = parents;
  }

  @Override
  public EntityUid uid() {
    return uid;
  }

  /** Its attributes. */
  public RecordValue attributes() {
    return attributes;
  }

  /** Its tags. */
  public RecordValue tags() {
    return tags;
  }

  /** Number of direct parents. */
  public int parentCount() {
    return parents.length;
  }

  /** One of its direct parents; {@code 0 <= i < parentCount()}. */
  public Group parent(int i) {
    return parents[i];
  }

  Group[] parents() {
    return parents;
  }
}
