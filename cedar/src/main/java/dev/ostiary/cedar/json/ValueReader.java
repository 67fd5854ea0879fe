package dev.ostiary.cedar.json;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.SetValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.schema.Type;
import dev.ostiary.cedar.syntax.Identifiers;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes Cedar values of JSON. Where the type is known, entities may be written {@code {"type": …,
 * "id": …}} and extension values as strings or {@code {"fn": …, "arg": …}}; everywhere they may be
 * escaped with {@code __entity} and {@code __extn}.
 *
 * <p>That a value is of the type is not checked to the end: the schema's check does that. Not for
 * use by several threads.
 *
 * @see <a href="https://docs.cedarpolicy.com/auth/entities-syntax.html">Entities and context</a>
 */
final class ValueReader {
  private final Source source;
  private final boolean repeatable;

  /** Names of entity types that are known to be names, each kept once. */
  private final Map<String, String> typeNames = new HashMap<>();

  /**
   * For values that were read from {@code source}.
   *
   * @param repeatable whether of a repeated name the last counts; else it is refused
   */
  ValueReader(Source source, boolean repeatable) {
    this.source = source;
    this.repeatable = repeatable;
  }

  /** The value that {@code json} says, its type not known. */
  Value read(Json json) throws SourceException {
    return switch (json) {
      case Json.Bool(var value, _, _) -> BoolValue.of(value);
      case Json.Int(var value, _, _) -> new LongValue(value);
      case Json.Str(var value, _, _) -> new StringValue(value);
      case Json.Num _ -> throw expected("an integer of 64 bits", json);
      case Json.Null _ -> throw expected("a value", json);
      case Json.Arr(var elements, _, _) -> {
        List<Value> values = new ArrayList<>(elements.size());
        for (Json element : elements) values.add(read(element));
        yield SetValue.of(values);
      }
      case JsonObject object -> {
        Value escaped = escaped(object);
        yield escaped != null ? escaped : record(object);
      }
    };
  }

  /** The value that {@code json} says where {@code type} is expected. */
  Value read(Json json, Type type) throws SourceException {
    return switch (type) {
      case Type.BoolType _, Type.LongType _, Type.StringType _ -> read(json);
      case Type.EntityRef _ -> uid(json);
      case Type.ExtensionType(var name) -> extension(json, name);
      case Type.SetType(var element) -> {
        if (!(json instanceof Json.Arr(var elements, _, _))) throw expected("a set", json);
        List<Value> values = new ArrayList<>(elements.size());
        for (Json each : elements) values.add(read(each, element));
        yield SetValue.of(values);
      }
      case Type.RecordType record -> {
        if (!(json instanceof JsonObject object)) throw expected("a record", json);
        yield record(object, record);
      }
    };
  }

  /** The record whose attributes are the members. */
  RecordValue record(JsonObject object) throws SourceException {
    distinct(object);
    Map<String, Value> attributes = new HashMap<>();
    for (int i = 0; i < object.size(); i++) attributes.put(object.name(i), read(object.value(i)));
    return RecordValue.of(attributes);
  }

  /** The record whose attributes are the members, each of the type that {@code type} gives it. */
  RecordValue record(JsonObject object, Type.RecordType type) throws SourceException {
    distinct(object);
    Map<String, Value> attributes = new HashMap<>();
    for (int i = 0; i < object.size(); i++) {
      Type.Attribute attribute = type.attributes().get(object.name(i));
      if (attribute == null)
        throw failure(
            object.nameStart(i),
            object.value(i).start(),
            "the schema has no attribute `" + object.name(i) + "` here");
      attributes.put(object.name(i), read(object.value(i), attribute.type()));
    }
    if (attributes.size() < type.attributes().size())
      for (var attribute : type.attributes().entrySet())
        if (attribute.getValue().required() && !attributes.containsKey(attribute.getKey()))
          throw failure(
              object.start(), object.end(), "expected an attribute `" + attribute.getKey() + "`");
    return RecordValue.of(attributes);
  }

  private @Nullable Value escaped(JsonObject object) throws SourceException {
    if (object.size() != 1) return null;
    Json value = object.value(0);
    switch (object.name(0)) {
      case "__extn" -> {
        if (value instanceof JsonObject call && call.size() > 1 && isCall(call)) {
          distinct(call);
          readable(call, List.of("fn", "arg", "args"));
          return call(call);
        }
      }
      case "__expr" -> {
        if (value instanceof Json.Str) throw noExpressions(value);
      }
      case "__entity" -> {
        if (value instanceof JsonObject uid && uid.size() > 1 && isUid(uid)) {
          readable(uid, List.of("type", "id"));
          return uidOf(uid);
        }
      }
      default -> {}
    }
    return null;
  }

