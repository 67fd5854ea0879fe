package dev.ostiary.sidecar.yaml;

import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Durations as people write them: {@code 500ms}, {@code 10s}, {@code 5m}, {@code 1h}, {@code 90d}.
 */
public final class Durations {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");

  private Durations() {}

  /** In milliseconds, or nothing where the text is no duration. */
  public static OptionalLong millis(String text) {
    var match = FORM.matcher(text);
    if (!match.matches()) return OptionalLong.empty();
    long number = Long.parseLong(match.group(1));
    return OptionalLong.of(
        switch (match.group(2)) {
          case "ms" -> number;
          case "s" -> number * 1_000;
          case "m" -> number * 60_000;
          case "h" -> number * 3_600_000;
          default -> number * 86_400_000;
        });
  }
}
