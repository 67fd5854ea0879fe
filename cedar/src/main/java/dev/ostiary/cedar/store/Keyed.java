package dev.ostiary.cedar.store;

import dev.ostiary.cedar.EntityUid;

/** What a {@link UidTrie} holds. */
interface Keyed {
  /** The key, which never changes. */
  EntityUid uid();

  /** Whether the key is {@code other}; this is asked more often than for the key. */
  boolean is(EntityUid other);
}
