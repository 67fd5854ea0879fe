package dev.ostiary.cedar.validate;

import static dev.ostiary.cedar.validate.GeneratedSchema.pick;

import dev.ostiary.cedar.validate.GeneratedSchema.Attribute;
import dev.ostiary.cedar.validate.GeneratedSchema.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/** Random policies for a schema: most expressions of the type that is wanted, some of any other. */
final class PolicyGenerator {
  private static final Shape BOOL = new Shape.Named("Bool");
  private static final Shape LONG = new Shape.Named("Long");
  private static final Shape STRING = new Shape.Named("String");

  private final SplittableRandom random;
  private final GeneratedSchema schema;
  private final List<String> types;
  private final List<String> actions;

  // What principal, resource and context are taken to be; the policy's scope may agree or not.
  private String principal = "";
  private String resource = "";
  private Map<String, Attribute> context = Map.of();

  PolicyGenerator(SplittableRandom random, GeneratedSchema schema) {
    this.random = random;
    this.schema = schema;
    this.types = List.copyOf(schema.entityTypes().keySet());
    this.actions = List.copyOf(schema.actions().keySet());
  }

  /** A policy, as a template one time in eight. */
  String policy() {
    var action = of(schema.actions(), pick(random, actions));
    principal = pick(random, action.principals().isEmpty() ? types : action.principals());
    resource = pick(random, action.resources().isEmpty() ? types : action.resources());
    context = action.context();
    boolean template = one(8);
    String head =
        (one(2) ? "permit(" : "forbid(")
            + scope("principal", principal, template && one(2))
            + ", "
            + actionScope()
            + ", "
            + scope("resource", resource, template)
            + ")";
    var text = new StringBuilder(head);
    for (int i = random.nextInt(3); i > 0; i--)
      text.append(one(4) ? " unless { " : " when { ").append(expr(BOOL, 4)).append(" }");
    return text.append(";").toString();
  }

  private static <T> T of(Map<String, T> map, String key) {
    return Objects.requireNonNull(map.get(key), key);
  }

  private boolean one(int in) {
    return random.nextInt(in) == 0;
  }

  private String scope(String variable, String type, boolean slot) {
    String entity = slot ? "?" + variable : entity(one(3) ? pick(random, types) : type);
    return switch (random.nextInt(slot ? 3 : 6)) {
      case 0 -> variable + " == " + entity;
      case 1 -> variable + " in " + entity;
      case 2 -> variable + " is " + type + " in " + entity;
      case 3, 4 -> variable + " is " + (one(8) ? pick(random, types) : type);
      default -> variable;
    };
  }

  private String actionScope() {
    return switch (random.nextInt(5)) {
      case 0 -> "action == " + action();
      case 1 -> "action in " + action();
      case 2 -> "action in [" + action() + ", " + action() + "]";
      default -> "action";
    };
  }

  private String action() {
    return schema.actionType() + "::\"" + (one(40) ? "actt" : pick(random, actions)) + "\"";
  }

  private String entity(String type) {
    List<String> ids = of(schema.entityTypes(), type).ids();
    String id = ids.isEmpty() || one(6) ? "i" + random.nextInt(3) : pick(random, ids);
    return (one(60) ? type + "x" : type) + "::\"" + id + "\"";
  }

  private Shape anyShape() {
    return switch (random.nextInt(5)) {
      case 0 -> new Shape.Named(pick(random, types));
      case 1 -> new Shape.SetOf(anyShape());
      default -> new Shape.Named(pick(random, GeneratedSchema.PLAIN));
    };
  }

  private String expr(Shape wanted, int depth) {
    Shape shape = one(25) ? anyShape() : wanted;
    if (depth > 0 && one(12))
      return "(if %s then %s else %s)"
          .formatted(expr(BOOL, depth - 1), expr(shape, depth - 1), expr(shape, depth - 1));
    if (depth > 0 && !shape.equals(BOOL) && !one(3)) {
      String path = path(shape);
      if (!path.isEmpty()) return path;
    }
    return switch (shape) {
      case Shape.Named(var name) -> named(name, depth);
      case Shape.SetOf(var element) -> set(element, depth);
      case Shape.Fields(var attributes) ->
          attributes.entrySet().stream()
              .filter(a -> a.getValue().required() || one(2))
              .map(a -> "\"" + a.getKey() + "\": " + expr(a.getValue().shape(), depth - 1))
              .collect(Collectors.joining(", ", "{", "}"));
    };
  }

