package dev.ostiary.sidecar.yaml;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** What somebody who wrote an unknown name probably meant. */
public final class Suggestion {
  private Suggestion() {}

  /** {@code unknown key `sokcet`; did you mean `socket`?}, or a list of the names there are. */
  public static String unknown(String kind, String name, Collection<String> known) {
    String fault = "unknown " + kind + " `" + name + "`";
    var nearest = nearest(name, known);
    if (nearest.isPresent()) return fault + "; did you mean `" + nearest.get() + "`?";
    if (known.isEmpty()) return fault + "; none is defined";
    return fault + "; expected one of " + String.join(", ", known);
  }

  /** The nearest of the names, unless all are far from it. */
  public static Optional<String> nearest(String name, Collection<String> known) {
    return known.stream()
        .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
        .filter(best -> distance(name, best) <= Math.max(1, name.length() / 3));
  }

  /** Levenshtein's distance, case aside. */
  private static int distance(String left, String right) {
    String a = left.toLowerCase(Locale.ROOT);
    String b = right.toLowerCase(Locale.ROOT);
    var previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) previous[j] = j;
    for (int i = 1; i <= a.length(); i++) {
      var current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
