package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.DatetimeValue;
import dev.ostiary.cedar.DecimalValue;
import dev.ostiary.cedar.DurationValue;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.IpValue;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.SetValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Makes policies, entities and requests about the same few names, so that they meet. */
final class RandomWorld {
  private static final List<String> TYPES = List.of("User", "Group", "Photo", "NS::Thing");

  private final SplittableRandom random;
  private final RandomExpressions expressions;

  RandomWorld(long seed) {
    this.random = new SplittableRandom(seed);
    this.expressions = new RandomExpressions(random);
  }

  /** Policies as text, each on a line. */
  String policies(int count) {
    var text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(expressions.pick("permit", "permit", "forbid"))
          .append('(')
          .append(scope("principal"))
          .append(", ")
          .append(actionScope())
          .append(", ")
          .append(scope("resource"))
          .append(')');
      if (random.nextInt(4) == 0) text.append(" when { ").append(comparison()).append(" }");
      for (int k = random.nextInt(3); k > 0; k--) {
        text.append(expressions.pick(" when { ", " unless { "))
            .append(expressions.of(RandomExpressions.Kind.BOOL, random.nextInt(5)))
            .append(" }");
      }
      text.append(";\n");
    }
    return text.toString();
  }

  /** What an index of attributes is made for. */
  private String comparison() {
    String attribute =
        expressions.pick("principal", "resource", "context") + expressions.pick(".name", ".age");
    String literal = expressions.pick("\"a\"", "\"ab\"", "1", "2", "true");
    String equal =
        random.nextInt(3) > 0 ? attribute + " == " + literal : literal + " == " + attribute;
    return random.nextBoolean()
        ? equal
        : equal + " && " + expressions.of(RandomExpressions.Kind.BOOL, 2);
  }

  private String scope(String variable) {
    return switch (random.nextInt(9)) {
      case 0 -> variable + " == " + expressions.entity();
      case 1, 2 -> variable + " in " + expressions.entity();
      case 3 -> variable + " is " + expressions.type();
      case 4 -> variable + " is " + expressions.type() + " in " + expressions.entity();
      default -> variable;
    };
  }

  private String actionScope() {
    return switch (random.nextInt(5)) {
      case 0 -> "action == " + action();
      case 1 -> "action in " + action();
      case 2 -> "action in [" + action() + ", " + action() + ", " + action() + "]";
      default -> "action";
    };
  }

  private String action() {
    return "Action::\"" + random.nextInt(5) + "\"";
  }

  /** Entities without cycles: parents have higher numbers. Some parents are no entities. */
  List<Entity> entities() {
    var entities = new ArrayList<Entity>();
    for (String type : TYPES) {
      for (int i = 0; i < 6; i++) {
        if (random.nextInt(6) > 0) entities.add(entity(type, i));
      }
    }
    for (int i = 0; i < 5; i++) {
      Set<EntityUid> parents = new HashSet<>();
      while (i < 4 && random.nextBoolean())
        parents.add(EntityUid.of("Action", "" + (i + 1 + random.nextInt(4 - i))));
      entities.add(
          new Entity(
              EntityUid.of("Action", "" + i), RecordValue.EMPTY, RecordValue.EMPTY, parents));
    }
    return entities;
  }

  /** One entity with parents of higher numbers. */
  Entity entity(String type, int number) {
    Set<EntityUid> parents = new HashSet<>();
    while (number < 6 && random.nextInt(3) > 0)
      parents.add(
          EntityUid.of(
              TYPES.get(random.nextInt(TYPES.size())),
              "" + (number + 1 + random.nextInt(6 - number))));
    Map<String, Value> tags =
        random.nextBoolean() ? Map.of("t", value(random.nextInt(10), 1)) : Map.of();
    return new Entity(
        EntityUid.of(type, "" + number), attributes(2), RecordValue.of(tags), parents);
  }

  /** A request about the same names. */
  Request request() {
    return new Request(uid(), EntityUid.of("Action", "" + random.nextInt(5)), uid(), attributes(2));
  }

  private EntityUid uid() {
    return EntityUid.of(TYPES.get(random.nextInt(TYPES.size())), "" + random.nextInt(7));
  }

  private RecordValue attributes(int depth) {
    String[] names = {"ok", "age", "name", "boss", "list", "rec", "ip", "dec", "at", "ttl"};
    var attributes = new HashMap<String, Value>();
    for (int i = 0; i < names.length; i++) {
      int kind = random.nextInt(15) == 0 ? random.nextInt(10) : i;
      if (random.nextInt(7) > 0 && (kind != 5 || depth > 0))
        attributes.put(names[i], value(kind, depth));
    }
    return RecordValue.of(attributes);
  }

  private Value value(int kind, int depth) {
    return switch (kind) {
      case 0 -> BoolValue.of(random.nextBoolean());
      case 1 -> new LongValue(random.nextInt(4) == 0 ? random.nextLong() : random.nextInt(9));
      case 2 -> new StringValue(expressions.pick("", "a", "ab", "a*b", "axb", "t", "é"));
      case 3 -> uid();
      case 4 -> set(depth);
      case 5 -> depth > 0 ? attributes(depth - 1) : RecordValue.EMPTY;
      case 6 -> new IpValue(false, 0, 0x0A000000L + random.nextInt(3), 8 + random.nextInt(25));
      case 7 -> new DecimalValue(random.nextInt(3) * 10_000L);
      case 8 -> new DatetimeValue(random.nextInt(3) * 43_200_000L - 1);
      default -> new DurationValue(random.nextInt(3) * 1_800_000L);
    };
  }

  private SetValue set(int depth) {
    var elements = new ArrayList<Value>();
    for (int i = random.nextInt(4); i > 0; i--) elements.add(value(random.nextInt(10), depth - 1));
    return SetValue.of(elements);
  }
}
