package dev.ostiary.cedar;

/** A Cedar {@code duration}, in milliseconds. */
public record DurationValue(long millis) implements Value {
  private static final String[] UNITS = {"d", "h", "m", "s", "ms"};
  private static final long[] UNIT_MILLIS = {86_400_000, 3_600_000, 60_000, 1_000, 1};

  /**
   * The duration that {@code text} says: an optional minus, then days, hours, minutes, seconds and
   * milliseconds as in {@code 1d2h3m4s5ms}, each at most once and in this order, at least one.
   *
   * @throws ValueFormatException if the text has another form or a part or the sum does not fit
   */
  public static DurationValue parse(String text) throws ValueFormatException {
    boolean negative = text.startsWith("-");
    int at = negative ? 1 : 0;
    if (at == text.length()) throw malformed(text);
    int next = 0;
    long[] counts = new long[UNITS.length];
    while (at < text.length()) {
      int digits = at;
      while (at < text.length() && Digits.is(text.charAt(at))) at++;
      int unit = unitAt(text, at, next);
      if (digits == at || unit < 0) throw malformed(text);
      // Only milliseconds may be the one value that has no positive counterpart.
      boolean mayBeLeast = negative && unit == UNITS.length - 1;
      counts[unit] = count(text, digits, at, mayBeLeast);
      at += UNITS[unit].length();
      next = unit + 1;
    }
    try {
      long sum = negative ? -counts[4] : counts[4];
      for (int unit = 3; unit >= 0; unit--) {
        long part = Math.multiplyExact(counts[unit], UNIT_MILLIS[unit]);
        sum = negative ? Math.subtractExact(sum, part) : Math.addExact(sum, part);
      }
      return new DurationValue(sum);
    } catch (ArithmeticException _) {
      throw outOfRange(text);
    }
  }

  private static int unitAt(String text, int at, int first) {
    for (int unit = first; unit < UNITS.length; unit++) {
      // An "m" that starts "ms" is not minutes.
      if (text.startsWith(UNITS[unit], at) && !(unit == 2 && text.startsWith("ms", at)))
        return unit;
    }
    return -1;
  }

  private static long count(String text, int start, int end, boolean mayBeLeast)
      throws ValueFormatException {
    try {
      if (!mayBeLeast) return Long.parseLong(text.substring(start, end));
      return -Long.parseLong("-" + text.substring(start, end));
    } catch (NumberFormatException _) {
      throw outOfRange(text);
    }
  }

  private static ValueFormatException malformed(String text) {
    return new ValueFormatException(
        "expected a duration such as `1d2h3m4s5ms`, got `" + text + "`");
  }

  private static ValueFormatException outOfRange(String text) {
    return new ValueFormatException("the duration `" + text + "` is out of range");
  }

  /** As Cedar writes it, each part as large as it can be. */
  @Override
  public String toString() {
    if (millis == 0) return "duration(\"0ms\")";
    var text = new StringBuilder(millis < 0 ? "-" : "");
    long rest = millis;
    for (int unit = 0; unit < UNITS.length; unit++) {
      long count = Math.abs(rest / UNIT_MILLIS[unit]);
      rest %= UNIT_MILLIS[unit];
      if (count > 0) text.append(count).append(UNITS[unit]);
    }
    return "duration(\"" + text + "\")";
  }
}