  private String set(Shape element, int depth) {
    var parts = new ArrayList<String>();
    for (int i = one(15) ? 0 : 1 + random.nextInt(2); i > 0; i--)
      parts.add(expr(element, depth - 1));
    return "[" + String.join(", ", parts) + "]";
  }

  private String named(String name, int depth) {
    return switch (name) {
      case "Bool" -> bool(depth);
      case "Long" ->
          depth > 0 && one(3)
              ? "(%s %s %s)"
                  .formatted(
                      expr(LONG, depth - 1),
                      pick(random, List.of("+", "-", "*")),
                      expr(LONG, depth - 1))
              : one(5) && depth > 0
                  ? expr(new Shape.Named("duration"), depth - 1) + ".toSeconds()"
                  : Integer.toString(random.nextInt(9));
      case "String" -> "\"" + pick(random, List.of("a", "b", "t", "")) + "\"";
      case "ipaddr" -> "ip(" + constructed("1.2.3.4", "1.2.3", depth) + ")";
      case "decimal" -> "decimal(" + constructed("1.5", "1", depth) + ")";
      case "datetime" -> "datetime(" + constructed("2024-01-01", "2024-13-01", depth) + ")";
      case "duration" ->
          one(4) && depth > 0
              ? expr(new Shape.Named("datetime"), depth - 1) + ".toTime()"
              : "duration(" + constructed("1h", "1x", depth) + ")";
      default -> one(3) ? variable(name) : entity(name);
    };
  }

  private String variable(String type) {
    if (type.equals(principal)) return "principal";
    if (type.equals(resource)) return "resource";
    return entity(type);
  }

  private String constructed(String good, String bad, int depth) {
    if (one(20)) return "\"" + bad + "\"";
    if (one(20)) return expr(STRING, depth - 1);
    return "\"" + good + "\"";
  }

  private String bool(int depth) {
    if (depth <= 0) return pick(random, List.of("true", "false", "(principal == resource)"));
    int d = depth - 1;
    return switch (random.nextInt(22)) {
      case 0 -> one(3) ? "true" : "false";
      case 1, 2, 3 -> "(" + expr(BOOL, d) + " && " + expr(BOOL, d) + ")";
      case 4 -> "(" + expr(BOOL, d) + " || " + expr(BOOL, d) + ")";
      case 5 -> "!(" + expr(BOOL, d) + ")";
      case 6, 7 -> equality(d);
      case 8 -> comparison(d);
      case 9 -> "(" + entity(d) + " is " + pick(random, types) + ")";
      case 10, 11 -> membership(d);
      case 12, 13 -> guarded(d);
      case 14 -> has();
      case 15 -> contains(d);
      case 16 -> "(" + expr(STRING, d) + " like \"a*\")";
      case 17 -> expr(new Shape.SetOf(anyShape()), d) + ".isEmpty()";
      case 18 -> tags(d);
      case 19 -> extension(d);
      case 20 -> "(action == " + action() + ")";
      default -> {
        String path = path(BOOL);
        yield path.isEmpty() ? "true" : path;
      }
    };
  }

  private String entity(int depth) {
    return expr(new Shape.Named(pick(random, types)), depth);
  }

  private String equality(int d) {
    Shape shape = anyShape();
    return "(" + expr(shape, d) + (one(3) ? " != " : " == ") + expr(shape, d) + ")";
  }

  private String comparison(int d) {
    Shape shape =
        new Shape.Named(pick(random, List.of("Long", "Long", "datetime", "duration", "decimal")));
    return "(%s %s %s)"
        .formatted(expr(shape, d), pick(random, List.of("<", "<=", ">", ">=")), expr(shape, d));
  }

