package dev.ostiary.cedar.validate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * A random schema, as text and as what a generator of policies needs to know of it.
 *
 * @param entityTypes by name
 * @param actions by id
 * @param text in the Cedar schema form
 */
record GeneratedSchema(
    Map<String, EntityType> entityTypes, Map<String, Action> actions, String text) {

  /** A type of an attribute. */
  sealed interface Shape {
    record Named(String name) implements Shape {}

    record SetOf(Shape element) implements Shape {}

    record Fields(Map<String, Attribute> attributes) implements Shape {}
  }

  record Attribute(Shape shape, boolean required) {}

  record EntityType(
      Set<String> parents,
      Map<String, Attribute> attributes,
      Optional<Shape> tags,
      List<String> ids) {}

  record Action(
      Set<String> groups,
      List<String> principals,
      List<String> resources,
      Map<String, Attribute> context) {}

  static final List<String> PLAIN =
      List.of("Bool", "Long", "String", "ipaddr", "decimal", "datetime", "duration");

  /** Names that repeat between types, so that unions of types have something in common. */
  private static final List<String> NAMES = List.of("a", "b", "c", "owner", "size", "two words");

  static GeneratedSchema random(SplittableRandom random) {
    String namespace = random.nextInt(3) == 0 ? "" : "N::";
    int count = 2 + random.nextInt(4);
    var names = new ArrayList<String>();
    for (int i = 0; i < count; i++) names.add(namespace + "E" + i);
    var types = new LinkedHashMap<String, EntityType>();
    for (String name : names) {
      var parents = new LinkedHashSet<String>();
      while (random.nextInt(5) < 2) parents.add(pick(random, names));
      boolean enumerated = random.nextInt(8) == 0;
      types.put(
          name,
          enumerated
              ? new EntityType(Set.of(), Map.of(), Optional.empty(), List.of("x", "y"))
              : new EntityType(
                  parents,
                  attributes(random, names, 4, 2),
                  random.nextInt(3) == 0 ? Optional.of(shape(random, names, 1)) : Optional.empty(),
                  List.of()));
    }
    // An enumerated type has no groups, so nothing may name it as its parent's child either way.
    var actions = new LinkedHashMap<String, Action>();
    for (int i = 0; i < 2 + random.nextInt(3); i++) {
      var groups = new LinkedHashSet<String>();
      if (i > 0 && random.nextInt(2) == 0) groups.add("act" + random.nextInt(i));
      boolean applies = random.nextInt(5) > 0;
      actions.put(
          "act" + i,
          new Action(
              groups,
              applies ? some(random, names) : List.of(),
              applies ? some(random, names) : List.of(),
              attributes(random, names, 3, 2)));
    }
    return new GeneratedSchema(types, actions, text(namespace, types, actions));
  }

  String actionType() {
    return entityTypes.keySet().iterator().next().startsWith("N::") ? "N::Action" : "Action";
  }

  private static Map<String, Attribute> attributes(
      SplittableRandom random, List<String> types, int most, int depth) {
    var attributes = new LinkedHashMap<String, Attribute>();
    for (int i = random.nextInt(most + 1); i > 0; i--)
      attributes.put(
          pick(random, NAMES), new Attribute(shape(random, types, depth), random.nextInt(3) > 0));
    return attributes;
  }

  private static Shape shape(SplittableRandom random, List<String> types, int depth) {
    return switch (random.nextInt(depth > 0 ? 8 : 5)) {
      case 0, 1, 2 -> new Shape.Named(pick(random, PLAIN));
      case 3, 4, 5 -> new Shape.Named(pick(random, types));
      case 6 -> new Shape.SetOf(shape(random, types, depth - 1));
      default -> new Shape.Fields(attributes(random, types, 3, depth - 1));
    };
  }

  private static List<String> some(SplittableRandom random, List<String> types) {
    var some = new LinkedHashSet<String>();
    for (int i = 1 + random.nextInt(2); i > 0; i--) some.add(pick(random, types));
    return List.copyOf(some);
  }

  static <T> T pick(SplittableRandom random, List<T> from) {
    return from.get(random.nextInt(from.size()));
  }

  private static String text(
      String namespace, Map<String, EntityType> types, Map<String, Action> actions) {
    var out = new StringBuilder();
    if (!namespace.isEmpty()) out.append("namespace N {\n");
    types.forEach((name, type) -> {
      out.append("entity ").append(local(name));
      if (!type.ids().isEmpty()) {
        out.append(" enum [\"x\", \"y\"];\n");
        return;
      }
      if (!type.parents().isEmpty()) out.append(" in [").append(joined(type.parents())).append(']');
      out.append(' ').append(text(type.attributes()));
      type.tags().ifPresent(tags -> out.append(" tags ").append(text(tags)));
      out.append(";\n");
    });
    actions.forEach((id, action) -> {
      out.append("action ").append(id);
      if (!action.groups().isEmpty())
        out.append(" in [").append(String.join(", ", action.groups())).append(']');
      if (!action.principals().isEmpty())
        out.append(" appliesTo { principal: [")
            .append(joined(action.principals()))
            .append("], resource: [")
            .append(joined(action.resources()))
            .append("], context: ")
            .append(text(action.context()))
            .append(" }");
      out.append(";\n");
    });
    if (!namespace.isEmpty()) out.append("}\n");
    return out.toString();
  }

  private static String local(String name) {
    return name.replace("N::", "");
  }

  private static String joined(Iterable<String> names) {
    var local = new ArrayList<String>();
    for (String name : names) local.add(local(name));
    return String.join(", ", local);
  }

  private static String text(Map<String, Attribute> attributes) {
    return attributes.entrySet().stream()
        .map(e ->
            "\""
                + e.getKey()
                + (e.getValue().required() ? "\": " : "\"?: ")
                + text(e.getValue().shape()))
        .collect(Collectors.joining(", ", "{", "}"));
  }

  private static String text(Shape shape) {
    return switch (shape) {
      case Shape.Named(var name) -> local(name);
      case Shape.SetOf(var element) -> "Set<" + text(element) + ">";
      case Shape.Fields(var attributes) -> text(attributes);
    };
  }
}
