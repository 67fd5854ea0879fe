package dev.ostiary.sidecar.cli;

import dev.ostiary.cedar.DatetimeValue;
import dev.ostiary.cedar.DurationValue;
import dev.ostiary.cedar.ValueFormatException;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.v1.Attribute;
import dev.ostiary.v1.Entity;
import dev.ostiary.v1.EntityUid;
import dev.ostiary.v1.Record;
import dev.ostiary.v1.Set;
import dev.ostiary.v1.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Cedar's JSON in its explicit form ({@code __entity}, {@code __extn}) as messages of the contract.
 *
 * @param source the text that the JSON was read from, for errors
 */
record CedarJson(Source source) {

  Json member(JsonObject object, String name) throws SourceException {
    Json value = object.find(name);
    if (value == null) throw error(object, "expected a member `" + name + "`");
    return value;
  }

  JsonObject object(Json json) throws SourceException {
    if (json instanceof JsonObject object) return object;
    throw error(json, "expected an object, got " + json.described());
  }

  String string(Json json) throws SourceException {
    if (json instanceof Json.Str(var value, _, _)) return value;
    throw error(json, "expected a string, got " + json.described());
  }

  List<Json> elements(Json json) throws SourceException {
    if (json instanceof Json.Arr(var elements, _, _)) return elements;
    throw error(json, "expected an array, got " + json.described());
  }

  List<String> strings(Json json) throws SourceException {
    var strings = new ArrayList<String>();
    for (Json element : elements(json)) strings.add(string(element));
    return List.copyOf(strings);
  }

  EntityUid uid(Json json) throws SourceException {
    JsonObject object = object(json);
    return EntityUid.newBuilder()
        .setType(string(member(object, "type")))
        .setId(string(member(object, "id")))
        .build();
  }

  List<Attribute> attributes(Json json) throws SourceException {
    JsonObject object = object(json);
    var attributes = new ArrayList<Attribute>();
    for (int i = 0; i < object.size(); i++) {
      attributes.add(
          Attribute.newBuilder().setName(object.name(i)).setValue(value(object.value(i))).build());
    }
    return attributes;
  }

  Entity entity(Json json) throws SourceException {
    JsonObject object = object(json);
    var entity =
        Entity.newBuilder()
            .setUid(uid(member(object, "uid")))
            .addAllAttributes(attributes(member(object, "attrs")));
    for (Json parent : elements(member(object, "parents"))) entity.addParents(uid(parent));
    Json tags = object.find("tags");
    if (tags != null) entity.addAllTags(attributes(tags));
    return entity.build();
  }

  Value value(Json json) throws SourceException {
    var value = Value.newBuilder();
    switch (json) {
      case Json.Bool(var bool, _, _) -> value.setBoolean(bool);
      case Json.Int(var number, _, _) -> value.setLong(number);
      case Json.Str(var text, _, _) -> value.setString(text);
      case Json.Arr(var elements, _, _) -> {
        var set = Set.newBuilder();
        for (Json element : elements) set.addElements(value(element));
        value.setSet(set);
      }
      case JsonObject object -> {
        Json entity = object.find("__entity");
        Json extension = object.find("__extn");
        if (entity != null) value.setEntity(uid(entity));
        else if (extension != null) extension(object(extension), value);
        else value.setRecord(Record.newBuilder().addAllAttributes(attributes(object)));
      }
      case Json.Num _, Json.Null _ ->
          throw error(json, "expected a value of Cedar, got " + json.described());
    }
    return value.build();
  }

  private void extension(JsonObject call, Value.Builder value) throws SourceException {
    Json function = member(call, "fn");
    String argument = string(member(call, "arg"));
    try {
      switch (string(function)) {
        case "ip" -> value.setIp(argument);
        case "decimal" -> value.setDecimal(argument);
        case "datetime" -> value.setDatetimeMillis(DatetimeValue.parse(argument).epochMillis());
        case "duration" -> value.setDurationMillis(DurationValue.parse(argument).millis());
        default ->
            throw error(
                function,
                "expected ip, decimal, datetime or duration, got " + function.described());
      }
    } catch (ValueFormatException e) {
      throw error(call, String.valueOf(e.getMessage()));
    }
  }

  private SourceException error(Json at, String message) {
    return new SourceException(List.of(new SourceError(at.span(source), message)));
  }
}
