package dev.ostiary.cedar.store;

import dev.ostiary.cedar.EntityUid;

/** What a {@link UidTrie} holds. */
interface Keyed {
  EntityUid uid();
}
