package dev.ostiary.sidecar.bundle;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Paths of one form.
 *
 * @param segments {@code {name}} stands for one that is not empty, {@code {name*}} at the end for
 *     all that are left, at least one; any other for itself
 */
public record PathPattern(List<String> segments) {
  public PathPattern {
    segments = List.copyOf(segments);
  }

  /** The named segments if a path is of this form. */
  public Optional<Map<String, String>> match(List<String> path) {
    var named = new HashMap<String, String>();
    for (int i = 0; i < segments.size(); i++) {
      String wanted = segments.get(i);
      if (isRest(wanted)) {
        if (path.size() <= i) return Optional.empty();
        String rest = String.join("/", path.subList(i, path.size()));
        if (rest.isEmpty()) return Optional.empty();
        named.put(wanted.substring(1, wanted.length() - 2), rest);
        return Optional.of(named);
      }
      if (i >= path.size()) return Optional.empty();
      String segment = path.get(i);
      if (isNamed(wanted)) {
        if (segment.isEmpty()) return Optional.empty();
        named.put(wanted.substring(1, wanted.length() - 1), segment);
      } else if (!wanted.equals(segment)) {
        return Optional.empty();
      }
    }
    return path.size() == segments.size() ? Optional.of(named) : Optional.empty();
  }

  /** Whether it names a segment, or all that are left, like that. */
  boolean names(String name) {
    return segments.contains("{" + name + "}") || segments.contains("{" + name + "*}");
  }

  /** The same for all patterns that fit the same paths. */
  String shape() {
    return String.join(
        "/",
        segments.stream()
            .map(segment -> isRest(segment) ? "{*}" : isNamed(segment) ? "{}" : segment)
            .toList());
  }

  private static boolean isNamed(String segment) {
    return segment.startsWith("{");
  }

  private static boolean isRest(String segment) {
    return segment.endsWith("*}");
  }
}