  /** Refuses members beside {@code known} that could be no part of a value, though none counts. */
  private void readable(JsonObject escape, List<String> known) throws SourceException {
    for (int i = 0; i < escape.size(); i++)
      if (!known.contains(escape.name(i))) readable(escape.value(i));
  }

  private void readable(Json json) throws SourceException {
    switch (json) {
      case Json.Num _ -> throw expected("an integer of 64 bits", json);
      case Json.Arr(var elements, _, _) -> {
        for (Json element : elements) readable(element);
      }
      case JsonObject object -> {
        distinct(object);
        for (int i = 0; i < object.size(); i++) readable(object.value(i));
      }
      case Json.Bool _, Json.Int _, Json.Str _, Json.Null _ -> {}
    }
  }

  /** The entity that {@code json} names, with or without escape. */
  EntityUid uid(Json json) throws SourceException {
    if (json instanceof JsonObject object) {
      if (object.find("__expr") instanceof Json.Str expression) throw noExpressions(expression);
      if (object.find("__entity") instanceof JsonObject uid && isUid(uid)) {
        once(object, "__entity");
        return uidOf(uid);
      }
      if (isUid(object)) return uidOf(object);
    }
    throw expected("an entity, as in `{\"type\": \"User\", \"id\": \"ann\"}`", json);
  }

  private static boolean isUid(JsonObject object) {
    return object.find("type") instanceof Json.Str && object.find("id") instanceof Json.Str;
  }

  private EntityUid uidOf(JsonObject object) throws SourceException {
    once(object, "type");
    once(object, "id");
    if (!(object.find("type") instanceof Json.Str type)
        || !(object.find("id") instanceof Json.Str(var id, _, _)))
      throw expected("`type` and `id`", object);
    String name = typeNames.get(type.value());
    if (name == null) {
      if (!Identifiers.isName(type.value())) throw expected("the name of an entity type", type);
      name = type.value();
      typeNames.put(name, name);
    }
    return EntityUid.of(name, id);
  }

  private Value extension(Json json, String type) throws SourceException {
    if (json instanceof JsonObject object) {
      if (object.find("__expr") instanceof Json.Str expression) throw noExpressions(expression);
      distinct(object);
      JsonObject call = object.find("__extn") instanceof JsonObject inner ? inner : object;
      if (isCall(call)) {
        distinct(call);
        return call(call, true);
      }
    } else if (json instanceof Json.Str) {
      return new ExtensionCall(source, json).constructor(type, read(json));
    }
    throw expected("the text of a value of type `" + type + "`", json);
  }

  private static boolean isCall(JsonObject object) {
    return object.find("fn") instanceof Json.Str
        && (object.find("arg") != null || object.find("args") instanceof Json.Arr);
  }

  private Value call(JsonObject object) throws SourceException {
    return call(object, false);
  }

  /** The result of an extension function; {@code typed} tells whether arguments may be implicit. */
  private Value call(JsonObject object, boolean typed) throws SourceException {
    if (!(object.find("fn") instanceof Json.Str name)) throw expected("a function", object);
    Json single = object.find("arg");
    List<Json> written =
        single != null
            ? List.of(single)
            : object.find("args") instanceof Json.Arr(var many, _, _) ? many : List.of();
    var call = new ExtensionCall(source, name);
    var function = call.function(name.value(), written.size());
    List<Value> arguments = new ArrayList<>(written.size());
    for (int i = 0; i < written.size(); i++)
      arguments.add(
          typed
              ? read(written.get(i), ExtensionCall.argumentType(function, i))
              : read(written.get(i)));
    return call.apply(function, arguments);
  }

  private void distinct(JsonObject object) throws SourceException {
    int repeated = object.repeated();
    if (repeated >= 0 && !repeatable) throw twice(object, repeated);
  }

  /** Refuses that {@code name} is repeated; other names do not matter. */
  void once(JsonObject object, String name) throws SourceException {
    if (object.repeated() < 0 || repeatable) return;
    int seen = 0;
    for (int i = 0; i < object.size(); i++)
      if (object.name(i).equals(name) && ++seen > 1) throw twice(object, i);
  }

  private SourceException twice(JsonObject object, int index) {
    return failure(
        object.nameStart(index),
        object.value(index).start(),
        "`" + object.name(index) + "` stands twice in one object");
  }

  private SourceException noExpressions(Json at) {
    return failure(at.start(), at.end(), "the escape `__expr` is not supported");
  }

  SourceException expected(String what, Json got) {
    return failure(got.start(), got.end(), "expected " + what + ", got " + got.described());
  }

  SourceException failure(int start, int end, String message) {
    return new SourceException(List.of(new SourceError(source.span(start, end), message)));
  }
}
