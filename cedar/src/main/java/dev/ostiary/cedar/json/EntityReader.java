package dev.ostiary.cedar.json;

import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.schema.ConformanceException;
import dev.ostiary.cedar.schema.EntityTypeDeclaration;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.schema.Type;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceErrors;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.cedar.syntax.Span;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads entities, one at a time; of each its first fault is noted. Not for several threads. */
final class EntityReader {
  private final Source source;
  private final @Nullable Schema schema;
  private final ValueReader values;
  private final SourceErrors errors = new SourceErrors();

  EntityReader(Source source, @Nullable Schema schema) {
    this.source = source;
    this.schema = schema;
    this.values = new ValueReader(source, false);
  }

  void throwIfAny() throws SourceException {
    errors.throwIfAny();
  }

  /** The elements of an array of entities. */
  List<Json> elements(Json json) throws SourceException {
    if (json instanceof Json.Arr(var elements, _, _)) return elements;
    throw values.expected("an array of entities", json);
  }

  /** Whether {@code json} is an entity of that uid. */
  boolean isOf(Json json, EntityUid uid) {
    try {
      return json instanceof JsonObject object && values.uid(member(object, "uid")).equals(uid);
    } catch (SourceException _) {
      return false;
    }
  }

  /** The entity; empty where it has a fault, which is noted. */
  Optional<Entity> read(Json json) {
    try {
      return Optional.of(entity(json));
    } catch (SourceException refused) {
      for (var error : refused.errors()) errors.add(error.span(), error.message());
      return Optional.empty();
    }
  }

  private Entity entity(Json json) throws SourceException {
    if (!(json instanceof JsonObject object))
      throw values.expected("an entity, as an object with `uid`, `attrs` and `parents`", json);
    EntityUid uid = values.uid(member(object, "uid"));
    JsonObject attributes = record(member(object, "attrs"), "attributes");
    Json tags = object.find("tags");
    values.once(object, "tags");
    boolean action = isAction(uid);
    EntityTypeDeclaration type = schema == null || action ? null : declared(schema, uid, object);
    var entity =
        new Entity(
            uid,
            type == null ? values.record(attributes) : values.record(attributes, type.shape()),
            tags == null ? RecordValue.EMPTY : tags(record(tags, "tags"), type),
            parents(member(object, "parents"), uid, action));
    if (schema != null) check(schema, entity, object);
    return entity;
  }

  private Json member(JsonObject object, String name) throws SourceException {
    values.once(object, name);
    Json value = object.find(name);
    if (value != null) return value;
    throw values.failure(
        object.start(), object.end(), "expected a member `" + name + "` of the entity");
  }

  private JsonObject record(Json json, String what) throws SourceException {
    if (json instanceof JsonObject object) return object;
    throw values.expected("an object of " + what, json);
  }

  private static boolean isAction(EntityUid uid) {
    return uid.type().equals("Action") || uid.type().endsWith("::Action");
  }

  private EntityTypeDeclaration declared(Schema schema, EntityUid uid, JsonObject object)
      throws SourceException {
    EntityTypeDeclaration type = schema.entityTypes().get(uid.type());
    if (type != null) return type;
    throw values.failure(
        object.start(), object.end(), "the entity type `" + uid.type() + "` is not in the schema");
  }

  private RecordValue tags(JsonObject object, @Nullable EntityTypeDeclaration type)
      throws SourceException {
    if (type == null) return values.record(object);
    Type each = type.tags().orElse(null);
    if (each == null) {
      if (object.size() == 0) return RecordValue.EMPTY;
      throw values.failure(
          object.nameStart(0),
          object.value(0).start(),
          "entities of type `" + type.name() + "` have no tags");
    }
    if (object.repeated() >= 0) values.once(object, object.name(object.repeated()));
    Map<String, Value> tags = new HashMap<>();
    for (int i = 0; i < object.size(); i++)
      tags.put(object.name(i), values.read(object.value(i), each));
    return RecordValue.of(tags);
  }

  private Set<EntityUid> parents(Json json, EntityUid uid, boolean action) throws SourceException {
    if (!(json instanceof Json.Arr(var elements, _, _)))
      throw values.expected("an array of parents", json);
    if (elements.isEmpty()) return Set.of();
    Set<EntityUid> parents = new HashSet<>();
    for (Json each : elements) {
      EntityUid parent = values.uid(each);
      if (action && !isAction(parent))
        throw values.failure(
            each.start(),
            each.end(),
            "expected an action as parent of `" + uid + "`, got `" + parent + "`");
      parents.add(parent);
    }
    return parents;
  }

  private void check(Schema schema, Entity entity, JsonObject object) throws SourceException {
    try {
      schema.check(entity);
    } catch (ConformanceException refused) {
      Span span = Places.of(source, object, refused.path());
      throw values.failure(span.start(), span.end(), String.valueOf(refused.getMessage()));
    }
  }
}
