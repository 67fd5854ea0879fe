package dev.ostiary.cedar.json;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.syntax.Identifiers;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.cedar.syntax.Span;
import java.util.List;
import java.util.Objects;

/** What readers of one JSON text ask of its objects, with errors that name the place. */
final class JsonFields {
  private final Source source;

  JsonFields(Source source) {
    this.source = source;
  }

  Source source() {
    return source;
  }

  Span span(Json json) {
    return json.span(source);
  }

  SourceException expected(String what, Json got) {
    return failure(got, "expected " + what + ", got " + got.described());
  }

  SourceException failure(Json at, String message) {
    return new SourceException(List.of(new SourceError(span(at), message)));
  }

  /** Refuses a repeated name. */
  void unique(JsonObject object) throws SourceException {
    int repeated = object.repeated();
    if (repeated < 0) return;
    int start = object.nameStart(repeated);
    throw new SourceException(
        List.of(
            new SourceError(
                source.span(start, start + 1), "`" + object.name(repeated) + "` is given twice")));
  }

  /** {@code json} as an object with all of {@code required} and nothing outside both lists. */
  JsonObject object(Json json, String what, List<String> required, List<String> optional)
      throws SourceException {
    if (json instanceof JsonObject object)
      for (int i = 0; i < object.size(); i++) {
        String name = object.name(i);
        if (!required.contains(name) && !optional.contains(name)) {
          unique(object);
          throw failure(object.value(i), "`" + name + "` is no member of `" + what + "`");
        }
      }
    return open(json, what, required);
  }

  /** {@code json} as an object with all of {@code required}, whatever else it has. */
  JsonObject open(Json json, String what, List<String> required) throws SourceException {
    if (!(json instanceof JsonObject object)) throw expected("an object for `" + what + "`", json);
    unique(object);
    for (var name : required)
      if (object.find(name) == null)
        throw failure(object, "`" + what + "` needs a member `" + name + "`");
    return object;
  }

  /** A member that {@link #object} required. */
  Json get(JsonObject object, String name) {
    return Objects.requireNonNull(object.find(name));
  }

  String string(Json json, String what) throws SourceException {
    if (json instanceof Json.Str(var text, _, _)) return text;
    throw expected(what, json);
  }

  String entityType(Json json) throws SourceException {
    String type = string(json, "an entity type");
    if (!Identifiers.isName(type)) throw expected("an entity type", json);
    return type;
  }

  /** {@code {type, id}}, alone or as the value of {@code __entity}. */
  EntityUid uid(Json json) throws SourceException {
    Json inner =
        json instanceof JsonObject object && object.find("__entity") instanceof JsonObject escaped
            ? escaped
            : json;
    if (!(inner instanceof JsonObject uid)
        || !(uid.find("type") instanceof Json.Str type)
        || !(uid.find("id") instanceof Json.Str(var id, _, _)))
      throw expected("an entity with `type` and `id`", json);
    unique(uid);
    return EntityUid.of(entityType(type), id);
  }
}
