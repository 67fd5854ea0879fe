package dev.ostiary.sidecar.door;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.schema.Type;
import dev.ostiary.sidecar.bundle.QuestionMap;
import dev.ostiary.sidecar.bundle.Template;
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Question;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.decide.Snapshot;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes questions of requests by the bundle's map. Nothing of a request gets further than the map
 * asks for: what it does not name is neither decided on nor written.
 */
final class MappedQuestion {
  /** What a request has for the places of a map. */
  interface Places {
    /** The text at a place; null where there is none. */
    @Nullable String text(Template.Taken place) throws Unreadable;

    /** The value at a place in the body; null where there is none. */
    @Nullable Json json(Template.Taken place) throws Unreadable;
  }

  private final Schema schema;
  private final Caller caller;
  private final OptionalLong nowMillis;
  private final Places places;

  MappedQuestion(Snapshot snapshot, Caller caller, OptionalLong nowMillis, Places places) {
    this.schema = snapshot.bundle().schema();
    this.caller = caller;
    this.nowMillis = nowMillis;
    this.places = places;
  }

  /** The question; empty where a place of its principal, action or resource is. */
  Optional<Question> question(QuestionMap map) throws Unreadable {
    EntityUid principal = uid(map.principal());
    EntityUid resource = uid(map.resource());
    String name = filled(map.action());
    if (principal == null || resource == null || name == null) return Optional.empty();
    EntityUid action = ActionNames.find(schema, name);
    var context = new TreeMap<String, Value>();
    var declared =
        schema.action(action).map(found -> found.context()).orElse(Type.RecordType.EMPTY);
    for (var attribute : map.context().entrySet()) {
      var expected = declared.attributes().get(attribute.getKey());
      Value value =
          value(
              attribute.getValue(),
              expected == null ? new Type.StringType() : expected.type(),
              "context." + attribute.getKey());
      if (value != null) context.put(attribute.getKey(), value);
    }
    return Optional.of(
        new Question(
            caller.asking(principal).uid(),
            caller.proof(principal, nowMillis),
            nowMillis,
            principal,
            action,
            resource,
            RecordValue.of(context),
            List.of(),
            Optional.empty()));
  }

  private @Nullable EntityUid uid(QuestionMap.Uid uid) throws Unreadable {
    String type = filled(uid.type());
    String id = filled(uid.id());
    return type == null || id == null ? null : EntityUid.of(type, id);
  }

  /** The template with its places filled; null where one is empty. */
  private @Nullable String filled(Template template) throws Unreadable {
    var text = new StringBuilder();
    for (var part : template.parts()) {
      switch (part) {
        case Template.Literal(var literal) -> text.append(literal);
        case Template.Taken taken -> {
          String found = places.text(taken);
          if (found == null || found.isEmpty()) return null;
          text.append(found);
        }
      }
    }
    return text.isEmpty() ? null : text.toString();
  }

  private @Nullable Value value(Template template, Type type, String field) throws Unreadable {
    if (template.parts().size() == 1
        && template.parts().getFirst() instanceof Template.Taken taken
        && taken.from() == Template.Place.BODY) {
      Json json = places.json(taken);
      return json == null ? null : new JsonValues().value(json, type, field);
    }
    String text = filled(template);
    if (text == null) return null;
    return switch (type) {
      case Type.BoolType _ when text.equals("true") || text.equals("false") ->
          BoolValue.of(text.equals("true"));
      case Type.LongType _ -> number(text, field);
      case Type.EntityRef(var entity) -> EntityUid.of(entity, text);
      case Type.ExtensionType _ -> new JsonValues().value(Json.of(text), type, field);
      case Type.BoolType _, Type.StringType _, Type.SetType _, Type.RecordType _ ->
          new StringValue(text);
    };
  }

  private static Value number(String text, String field) throws Unreadable {
    try {
      return new LongValue(Long.parseLong(text));
    } catch (NumberFormatException e) {
      throw new Unreadable(Why.SCHEMA_MISMATCH, field, "expected an integer of 64 bits");
    }
  }
}
