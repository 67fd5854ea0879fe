package dev.ostiary.sidecar.bundle;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An HTTP request that a gateway asks about.
 *
 * @param methods any of these
 * @param path its segments; {@code {name}} stands for one that is not empty, {@code {name*}} at the
 *     end for all that are left, at least one
 * @param question what is asked about it
 */
public record Route(Set<String> methods, List<String> path, QuestionMap question) {
  public Route {
    methods = Set.copyOf(methods);
    path = List.copyOf(path);
  }

  /** The named segments if a request is of this route. */
  public Optional<Map<String, String>> match(String method, List<String> segments) {
    if (!methods.contains(method)) return Optional.empty();
    var named = new HashMap<String, String>();
    for (int i = 0; i < path.size(); i++) {
      String wanted = path.get(i);
      if (isRest(wanted)) {
        if (segments.size() <= i) return Optional.empty();
        String rest = String.join("/", segments.subList(i, segments.size()));
        if (rest.isEmpty()) return Optional.empty();
        named.put(wanted.substring(1, wanted.length() - 2), rest);
        return Optional.of(named);
      }
      if (i >= segments.size()) return Optional.empty();
      String segment = segments.get(i);
      if (isNamed(wanted)) {
        if (segment.isEmpty()) return Optional.empty();
        named.put(wanted.substring(1, wanted.length() - 1), segment);
      } else if (!wanted.equals(segment)) {
        return Optional.empty();
      }
    }
    return segments.size() == path.size() ? Optional.of(named) : Optional.empty();
  }

  static boolean isNamed(String segment) {
    return segment.startsWith("{");
  }

  static boolean isRest(String segment) {
    return segment.endsWith("*}");
  }
}
