package dev.ostiary.cedar;

/**
 * A Cedar {@code decimal}: a fixed-point number with four digits behind the point. {@code
 * tenThousandths} is the value times 10,000.
 */
public record DecimalValue(long tenThousandths) implements Value {
  private static final int DIGITS = 4;

  /**
   * The number that {@code text} says: an optional minus, digits, a point, one to four digits.
   *
   * @throws ValueFormatException if the text has another form or the value does not fit
   */
  public static DecimalValue parse(String text) throws ValueFormatException {
    int start = text.startsWith("-") ? 1 : 0;
    int point = text.indexOf('.');
    if (point <= start
        || point == text.length() - 1
        || !Digits.all(text, start, point)
        || !Digits.all(text, point + 1, text.length()))
      throw new ValueFormatException("expected a decimal such as `12.5`, got `" + text + "`");
    String fraction = text.substring(point + 1);
    if (fraction.length() > DIGITS)
      throw new ValueFormatException(
          "a decimal has at most " + DIGITS + " digits behind the point, got `" + text + "`");
    try {
      return new DecimalValue(
          Long.parseLong(
              text.substring(0, point) + fraction + "0".repeat(DIGITS - fraction.length())));
    } catch (NumberFormatException _) {
      throw new ValueFormatException("the decimal `" + text + "` is out of range");
    }
  }

  /** The number, with one to four digits behind the point. */
  public String text() {
    String digits = Long.toString(tenThousandths).replace("-", "");
    digits = "0".repeat(Math.max(0, DIGITS + 1 - digits.length())) + digits;
    int point = digits.length() - DIGITS;
    int end = digits.length();
    while (end > point + 1 && digits.charAt(end - 1) == '0') end--;
    return (tenThousandths < 0 ? "-" : "")
        + digits.substring(0, point)
        + "."
        + digits.substring(point, end);
  }

  @Override
  public String toString() {
    return "decimal(\"" + text() + "\")";
  }
}
