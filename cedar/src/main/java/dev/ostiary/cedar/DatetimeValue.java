package dev.ostiary.cedar;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** A Cedar {@code datetime}: milliseconds since 1970-01-01T00:00:00Z. */
public record DatetimeValue(long epochMillis) implements Value {
  private static final long DAY_MILLIS = 86_400_000;
  private static final long FIRST = LocalDate.of(0, 1, 1).toEpochDay() * DAY_MILLIS;
  private static final long LAST = LocalDate.of(10_000, 1, 1).toEpochDay() * DAY_MILLIS - 1;
  private static final int DATE_LENGTH = "2024-10-15".length();
  private static final int TIME_LENGTH = "2024-10-15T11:38:02".length();

  /**
   * The moment that {@code text} says: {@code 2024-10-15}, {@code 2024-10-15T11:38:02Z}, {@code
   * 2024-10-15T11:38:02.101Z}, or with an offset such as {@code +0130} instead of {@code Z}.
   *
   * @throws ValueFormatException if the text has another form or names no moment
   */
  public static DatetimeValue parse(String text) throws ValueFormatException {
    if (!matches(text, 0, "dddd-dd-dd")) throw malformed(text);
    if (text.length() == DATE_LENGTH) return new DatetimeValue(dayMillis(text));
    if (!matches(text, DATE_LENGTH, "Tdd:dd:dd")) throw malformed(text);
    int at = TIME_LENGTH;
    int millis = 0;
    if (matches(text, at, ".ddd")) {
      millis = Digits.number(text, at + 1, at + 4);
      at += 4;
    }
    int offsetMinutes = 0;
    if (!text.substring(at).equals("Z")) {
      boolean ahead = matches(text, at, "+dddd");
      if (text.length() != at + 5 || !(ahead || matches(text, at, "-dddd"))) throw malformed(text);
      int hours = Digits.number(text, at + 1, at + 3);
      int minutes = Digits.number(text, at + 3, at + 5);
      if (hours > 23 || minutes > 59)
        throw new ValueFormatException("the offset of `" + text + "` is out of range");
      offsetMinutes = (ahead ? 1 : -1) * (hours * 60 + minutes);
    }
    long day = dayMillis(text);
    int hour = Digits.number(text, 11, 13);
    int minute = Digits.number(text, 14, 16);
    int second = Digits.number(text, 17, 19);
    if (hour > 23 || minute > 59 || second > 59)
      throw new ValueFormatException("there is no such time as in `" + text + "`");
    long time = ((hour * 60L + minute - offsetMinutes) * 60 + second) * 1000 + millis;
    return new DatetimeValue(day + time);
  }

  private static long dayMillis(String text) throws ValueFormatException {
    int year = Digits.number(text, 0, 4);
    int month = Digits.number(text, 5, 7);
    int day = Digits.number(text, 8, 10);
    try {
      return LocalDate.of(year, month, day).toEpochDay() * DAY_MILLIS;
    } catch (DateTimeException _) {
      throw new ValueFormatException("there is no such day as in `" + text + "`");
    }
  }

  /** Whether the text goes on like {@code form}, where {@code d} stands for a digit. */
  private static boolean matches(String text, int at, String form) {
    if (text.length() < at + form.length()) return false;
    for (int i = 0; i < form.length(); i++) {
      char c = text.charAt(at + i);
      if (form.charAt(i) == 'd' ? !Digits.is(c) : c != form.charAt(i)) return false;
    }
    return true;
  }

  private static ValueFormatException malformed(String text) {
    return new ValueFormatException(
        "expected a datetime such as `2024-10-15T11:38:02.101Z`, got `" + text + "`");
  }

  /** As Cedar writes it; where the year has not four digits, as an offset from 1970-01-01. */
  @Override
  public String toString() {
    if (epochMillis < FIRST || epochMillis > LAST)
      return "datetime(\"1970-01-01\").offset(" + new DurationValue(epochMillis) + ")";
    var time = LocalDateTime.ofEpochSecond(Math.floorDiv(epochMillis, 1000), 0, ZoneOffset.UTC);
    int millis = (int) Math.floorMod(epochMillis, 1000L);
    String date = time.toLocalDate().toString();
    if (Math.floorMod(epochMillis, DAY_MILLIS) == 0) return "datetime(\"" + date + "\")";
    String clock = "T%02d:%02d:%02d".formatted(time.getHour(), time.getMinute(), time.getSecond());
    return "datetime(\"" + date + clock + (millis == 0 ? "" : ".%03d".formatted(millis)) + "Z\")";
  }
}
