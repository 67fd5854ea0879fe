package dev.ostiary.cedar.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** Makes Cedar expressions that mostly have the type asked for, and sometimes another. */
final class RandomExpressions {
  private static final List<String> ATTRIBUTES =
      List.of("age", "name", "ok", "boss", "list", "rec", "ip", "dec", "at", "ttl", "none");

  /** The kinds of values. */
  enum Kind {
    BOOL,
    LONG,
    STRING,
    ENTITY,
    SET,
    RECORD,
    IP,
    DECIMAL,
    DATETIME,
    DURATION
  }

  private final SplittableRandom random;

  RandomExpressions(SplittableRandom random) {
    this.random = random;
  }

  /** An expression that mostly is of that kind. */
  String of(Kind kind, int depth) {
    if (random.nextInt(25) == 0) return of(Kind.values()[random.nextInt(Kind.values().length)], 0);
    if (depth > 0 && random.nextInt(8) == 0)
      return "(if "
          + bool(depth - 1)
          + " then "
          + of(kind, depth - 1)
          + " else "
          + of(kind, depth - 1)
          + ")";
    if (depth <= 0 || random.nextInt(3) == 0) return leaf(kind);
    int d = depth - 1;
    return switch (kind) {
      case BOOL -> bool(depth);
      case LONG ->
          one(
              () -> "(" + of(kind, d) + pick(" + ", " - ", " * ") + of(kind, d) + ")",
              () -> "-(" + of(kind, d) + ")",
              () -> of(Kind.DURATION, d) + pick(".toSeconds()", ".toMilliseconds()", ".toDays()"));
      case STRING -> leaf(kind);
      case ENTITY -> leaf(kind);
      case SET -> "[" + String.join(", ", several(d)) + "]";
      case RECORD -> "{a: " + any(d) + ", \"b c\": " + any(d) + "}";
      case IP, DECIMAL -> leaf(kind);
      case DATETIME ->
          one(
              () -> of(kind, d) + ".offset(" + of(Kind.DURATION, d) + ")",
              () -> of(kind, d) + ".toDate()");
      case DURATION ->
          one(
              () -> of(Kind.DATETIME, d) + ".durationSince(" + of(Kind.DATETIME, d) + ")",
              () -> of(Kind.DATETIME, d) + ".toTime()");
    };
  }

  private String bool(int depth) {
    if (depth <= 0) return leaf(Kind.BOOL);
    int d = depth - 1;
    return one(
        () -> chain(" && ", d),
        () -> chain(" || ", d),
        () -> "!(" + of(Kind.BOOL, d) + ")",
        () -> "(" + any(d) + pick(" == ", " != ") + any(d) + ")",
        () -> "(" + of(Kind.LONG, d) + compare() + of(Kind.LONG, d) + ")",
        () -> "(" + of(Kind.DATETIME, d) + compare() + of(Kind.DATETIME, d) + ")",
        () -> "(" + of(Kind.DURATION, d) + compare() + of(Kind.DURATION, d) + ")",
        () -> "(" + of(Kind.ENTITY, d) + " in " + of(Kind.ENTITY, d) + ")",
        () ->
            "("
                + of(Kind.ENTITY, d)
                + " in ["
                + of(Kind.ENTITY, d)
                + ", "
                + of(Kind.ENTITY, d)
                + "])",
        () -> "(" + of(Kind.ENTITY, d) + " is " + type() + ")",
        () -> "(" + of(Kind.ENTITY, d) + " is " + type() + " in " + of(Kind.ENTITY, d) + ")",
        () -> "(" + of(pick(Kind.ENTITY, Kind.RECORD), d) + " has " + attribute() + ")",
        () -> "(" + of(Kind.ENTITY, d) + " has " + attribute() + "." + attribute() + ")",
        () -> of(Kind.SET, d) + ".contains(" + any(d) + ")",
        () -> of(Kind.SET, d) + pick(".containsAll(", ".containsAny(") + of(Kind.SET, d) + ")",
        () -> of(Kind.SET, d) + ".isEmpty()",
        () -> of(Kind.ENTITY, d) + ".hasTag(" + of(Kind.STRING, d) + ")",
        () ->
            "("
                + of(Kind.STRING, d)
                + " like \""
                + pick("*", "a*", "*a*b", "x", "\\*", "a*b*")
                + "\")",
        () -> of(Kind.IP, d) + pick(".isIpv4()", ".isLoopback()", ".isMulticast()"),
        () -> of(Kind.IP, d) + ".isInRange(" + of(Kind.IP, d) + ")",
        () ->
            of(Kind.DECIMAL, d)
                + pick(".lessThan(", ".greaterThanOrEqual(")
                + of(Kind.DECIMAL, d)
                + ")");
  }

