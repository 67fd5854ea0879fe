package dev.ostiary.cedar.schema;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.DatetimeValue;
import dev.ostiary.cedar.DecimalValue;
import dev.ostiary.cedar.DurationValue;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.IpValue;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.SetValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import java.util.ArrayList;
import java.util.List;

/** Says why a value is not of a type. */
final class Mismatch {
  private Mismatch() {}

  /** The first fault of {@code value}, which is not of {@code type}. */
  static ConformanceException of(Schema schema, Type type, Value value, List<String> path) {
    return switch (type) {
      case Type.RecordType record when value instanceof RecordValue actual ->
          inRecord(schema, record, actual, path);
      case Type.SetType(var element) when value instanceof SetValue set -> {
        var check = new ValueCheck.Compiler(schema).check(element);
        for (Value member : set.elements())
          if (!check.accepts(member)) yield of(schema, element, member, step(path, "[]"));
        yield different(type, value, path);
      }
      case Type.EntityRef(var name)
          when value instanceof EntityUid uid && uid.type().equals(name) ->
          new ConformanceException(path, impossible(schema, uid));
      case Type.RecordType _,
          Type.SetType _,
          Type.EntityRef _,
          Type.BoolType _,
          Type.LongType _,
          Type.StringType _,
          Type.ExtensionType _ ->
          different(type, value, path);
    };
  }

  private static ConformanceException inRecord(
      Schema schema, Type.RecordType type, RecordValue record, List<String> path) {
    for (var attribute : type.attributes().entrySet()) {
      Value value = record.find(attribute.getKey());
      List<String> inner = step(path, attribute.getKey());
      if (value == null) {
        if (attribute.getValue().required())
          return new ConformanceException(
              inner, "expected " + expected(attribute.getValue().type()) + ", got nothing");
      } else if (!new ValueCheck.Compiler(schema)
          .check(attribute.getValue().type())
          .accepts(value)) {
        return of(schema, attribute.getValue().type(), value, inner);
      }
    }
    for (String name : record.attributes().keySet())
      if (!type.attributes().containsKey(name))
        return new ConformanceException(step(path, name), "the schema has no such attribute here");
    return different(type, record, path);
  }

  private static ConformanceException different(Type type, Value value, List<String> path) {
    return new ConformanceException(path, "expected " + expected(type) + ", got " + kind(value));
  }

  private static List<String> step(List<String> path, String name) {
    List<String> longer = new ArrayList<>(path);
    longer.add(name);
    return longer;
  }

  /** Why there is no such entity. */
  static String impossible(Schema schema, EntityUid uid) {
    if (Conformance.isActionType(uid.type()))
      return "the action `" + uid + "` is not in the schema";
    return "`" + uid + "` is not one of the enumerated entities of its type";
  }

  /** What a type wants, for messages. */
  static String expected(Type type) {
    return switch (type) {
      case Type.BoolType() -> "a Bool";
      case Type.LongType() -> "a Long";
      case Type.StringType() -> "a String";
      case Type.EntityRef(var name) -> "an entity of type `" + name + "`";
      case Type.SetType _ -> "a set";
      case Type.RecordType _ -> "a record";
      case Type.ExtensionType(var name) -> (name.equals("ipaddr") ? "an " : "a ") + name;
    };
  }

  private static String kind(Value value) {
    return switch (value) {
      case BoolValue bool -> "`" + bool + "`";
      case LongValue number -> "`" + number + "`";
      case StringValue text -> text.value().length() > 40 ? "a string" : "`" + text + "`";
      case EntityUid uid -> "`" + uid + "`";
      case SetValue _ -> "a set";
      case RecordValue _ -> "a record";
      case IpValue _ -> "an ipaddr";
      case DecimalValue _ -> "a decimal";
      case DatetimeValue _ -> "a datetime";
      case DurationValue _ -> "a duration";
    };
  }
}
