package dev.ostiary.cedar.schema;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** Writes schemas in the Cedar form: some right, most wrong in one place, some in their syntax. */
final class SchemaGenerator {
  private static final List<String> NAMES =
      List.of(
          "A",
          "A",
          "A",
          "B",
          "B",
          "B",
          "C",
          "C",
          "T",
          "T",
          "U",
          "U",
          "Long",
          "String",
          "ipaddr",
          "decimal",
          "Set",
          "Action",
          "entity",
          "type",
          "in",
          "if",
          "__cedar",
          "Boolean",
          "Record",
          "tags",
          "enum",
          "action",
          "namespace",
          "principal");
  private static final List<String> BUILT_IN =
      List.of("Long", "String", "Bool", "ipaddr", "datetime", "decimal", "duration");
  private static final List<String> STRINGS =
      List.of(
          "\"x\"",
          "\"y z\"",
          "\"\\n\"",
          "\"\\u{20AC}\"",
          "\"\\x7f\"",
          "\"\"",
          "\"\\q\"",
          "\"é\"",
          "\"a\\\"b\"",
          "\"__cedar\"",
          "\"\\0\"",
          "\"it's\"");
  private static final List<String> FLOORS =
      List.of(
          "entity A; entity B; entity C in A; type T = {x: Long}; entity U {t: T};",
          "entity A; entity B; entity C; entity T; entity U;",
          "namespace N { entity A in B; entity B; type C = Long; type T = Set<A>; entity U; action"
              + " a, b; }",
          "namespace N { entity A; entity B; type T = {x: Long}; } namespace M { entity C; entity U"
              + " in N::A; action view; }",
          "");

  private final SplittableRandom random;

  SchemaGenerator(SplittableRandom random) {
    this.random = random;
  }

  String schema() {
    var out = new StringBuilder(of(FLOORS));
    for (int n = random.nextInt(4); n > 0; n--)
      if (chance(30))
        out.append(' ')
            .append(annotations())
            .append("namespace ")
            .append(namespace())
            .append(" { ")
            .append(many(0, 4, " ", this::declaration))
            .append(" }");
      else out.append(' ').append(declaration());
    return chance(15) ? damaged(out.toString()) : out.toString();
  }

  private String damaged(String schema) {
    List<String> words = new ArrayList<>(List.of(schema.split(" ", -1)));
    int at = random.nextInt(words.size());
    switch (random.nextInt(3)) {
      case 0 -> words.remove(at);
      case 1 ->
          words.add(
              at,
              of(List.of(",", ";", "{", "}", "::", "in", "@", "?", "=", "\"x", "//c\n", "[", ">")));
      default -> Collections.swap(words, at, random.nextInt(words.size()));
    }
    return String.join(" ", words);
  }

  private String declaration() {
    int kind = random.nextInt(4);
    return annotations()
        + (kind < 2
            ? entity()
            : kind == 2 ? action() : "type " + of(NAMES) + " = " + type(0) + ";");
  }

  private String entity() {
    String out = "entity " + many(1, 2, ", ", () -> of(NAMES));
    if (chance(10)) return out + " enum [" + many(1, 3, ", ", () -> of(STRINGS)) + "];";
    if (chance(35)) out += " in " + entityTypes();
    if (chance(60)) out += (chance(50) ? " = " : " ") + record(0);
    if (chance(20)) out += " tags " + type(0);
    return out + ";";
  }

  private String action() {
    String out = "action " + many(1, 2, ", ", this::actionName);
    if (chance(30))
      out += " in " + (chance(50) ? reference() : "[" + many(1, 2, ", ", this::reference) + "]");
    if (chance(60)) {
      List<String> parts =
          new ArrayList<>(List.of("principal: " + entityTypes(), "resource: " + entityTypes()));
      if (chance(50)) parts.add("context: " + (chance(70) ? record(0) : path()));
      if (chance(5)) parts.remove(0);
      if (chance(5)) parts.add(parts.get(0));
      if (chance(50)) Collections.reverse(parts);
      out += " appliesTo {" + String.join(", ", parts) + (chance(20) ? "," : "") + "}";
    }
    return out + (chance(5) ? " attributes {};" : ";");
  }

  private String actionName() {
    return chance(70)
        ? of(List.of("a", "b", "c", "view", "\"edit it\""))
        : chance(50) ? of(STRINGS) : of(NAMES);
  }

  private String reference() {
    return chance(60)
        ? actionName()
        : of(List.of("Action", "N::Action", "M::Action", "A"))
            + "::"
            + of(List.of("\"a\"", "\"view\""));
  }

  private String entityTypes() {
    return chance(40) ? path() : "[" + many(0, 3, ", ", this::path) + "]";
  }

  private String type(int depth) {
    int kind = random.nextInt(20);
    if (kind < 7) return of(BUILT_IN);
    if (kind < 14 || depth > 2) return path();
    return kind < 17 ? "Set<" + type(depth + 1) + ">" : record(depth + 1);
  }

  private String record(int depth) {
    String inside = many(0, 3, ", ", () -> attribute(depth));
    return "{" + inside + (!inside.isEmpty() && chance(20) ? "," : "") + "}";
  }

  private String attribute(int depth) {
    String name = chance(60) ? of(List.of("x", "y", "z")) : chance(50) ? of(STRINGS) : of(NAMES);
    return annotations() + name + (chance(30) ? "?" : "") + ": " + type(depth);
  }

  private String annotations() {
    return many(
        0, chance(75) ? 0 : 2, "", () -> of(List.of("@a ", "@b(\"v\") ", "@in ", "@a(\"\") ")));
  }

  private String path() {
    int kind = random.nextInt(10);
    if (kind < 7) return of(NAMES);
    return (kind < 9 ? namespace() : "__cedar") + "::" + (kind < 9 ? of(NAMES) : of(BUILT_IN));
  }

  private String namespace() {
    return chance(80)
        ? of(List.of("N", "M", "N::M"))
        : of(List.of("A", "__cedar", "N::__cedar", "Action", "if"));
  }

  private String many(int least, int most, String between, Supplier<String> one) {
    List<String> made = new ArrayList<>();
    for (int n = least + random.nextInt(most - least + 1); n > 0; n--) made.add(one.get());
    return String.join(between, made);
  }

  private <T> T of(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }
}