  private String membership(int d) {
    if (one(4)) return "(action in [" + action() + ", " + action() + "])";
    String type = pick(random, types);
    String group =
        one(3) ? expr(new Shape.SetOf(new Shape.Named(type)), d) : expr(new Shape.Named(type), d);
    return "(" + entity(d) + " in " + group + ")";
  }

  private String contains(int d) {
    Shape element = anyShape();
    var set = new Shape.SetOf(element);
    return switch (random.nextInt(3)) {
      case 0 -> expr(set, d) + ".contains(" + expr(element, d) + ")";
      case 1 -> expr(set, d) + ".containsAll(" + expr(set, d) + ")";
      default -> expr(set, d) + ".containsAny(" + expr(set, d) + ")";
    };
  }

  private String extension(int d) {
    var ip = new Shape.Named("ipaddr");
    var decimal = new Shape.Named("decimal");
    return one(2)
        ? expr(ip, d) + ".isInRange(" + expr(ip, d) + ")"
        : expr(decimal, d) + ".lessThan(" + expr(decimal, d) + ")";
  }

  private String tags(int d) {
    String entity = one(2) ? variable(principal) : entity(d);
    String key = one(3) ? expr(STRING, d) : "\"t\"";
    String test = entity + ".hasTag(" + key + ")";
    String read = entity + ".getTag(" + (one(6) ? "\"u\"" : key) + ")";
    return one(5) ? "(" + read + " == 1)" : "(" + test + " && " + read + " == " + read + ")";
  }

  /** A test for a path and a use of it, related in one of the ways that capabilities may flow. */
  private String guarded(int d) {
    String path = path(one(2) ? BOOL : anyShape());
    int dot = path.lastIndexOf("[\"");
    if (dot < 0) return has();
    String test = path.substring(0, dot) + " has " + path.substring(dot + 1, path.length() - 1);
    String use = one(4) ? equality(d) + " && " + path + " == " + path : path + " == " + path;
    return switch (random.nextInt(7)) {
      case 0, 1, 2 -> "(" + test + " && " + use + ")";
      case 3 -> "(if " + test + " then " + use + " else " + expr(BOOL, d) + ")";
      case 4 -> "((" + test + " || " + expr(BOOL, d) + ") && " + use + ")";
      case 5 -> "((" + test + ") == true && " + use + ")";
      default ->
          "((" + expr(BOOL, d) + " || " + test + " && true) && (" + test + " && " + use + "))";
    };
  }

  private String has() {
    String base = pick(random, List.of("principal", "resource", "context"));
    return "(" + hasPath(base) + ")";
  }

  private String hasPath(String base) {
    return switch (random.nextInt(3)) {
      case 0 -> base + " has " + pick(random, List.of("a", "b", "c", "owner", "size", "nope"));
      case 1 -> base + " has a." + pick(random, List.of("a", "b", "owner.c"));
      default -> base + " has owner." + pick(random, List.of("a", "b.c", "owner"));
    };
  }

  /** A path of attributes to a value of that shape; empty where a few steps lead nowhere. */
  private String path(Shape wanted) {
    for (int attempt = 0; attempt < 4; attempt++) {
      int start = random.nextInt(3);
      String path = start == 0 ? "principal" : start == 1 ? "resource" : "context";
      Shape at =
          start == 0
              ? new Shape.Named(principal)
              : start == 1 ? new Shape.Named(resource) : new Shape.Fields(context);
      for (int step = 0; step < 3; step++) {
        Map<String, Attribute> attributes = attributes(at);
        if (attributes.isEmpty()) break;
        String name = pick(random, List.copyOf(attributes.keySet()));
        path += "[\"" + name + "\"]";
        at = of(attributes, name).shape();
        if (at.equals(wanted)) return path;
      }
    }
    return "";
  }

  private Map<String, Attribute> attributes(Shape shape) {
    return switch (shape) {
      case Shape.Named(var name) ->
          schema.entityTypes().containsKey(name)
              ? of(schema.entityTypes(), name).attributes()
              : Map.of();
      case Shape.SetOf _ -> Map.of();
      case Shape.Fields(var attributes) -> attributes;
    };
  }
}
