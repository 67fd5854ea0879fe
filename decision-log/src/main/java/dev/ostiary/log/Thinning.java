package dev.ostiary.log;

import dev.ostiary.log.store.ObjectStore.Listed;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;

/**
 * Which kept checkpoints stay: all of the last two hours, then the first of each hour, and after
 * two days the first of each day. Ages count back from the newest, so that no clock is asked.
 */
final class Thinning {
  private static final Duration MINUTES = Duration.ofHours(2);
  private static final Duration HOURS = Duration.ofDays(2);

  private Thinning() {}

  /** Names of those that may go; never the oldest nor the newest. */
  static List<String> superfluous(List<Listed> kept) {
    var byAge = kept.stream().sorted(Comparator.comparing(Listed::modified)).toList();
    var go = new ArrayList<String>();
    if (byAge.isEmpty()) return go;
    Instant newest = byAge.getLast().modified();
    var taken = new HashSet<Instant>();
    for (var one : byAge) {
      var age = Duration.between(one.modified(), newest);
      if (age.compareTo(MINUTES) <= 0) break;
      var unit = age.compareTo(HOURS) <= 0 ? ChronoUnit.HOURS : ChronoUnit.DAYS;
      if (!taken.add(one.modified().truncatedTo(unit))) go.add(one.name());
      else taken.add(one.modified().truncatedTo(ChronoUnit.HOURS));
    }
    return go;
  }
}
