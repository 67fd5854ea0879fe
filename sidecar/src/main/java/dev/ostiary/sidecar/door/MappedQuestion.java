package dev.ostiary.sidecar.door;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.schema.Type;
import dev.ostiary.sidecar.bundle.QuestionMap;
import dev.ostiary.sidecar.bundle.Route;
import dev.ostiary.sidecar.bundle.Template;
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Question;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.decide.Snapshot;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
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

  private final Snapshot snapshot;
  private final Schema schema;
  private final Caller caller;
  private final Caller.Right vouch;
  private final OptionalLong nowMillis;
  private final Places places;

  /**
   * Questions of {@code caller} about one request.
   *
   * @param vouch what the caller must have the right to, to be believed that a principal is
   *     verified
   */
  MappedQuestion(
      Snapshot snapshot, Caller caller, Caller.Right vouch, OptionalLong nowMillis, Places places) {
    this.snapshot = snapshot;
    this.schema = snapshot.bundle().schema();
    this.caller = caller;
    this.vouch = vouch;
    this.nowMillis = nowMillis;
    this.places = places;
  }

  /** The question; empty where a place of its principal, action or resource is. */
  Optional<Question> question(QuestionMap map) throws Unreadable {
    EntityUid principal = uid(map.principal(), places);
    Named resource = resource(map.resource());
    String name = filled(map.action(), places);
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
            (map.verifiedBehind() ? caller.verifying(principal, vouch) : caller)
                .proof(principal, nowMillis),
            nowMillis,
            principal,
            action,
            resource.uid(),
            RecordValue.of(context),
            resource.given(),
            Optional.empty()));
  }

  /** Whether the wanted texts are at their places. */
  boolean holds(Map<Template.Taken, Set<String>> when) throws Unreadable {
    for (var condition : when.entrySet()) {
      String found = text(condition.getKey(), places);
      String there = found == null ? "" : found;
      boolean any = condition.getValue().contains(Route.Ask.ANY) && !there.isEmpty();
      if (!any && !condition.getValue().contains(there)) return false;
    }
    return true;
  }

  /**
   * A resource.
   *
   * @param given what the snapshot does not know of it
   */
  private record Named(EntityUid uid, List<Entity> given) {}

  private @Nullable Named resource(QuestionMap.Resource resource) throws Unreadable {
    return switch (resource) {
      case QuestionMap.Uid direct -> {
        EntityUid uid = uid(direct, places);
        yield uid == null ? null : new Named(uid, List.of());
      }
      case QuestionMap.ByPath(var names, var path, var encoded) -> {
        String text = filled(path, places);
        if (text == null) yield null;
        List<String> segments =
            encoded ? RequestPath.targetSegments(text) : RequestPath.plainSegments(text);
        yield named(
            snapshot.bundle().settings().resources().getOrDefault(names, List.of()), segments);
      }
    };
  }

  private Named named(List<QuestionMap.PathName> names, List<String> segments) throws Unreadable {
    for (var name : names) {
      var matched = name.path().match(segments);
      if (matched.isEmpty()) continue;
      var pieces = new Pieces(matched.get());
      EntityUid uid = uid(name.uid(), pieces);
      var parents = new HashSet<EntityUid>();
      for (var parent : name.in()) {
        EntityUid filled = uid(parent, pieces);
        if (filled != null) parents.add(filled);
      }
      if (uid == null || parents.size() < name.in().size()) break;
      // What is known of it counts, and may not be added to.
      if (parents.isEmpty() || snapshot.isTaken(uid)) return new Named(uid, List.of());
      var given = new Entity(uid, RecordValue.EMPTY, RecordValue.EMPTY, parents);
      return new Named(uid, List.of(given));
    }
    throw new Unreadable(Why.UNKNOWN_ROUTE, "path", "the bundle has no name for such a path");
  }

  /** The named segments of a path. */
  private record Pieces(Map<String, String> named) implements Places {
    @Override
    public @Nullable String text(Template.Taken place) {
      return named.get(place.name());
    }

    @Override
    public @Nullable Json json(Template.Taken place) {
      return null;
    }
  }

  private @Nullable EntityUid uid(QuestionMap.Uid uid, Places from) throws Unreadable {
    String type = filled(uid.type(), from);
    String id = filled(uid.id(), from);
    return type == null || id == null ? null : EntityUid.of(type, id);
  }

  /** The template with its places filled; null where one is empty that must not be. */
  private @Nullable String filled(Template template, Places from) throws Unreadable {
    var text = new StringBuilder();
    for (var part : template.parts()) {
      switch (part) {
        case Template.Literal(var literal) -> text.append(literal);
        case Template.Taken taken -> {
          String found = text(taken, from);
          if (found == null || found.isEmpty()) {
            if (!taken.mayBeEmpty()) return null;
          } else {
            text.append(found);
          }
        }
      }
    }
    return text.isEmpty() ? null : text.toString();
  }

  private @Nullable String text(Template.Taken taken, Places from) throws Unreadable {
    String found = from.text(taken);
    if (found == null || taken.table().isEmpty()) return found;
    return snapshot
        .bundle()
        .settings()
        .tables()
        .getOrDefault(taken.table().get(), Map.of())
        .get(found);
  }

  private @Nullable Value value(Template template, Type type, String field) throws Unreadable {
    if (template.parts().size() == 1
        && template.parts().getFirst() instanceof Template.Taken taken
        && taken.table().isEmpty()
        && (taken.from() == Template.Place.BODY || taken.from() == Template.Place.EACH)) {
      Json json = places.json(taken);
      return json == null ? null : new JsonValues().value(json, type, field);
    }
    String text = filled(template, places);
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
