package dev.ostiary.sidecar.bundle;

import java.util.Collection;
import java.util.Map;

/**
 * Which of some names there must be, may be, and must not be.
 *
 * @param named what holds for a name
 * @param beginning what holds for names that begin so and are not named; the longest counts
 * @param others what holds for all others
 */
public record Presence(Map<String, Need> named, Map<String, Need> beginning, Need others) {
  /** Whether a name is wanted. */
  public enum Need {
    /** It must be there. */
    REQUIRED,
    /** It may be there. */
    OPTIONAL,
    /** It must not be there. */
    ABSENT
  }

  public Presence {
    named = Map.copyOf(named);
    beginning = Map.copyOf(beginning);
  }

  /** Whether exactly these names may be there. */
  public boolean holds(Collection<String> there) {
    for (String name : there) if (need(name) == Need.ABSENT) return false;
    for (var each : named.entrySet())
      if (each.getValue() == Need.REQUIRED && !there.contains(each.getKey())) return false;
    return true;
  }

  private Need need(String name) {
    Need own = named.get(name);
    if (own != null) return own;
    Need found = others;
    int longest = -1;
    for (var each : beginning.entrySet()) {
      if (each.getKey().length() <= longest || !name.startsWith(each.getKey())) continue;
      longest = each.getKey().length();
      found = each.getValue();
    }
    return found;
  }
}
