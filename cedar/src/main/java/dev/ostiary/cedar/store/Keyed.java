package dev.ostiary.cedar.store;

import dev.ostiary.cedar.EntityUid;

/** What a {@link UidTrie} holds. */
interface Keyed {
  /** The key, always equal, though it may be another object each time. */
  EntityUid uid();

  /** The hash of the key. */
  int hash();

  /** Whether the key is {@code other}; this is asked more often than for the key. */
  boolean is(EntityUid other);
}
