package dev.ostiary.cedar.validate;

import java.util.Collection;

/** Guesses what a misspelt name was meant to be. */
final class Suggestion {
  private Suggestion() {}

  /** {@code "; did you mean `x`?"} where a known name is near, else the empty string. */
  static String of(String written, Collection<String> known) {
    String best = "";
    int least = Math.clamp(written.length() / 2, 1, 3) + 1;
    for (String name : known) {
      int distance = distance(written, name, least);
      if (distance < least) {
        least = distance;
        best = name;
      }
    }
    return best.isEmpty() ? "" : "; did you mean `" + best + "`?";
  }

  /** Levenshtein's edit distance, or {@code bound} where it is not less. */
  private static int distance(String a, String b, int bound) {
    if (Math.abs(a.length() - b.length()) >= bound) return bound;
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) row[j] = j;
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, Math.min(row[j - 1], diagonal) + 1);
      }
    }
    return Math.min(row[b.length()], bound);
  }
}
