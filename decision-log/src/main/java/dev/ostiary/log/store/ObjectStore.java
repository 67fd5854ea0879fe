package dev.ostiary.log.store;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Objects under names with slashes, such as a bucket's. Thread-safe; every call blocks. After an
 * {@link IOException} what was to be written may be there or not.
 */
public interface ObjectStore {
  /** An object directly below a place. */
  record Listed(String name, Instant modified) {}

  /** What is directly below a place: objects, and names of places further below. */
  record Listing(List<Listed> objects, List<String> places) {}

  /** The newest version's bytes, or nothing if there is no such object. */
  Optional<byte[]> read(String name) throws IOException;

  /**
   * Creates an object.
   *
   * @return false, and nothing changed, if there is one of that name, whatever its bytes
   */
  boolean create(String name, byte[] bytes) throws IOException;

  /** Puts a new version in the place of what is there, if anything is. */
  void replace(String name, byte[] bytes) throws IOException;

  /** Hides an object; what a lock protects of it stays as long as the lock says. */
  void delete(String name) throws IOException;

  /** What is directly below {@code place}, in no order. */
  Listing list(String place) throws IOException;

  /** The same store, where every name is below {@code place}. */
  ObjectStore below(String place);
}
