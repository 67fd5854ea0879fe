package dev.ostiary.cedar.syntax;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The extension functions and methods of Cedar 4.5, by their Cedar notation. */
public enum ExtensionFunction {
  IP("ip", Style.FUNCTION, 1),
  IS_IPV4("isIpv4", Style.METHOD, 1),
  IS_IPV6("isIpv6", Style.METHOD, 1),
  IS_LOOPBACK("isLoopback", Style.METHOD, 1),
  IS_MULTICAST("isMulticast", Style.METHOD, 1),
  IS_IN_RANGE("isInRange", Style.METHOD, 2),
  DECIMAL("decimal", Style.FUNCTION, 1),
  LESS_THAN("lessThan", Style.METHOD, 2),
  LESS_THAN_OR_EQUAL("lessThanOrEqual", Style.METHOD, 2),
  GREATER_THAN("greaterThan", Style.METHOD, 2),
  GREATER_THAN_OR_EQUAL("greaterThanOrEqual", Style.METHOD, 2),
  DATETIME("datetime", Style.FUNCTION, 1),
  OFFSET("offset", Style.METHOD, 2),
  DURATION_SINCE("durationSince", Style.METHOD, 2),
  TO_DATE("toDate", Style.METHOD, 1),
  TO_TIME("toTime", Style.METHOD, 1),
  DURATION("duration", Style.FUNCTION, 1),
  TO_MILLISECONDS("toMilliseconds", Style.METHOD, 1),
  TO_SECONDS("toSeconds", Style.METHOD, 1),
  TO_MINUTES("toMinutes", Style.METHOD, 1),
  TO_HOURS("toHours", Style.METHOD, 1),
  TO_DAYS("toDays", Style.METHOD, 1);

  /** How a call is written. */
  public enum Style {
    /** {@code ip("10.0.0.1")}. */
    FUNCTION,
    /** {@code a.isInRange(b)}. */
    METHOD
  }

  private static final Map<String, ExtensionFunction> BY_NAME = new HashMap<>();

  static {
    for (var function : values()) BY_NAME.put(function.notation, function);
  }

  private final String notation;
  private final Style style;
  private final int arity;

  ExtensionFunction(String notation, Style style, int arity) {
    this.notation = notation;
    this.style = style;
    this.arity = arity;
  }

  /** The function of that name, if there is one. */
  public static Optional<ExtensionFunction> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** As it is written in a policy. */
  public String notation() {
    return notation;
  }

  /** How a call is written. */
  public Style style() {
    return style;
  }

  /** Number of arguments; a method's receiver counts. */
  public int arity() {
    return arity;
  }
}
