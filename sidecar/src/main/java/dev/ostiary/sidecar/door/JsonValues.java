package dev.ostiary.sidecar.door;

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
import dev.ostiary.cedar.ValueFormatException;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.schema.Type;
import dev.ostiary.sidecar.decide.Refused.Why;
import java.util.ArrayList;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON as values. Where the schema declares an entity or an extension value, {@code {"type",
 * "id"}} and strings say one; Cedar's escapes {@code __entity} and {@code __extn} do everywhere.
 * What does not fit is left as it is, for the schema's check to name.
 */
final class JsonValues {
  private static final int MAX_DEPTH = 24;
  private static final int MAX_VALUES = 50_000;

  private int values;

  /** The record that {@code object} says; {@code declared} is null where that is not known. */
  RecordValue record(JsonObject object, Type.@Nullable RecordType declared, String field)
      throws Unreadable {
    return record(object, declared, field, 0);
  }

  /**
   * The same of those members alone that are declared, and can be of their type: the others can
   * matter to no policy.
   */
  RecordValue declaredOnly(JsonObject object, Type.RecordType declared, String field)
      throws Unreadable {
    var read = new TreeMap<String, Value>();
    for (int i = 0; i < object.size(); i++) {
      var attribute = declared.attributes().get(object.name(i));
      if (attribute == null || object.value(i) instanceof Json.Null) continue;
      read.put(object.name(i), value(object.value(i), attribute.type(), field, 1));
    }
    return RecordValue.of(read);
  }

  private RecordValue record(
      JsonObject object, Type.@Nullable RecordType declared, String field, int depth)
      throws Unreadable {
    var read = new TreeMap<String, Value>();
    for (int i = 0; i < object.size(); i++) {
      String name = object.name(i);
      var attribute = declared == null ? null : declared.attributes().get(name);
      Type type = attribute == null ? null : attribute.type();
      String member = name.length() > 64 ? field : field + "." + name;
      read.put(name, value(object.value(i), type, member, depth + 1));
    }
    return RecordValue.of(read);
  }

  /** The value that {@code json} says where {@code type} is expected. */
  Value value(Json json, Type type, String field) throws Unreadable {
    return value(json, type, field, 1);
  }

  private Value value(Json json, @Nullable Type type, String field, int depth) throws Unreadable {
    if (depth > MAX_DEPTH)
      throw new Unreadable(
          Why.REQUEST_TOO_LARGE, field, "expected at most " + MAX_DEPTH + " values in each other");
    if (++values > MAX_VALUES)
      throw new Unreadable(
          Why.REQUEST_TOO_LARGE, field, "expected at most " + MAX_VALUES + " values");
    return switch (json) {
      case Json.Bool(var value, _, _) -> BoolValue.of(value);
      case Json.Int(var value, _, _) -> new LongValue(value);
      case Json.Str(var value, _, _) ->
          type instanceof Type.ExtensionType(var name)
              ? extension(name, value, field)
              : new StringValue(value);
      case Json.Num(var text, _, _) -> {
        if (type instanceof Type.ExtensionType(var name)) yield extension(name, text, field);
        throw new Unreadable(Why.SCHEMA_MISMATCH, field, "expected an integer of 64 bits");
      }
      case Json.Null _ -> throw new Unreadable(Why.SCHEMA_MISMATCH, field, "expected a value");
      case Json.Arr(var elements, _, _) -> {
        Type each = type instanceof Type.SetType(var element) ? element : null;
        var read = new ArrayList<Value>(elements.size());
        for (Json element : elements) read.add(value(element, each, field, depth + 1));
        yield SetValue.of(read);
      }
      case JsonObject object -> object(object, type, field, depth);
    };
  }

  private Value object(JsonObject object, @Nullable Type type, String field, int depth)
      throws Unreadable {
    if (object.size() == 1 && object.value(0) instanceof JsonObject escaped) {
      if (object.name(0).equals("__entity")) return entity(escaped, field);
      if (object.name(0).equals("__extn")
          && escaped.find("fn") instanceof Json.Str(var function, _, _)
          && escaped.find("arg") instanceof Json.Str(var text, _, _))
        return extension(function.equals("ip") ? "ipaddr" : function, text, field);
    }
    if (type instanceof Type.EntityRef) return entity(object, field);
    return record(object, type instanceof Type.RecordType record ? record : null, field, depth);
  }

  private static EntityUid entity(JsonObject object, String field) throws Unreadable {
    if (object.find("type") instanceof Json.Str(var type, _, _)
        && object.find("id") instanceof Json.Str(var id, _, _)
        && !type.isEmpty()) return EntityUid.of(type, id);
    throw new Unreadable(Why.SCHEMA_MISMATCH, field, "expected an entity with `type` and `id`");
  }

  private static Value extension(String type, String text, String field) throws Unreadable {
    try {
      return switch (type) {
        case "ipaddr" -> IpValue.parse(text);
        case "decimal" -> DecimalValue.parse(text);
        case "datetime" -> DatetimeValue.parse(text);
        case "duration" -> DurationValue.parse(text);
        default -> throw new Unreadable(Why.SCHEMA_MISMATCH, field, "expected an extension value");
      };
    } catch (ValueFormatException e) {
      throw new Unreadable(Why.SCHEMA_MISMATCH, field, "expected a value of type `" + type + "`");
    }
  }
}
