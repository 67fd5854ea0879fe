package dev.ostiary.log.store;

import java.io.IOException;
import java.util.Optional;

/**
 * One object in a store that is replaced as a whole. Who replaces it says which state it replaces,
 * so that of two writers one finds out. Thread-safe; every call blocks. After an {@link
 * IOException} what was to be written may be there or not.
 */
public interface MutableObject {
  /**
   * What it is now.
   *
   * @param tag names this state of it
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record State(byte[] bytes, String tag) {}

  /** Its state; empty where there is no such object. */
  Optional<State> read() throws IOException;

  /**
   * Puts other bytes in its place, and leaves nothing of those that were there.
   *
   * @param replaces the tag of the state that is there; empty where there is to be none
   * @return the tag of the new state; empty, and nothing changed, where another state is there
   */
  Optional<String> replace(byte[] bytes, Optional<String> replaces) throws IOException;
}