  /** Among the operands there are constants that are no Boolean or have no value. */
  private String chain(String operator, int depth) {
    var operands = new ArrayList<String>();
    for (int i = 2 + random.nextInt(3); i > 0; i--)
      operands.add(random.nextInt(8) == 0 ? failing() : of(Kind.BOOL, depth));
    return "(" + String.join(operator, operands) + ")";
  }

  private String failing() {
    return pick(
        "1",
        "\"a\"",
        "(9223372036854775807 + 1 == 0)",
        "ip(\"x\").isIpv4()",
        "{a: 1}.b",
        "User::\"0\"",
        "(1 < \"a\")",
        "[1].containsAll(1)");
  }

  private String leaf(Kind kind) {
    if (random.nextInt(2) == 0) return attributeOf(kind);
    return switch (kind) {
      case BOOL -> pick("true", "false");
      case LONG -> pick("0", "1", "7", "(-3)", "9223372036854775807", "(-9223372036854775808)");
      case STRING -> pick("\"\"", "\"a\"", "\"ab\"", "\"a*b\"", "\"t\"", "\"é\"");
      case ENTITY -> pick("principal", "action", "resource", entity());
      case SET -> pick("[]", "[1, 2]", "[\"a\"]", "[" + entity() + "]", "[1, \"a\", true]");
      case RECORD -> pick("{}", "{a: 1}", "{a: {b: 2}}", "context");
      case IP -> "ip(" + pick("\"10.0.0.1\"", "\"10.0.0.0/8\"", "\"::1\"", "\"1.2.3\"") + ")";
      case DECIMAL -> "decimal(" + pick("\"1.0\"", "\"-2.55\"", "\"1\"", "\"1.00\"") + ")";
      case DATETIME ->
          "datetime(" + pick("\"2024-01-01\"", "\"1969-12-31T23:59:59.999Z\"", "\"x\"") + ")";
      case DURATION -> "duration(" + pick("\"1h\"", "\"-1d\"", "\"3600s\"", "\"\"") + ")";
    };
  }

  private String attributeOf(Kind kind) {
    String name =
        switch (kind) {
          case BOOL -> "ok";
          case LONG -> "age";
          case STRING -> "name";
          case ENTITY -> "boss";
          case SET -> "list";
          case RECORD -> "rec";
          case IP -> "ip";
          case DECIMAL -> "dec";
          case DATETIME -> "at";
          case DURATION -> "ttl";
        };
    if (random.nextInt(12) == 0) return pick("principal", "resource") + ".getTag(\"t\")";
    String of = pick("principal", "principal", "resource", "context", "context.rec", entity());
    return of + (random.nextInt(4) == 0 ? "[\"" + name + "\"]" : "." + name);
  }

  String entity() {
    return type() + "::\"" + random.nextInt(7) + "\"";
  }

  String type() {
    return pick("User", "Group", "Photo", "NS::Thing");
  }

  private String attribute() {
    return ATTRIBUTES.get(random.nextInt(ATTRIBUTES.size()));
  }

  private String any(int depth) {
    return of(Kind.values()[random.nextInt(Kind.values().length)], depth);
  }

  private List<String> several(int depth) {
    var several = new ArrayList<String>();
    for (int i = random.nextInt(4); i > 0; i--) several.add(any(depth));
    return several;
  }

  private String compare() {
    return pick(" < ", " <= ", " > ", " >= ");
  }

  @SafeVarargs
  final <T> T pick(T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  @SafeVarargs
  private String one(Supplier<String>... choices) {
    return choices[random.nextInt(choices.length)].get();
  }
}
