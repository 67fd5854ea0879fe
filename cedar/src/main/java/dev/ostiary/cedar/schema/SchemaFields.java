package dev.ostiary.cedar.schema;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceErrors;
import dev.ostiary.cedar.syntax.Span;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads a JSON text of a known shape; what is amiss is noted, and the rest still read. */
final class SchemaFields {
  private final Source source;
  private final SourceErrors errors;

  /** For values that were read from {@code source}. */
  SchemaFields(Source source, SourceErrors errors) {
    this.source = source;
    this.errors = errors;
  }

  /** Notes a fault. */
  void fault(Json at, String message) {
    errors.add(at.span(source), message);
  }

  /** Notes that something else was expected. */
  void expected(String what, Json got) {
    fault(got, "expected " + what + ", got " + got.described());
  }

  /** The value as an object, or null with a fault noted. */
  @Nullable JsonObject object(Json value, String what) {
    if (value instanceof JsonObject object) return object;
    expected(what + " as an object", value);
    return null;
  }

  /** The value's elements where it is an array, or null with a fault noted. */
  @Nullable List<Json> array(Json value, String what) {
    if (value instanceof Json.Arr(var elements, _, _)) return elements;
    expected("an array of " + what, value);
    return null;
  }

  /** The value as a string; the empty string with a fault noted where it is none. */
  String text(Json value, String what) {
    if (value instanceof Json.Str(var text, _, _)) return text;
    expected(what + " as a string", value);
    return "";
  }

  /** The member of that name, or null with a fault noted. */
  @Nullable Json required(JsonObject object, String name) {
    Json value = object.find(name);
    if (value == null) fault(object, "expected a member `" + name + "`");
    return value;
  }

  /** The Boolean member of that name, {@code absent} where there is none. */
  boolean flag(JsonObject object, String name, boolean absent) {
    Json value = object.find(name);
    if (value == null) return absent;
    if (value instanceof Json.Bool(var flag, _, _)) return flag;
    expected("true or false as `" + name + "`", value);
    return absent;
  }

  /** Notes every member that is not one of {@code names}, or stands twice. */
  void known(JsonObject object, String... names) {
    distinct(object);
    for (int i = 0; i < object.size(); i++)
      if (!Arrays.asList(names).contains(object.name(i)))
        errors.add(
            nameSpan(object, i),
            "unknown member `"
                + object.name(i)
                + "`; known are "
                + Arrays.stream(names).map(n -> "`" + n + "`").collect(Collectors.joining(", ")));
  }

  /** Notes each of {@code names} that is a member, which {@code what} cannot have. */
  void absent(JsonObject object, String what, String... names) {
    for (int i = 0; i < object.size(); i++)
      if (Arrays.asList(names).contains(object.name(i)))
        errors.add(nameSpan(object, i), what + " cannot have `" + object.name(i) + "`");
  }

  /** Notes a member that stands twice. */
  void distinct(JsonObject object) {
    int repeated = object.repeated();
    if (repeated >= 0)
      errors.add(
          nameSpan(object, repeated),
          "the member `" + object.name(repeated) + "` stands twice in one object");
  }

  private Span nameSpan(JsonObject object, int index) {
    int start = object.nameStart(index);
    return source.span(start, Math.max(start, object.value(index).start()));
  }
}
