package dev.ostiary.cedar.json;

import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.EntitiesException;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Entities as JSON: an array of objects with {@code uid}, {@code attrs}, {@code parents} and
 * perhaps {@code tags}. With a schema they are checked against it, values may be written without
 * escapes, and the schema's actions are added.
 *
 * @see <a href="https://docs.cedarpolicy.com/auth/entities-syntax.html">Entities and context</a>
 */
public final class EntitiesJson {
  private EntitiesJson() {}

  /**
   * The entities that a text lists, checked to be a hierarchy without cycles.
   *
   * @throws SourceException with the fault of every entity that has one; faults of syntax and of
   *     the hierarchy come alone
   */
  public static Entities load(Source source) throws SourceException {
    return load(source, new EntityReader(source, null), null);
  }

  /**
   * The entities that a text lists and the schema's actions, checked against the schema and to be a
   * hierarchy without cycles.
   *
   * @throws SourceException as {@link #load(Source)}
   */
  public static Entities load(Source source, Schema schema) throws SourceException {
    return load(source, new EntityReader(source, schema), schema);
  }

  private static Entities load(Source source, EntityReader reader, @Nullable Schema schema)
      throws SourceException {
    List<Entity> entities = new ArrayList<>();
    new JsonReader(source, Json.DEPTH).elements(json -> reader.read(json).ifPresent(entities::add));
    reader.throwIfAny();
    try {
      if (schema != null) {
        checkActions(source, entities, schema);
        entities.addAll(actionsBesides(entities, schema));
      }
      return Entities.of(entities);
    } catch (EntitiesException refused) {
      throw new SourceException(
          List.of(new SourceError(place(source, refused.entity()), message(refused))));
    }
  }

  /** Actions must have the ancestors that the schema gives them, by what the text alone says. */
  private static void checkActions(Source source, List<Entity> entities, Schema schema)
      throws SourceException, EntitiesException {
    var given =
        entities.stream().filter(entity -> schema.actions().containsKey(entity.uid())).toList();
    if (given.isEmpty()) return;
    var hierarchy = Entities.of(given);
    var errors = new ArrayList<SourceError>();
    for (var action : given)
      if (!hierarchy.ancestors(action.uid()).equals(schema.ancestors(action.uid())))
        errors.add(
            new SourceError(
                place(source, action.uid()),
                "the action `"
                    + action.uid()
                    + "` has other ancestors in the schema; leave it out to use those"));
    if (!errors.isEmpty()) throw new SourceException(errors);
  }

  private static String message(EntitiesException refused) {
    return String.valueOf(refused.getMessage());
  }

  /** Where the last entity of that uid stands. */
  private static dev.ostiary.cedar.syntax.Span place(Source source, EntityUid uid)
      throws SourceException {
    var reader = new EntityReader(source, null);
    var last = new Json[1];
    new JsonReader(source, Json.DEPTH)
        .elements(json -> {
          if (reader.isOf(json, uid)) last[0] = json;
        });
    return last[0] == null ? source.span(0, 0) : last[0].span(source);
  }

  /**
   * The entities that a JSON array lists, in its order; then, with a schema, its actions that are
   * not among them. What they are together is not checked: one may come twice, or be its own
   * ancestor; {@link Entities#of} refuses that.
   *
   * @param source what {@code json} was read from
   * @throws SourceException with the fault of every entity that has one
   */
  public static List<Entity> parse(Source source, Json json, Optional<Schema> schema)
      throws SourceException {
    var reader = new EntityReader(source, schema.orElse(null));
    List<Entity> entities = new ArrayList<>();
    for (Json each : reader.elements(json)) reader.read(each).ifPresent(entities::add);
    reader.throwIfAny();
    if (schema.isPresent()) entities.addAll(actionsBesides(entities, schema.get()));
    return entities;
  }

  /** Actions of the schema; those that were given have been found to be the same. */
  private static List<Entity> actionsBesides(List<Entity> entities, Schema schema) {
    entities.removeIf(entity -> schema.actions().containsKey(entity.uid()));
    return schema.actionEntities();
  }

  /**
   * The entities as JSON, by uid, with escapes, so that they are read back without a schema.
   *
   * @throws IllegalArgumentException if an attribute has the name of an escape, such as {@code
   *     __entity}
   */
  public static Json toJson(Collection<Entity> entities) {
    return Json.of(
        entities.stream()
            .sorted(Comparator.comparing(Entity::uid))
            .map(EntitiesJson::toJson)
            .toList());
  }

  private static Json toJson(Entity entity) {
    SequencedMap<String, Json> members = new LinkedHashMap<>();
    members.put("uid", ValueWriter.typeAndId(entity.uid()));
    members.put("attrs", ValueWriter.record(entity.attributes()));
    members.put(
        "parents",
        Json.of(entity.parents().stream().sorted().map(ValueWriter::typeAndId).toList()));
    if (entity.tags().size() > 0) members.put("tags", ValueWriter.record(entity.tags()));
    return Json.of(members);
  }
}
