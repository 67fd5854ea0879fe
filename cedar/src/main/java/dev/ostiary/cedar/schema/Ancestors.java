package dev.ostiary.cedar.schema;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Closes the hierarchies of a schema. */
final class Ancestors {
  /** More pairs of a member and an ancestor are a mistake or an attack. */
  private static final long PAIRS = 2_000_000;

  private Ancestors() {}

  /**
   * For each node what can be reached by at least one step; itself where it is on a cycle. Empty
   * where that is too much.
   */
  static <T> Optional<Map<T, Set<T>>> of(Map<T, Set<T>> parents) {
    Map<T, Set<T>> closed = new HashMap<>();
    long pairs = 0;
    for (var entry : parents.entrySet()) {
      Set<T> ancestors = reached(entry.getValue(), parents);
      pairs += ancestors.size();
      if (pairs > PAIRS) return Optional.empty();
      closed.put(entry.getKey(), ancestors);
    }
    return Optional.of(closed);
  }

  private static <T> Set<T> reached(Set<T> start, Map<T, Set<T>> parents) {
    if (start.isEmpty()) return Set.of();
    Set<T> reached = new HashSet<>(start);
    Deque<T> open = new ArrayDeque<>(start);
    while (!open.isEmpty())
      for (T parent : parents.getOrDefault(open.pop(), Set.of()))
        if (reached.add(parent)) open.push(parent);
    return Set.copyOf(reached);
  }
}
