package dev.ostiary.cedar.json;

import dev.ostiary.cedar.EntitiesException;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.partial.PartialEntities;
import dev.ostiary.cedar.partial.PartialEntity;
import dev.ostiary.cedar.schema.ConformanceException;
import dev.ostiary.cedar.schema.EntityTypeDeclaration;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Entities of which some data is not known, as JSON: like entities, but where {@code attrs}, {@code
 * tags} or {@code parents} is missing or null, it is unknown.
 */
public final class PartialEntitiesJson {
  private final Schema schema;
  private final ValueReader values;

  private PartialEntitiesJson(Source source, Schema schema) {
    this.schema = schema;
    this.values = new ValueReader(source, false);
  }

  /**
   * The entities that a text lists and the schema's actions.
   *
   * @throws SourceException at the first fault of syntax, and where the entities do not fit the
   *     schema or are no hierarchy
   */
  public static PartialEntities load(Source source, Schema schema) throws SourceException {
    Json json = Json.parse(source);
    var reader = new PartialEntitiesJson(source, schema);
    if (!(json instanceof Json.Arr(var elements, _, _)))
      throw reader.values.expected("an array of entities", json);
    var entities = new ArrayList<PartialEntity>(elements.size());
    for (var element : elements) entities.add(reader.entity(element));
    try {
      return PartialEntities.of(entities, schema);
    } catch (ConformanceException | EntitiesException e) {
      throw reader.values.failure(json.start(), json.end(), String.valueOf(e.getMessage()));
    }
  }

  private PartialEntity entity(Json json) throws SourceException {
    if (!(json instanceof JsonObject object)) throw values.expected("an entity", json);
    for (var name : Set.of("uid", "attrs", "tags", "parents")) values.once(object, name);
    Json named = object.find("uid");
    if (named == null)
      throw values.failure(json.start(), json.end(), "expected a member `uid` of the entity");
    EntityUid uid = values.uid(named);
    EntityTypeDeclaration type = schema.entityTypes().get(uid.type());
    if (type == null)
      throw values.failure(
          named.start(), named.end(), "the entity type `" + uid.type() + "` is not in the schema");
    return new PartialEntity(
        uid,
        attributes(object.find("attrs"), type),
        tags(object.find("tags"), type),
        parents(object.find("parents")));
  }

  private Optional<RecordValue> attributes(@Nullable Json json, EntityTypeDeclaration type)
      throws SourceException {
    if (json == null || json instanceof Json.Null) return Optional.empty();
    if (!(json instanceof JsonObject object))
      throw values.expected("an object of attributes", json);
    return Optional.of(values.record(object, type.shape()));
  }

  private Optional<RecordValue> tags(@Nullable Json json, EntityTypeDeclaration type)
      throws SourceException {
    if (json == null || json instanceof Json.Null) return Optional.empty();
    if (!(json instanceof JsonObject object)) throw values.expected("an object of tags", json);
    if (object.repeated() >= 0) values.once(object, object.name(object.repeated()));
    Map<String, Value> tags = new HashMap<>();
    for (int i = 0; i < object.size(); i++) {
      Json tag = object.value(i);
      tags.put(
          object.name(i),
          type.tags().isPresent() ? values.read(tag, type.tags().get()) : values.read(tag));
    }
    return Optional.of(RecordValue.of(tags));
  }

  private Optional<Set<EntityUid>> parents(@Nullable Json json) throws SourceException {
    if (json == null || json instanceof Json.Null) return Optional.empty();
    if (!(json instanceof Json.Arr(var elements, _, _)))
      throw values.expected("an array of parents", json);
    Set<EntityUid> parents = new HashSet<>();
    for (var element : elements) parents.add(values.uid(element));
    return Optional.of(parents);
  }
}
