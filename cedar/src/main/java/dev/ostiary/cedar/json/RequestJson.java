package dev.ostiary.cedar.json;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.schema.ActionDeclaration;
import dev.ostiary.cedar.schema.ConformanceException;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Contexts and the names of principals, actions and resources as JSON.
 *
 * @see <a href="https://docs.cedarpolicy.com/auth/entities-syntax.html">Entities and context</a>
 */
public final class RequestJson {
  private RequestJson() {}

  /**
   * The context that a text says, which has to be an object. Of a name that is repeated in an
   * object the last counts, as the reference implementation has it.
   *
   * @throws SourceException with one error
   */
  public static RecordValue context(Source source) throws SourceException {
    return context(source, Json.parse(source));
  }

  /**
   * The context that a text says, its values read as the schema gives their types for the action.
   * It is of the action's type when this returns.
   *
   * @throws SourceException with one error; also if the schema has no such action
   */
  public static RecordValue context(Source source, Schema schema, EntityUid action)
      throws SourceException {
    return context(source, Json.parse(source), schema, action);
  }

  /**
   * The same, but for values of another type than the schema's where they can be read without it:
   * for a request that shall not be checked.
   *
   * @throws SourceException with one error; also if the schema has no such action
   */
  public static RecordValue uncheckedContext(Source source, Schema schema, EntityUid action)
      throws SourceException {
    return typed(source, Json.parse(source), schema, action);
  }

  /**
   * What a text says as the context of each action whose context it can be.
   *
   * @throws SourceException if it is no JSON object, or fits no action: the fault as the context of
   *     the first
   */
  public static Map<EntityUid, RecordValue> contexts(Source source, Schema schema)
      throws SourceException {
    Json json = Json.parse(source);
    var fitting = new LinkedHashMap<EntityUid, RecordValue>();
    SourceException first = null;
    for (var action : schema.actions().values())
      try {
        fitting.put(action.uid(), context(source, json, schema, action.uid()));
      } catch (SourceException refused) {
        if (first == null) first = refused;
      }
    if (fitting.isEmpty() && first != null) throw first;
    return fitting;
  }

  /** The same as {@link #context(Source)}, of a value that was read from {@code source}. */
  public static RecordValue context(Source source, Json json) throws SourceException {
    var reader = new ValueReader(source, true);
    // An escape at the top is a value, but no record.
    Value value = reader.read(lastOfEach(json));
    if (value instanceof RecordValue record) return record;
    throw reader.expected("the context as an object", json);
  }

  /** The same as {@link #context(Source, Schema, EntityUid)}, of a value read from the source. */
  public static RecordValue context(Source source, Json json, Schema schema, EntityUid action)
      throws SourceException {
    RecordValue context = typed(source, json, schema, action);
    try {
      schema.checkContext(action, context);
    } catch (ConformanceException refused) {
      var path = refused.path();
      var span = Places.of(source, json, path.subList(1, path.size()));
      throw new SourceException(
          List.of(new SourceError(span, String.valueOf(refused.getMessage()))));
    }
    return context;
  }

  private static RecordValue typed(Source source, Json json, Schema schema, EntityUid action)
      throws SourceException {
    var reader = new ValueReader(source, true);
    Optional<ActionDeclaration> declared = schema.action(action);
    if (declared.isEmpty() || declared.get().external())
      throw reader.failure(
          json.start(), json.end(), "the action `" + action + "` is not in the schema");
    if (!(json instanceof JsonObject object))
      throw reader.expected("the context as an object", json);
    return reader.record((JsonObject) lastOfEach(object), declared.get().context());
  }

  /** Without the members whose name is repeated behind them. */
  private static Json lastOfEach(Json json) {
    return switch (json) {
      case Json.Arr(var elements, int start, int end) ->
          new Json.Arr(elements.stream().map(RequestJson::lastOfEach).toList(), start, end);
      case JsonObject object -> object.lastOfEach(RequestJson::lastOfEach);
      case Json.Bool _, Json.Int _, Json.Num _, Json.Str _, Json.Null _ -> json;
    };
  }

  /**
   * The entity that a value names: {@code {"type": "User", "id": "ann"}}, with or without {@code
   * __entity} around it.
   *
   * @param source what {@code json} was read from
   * @throws SourceException with one error
   */
  public static EntityUid uid(Source source, Json json) throws SourceException {
    return new ValueReader(source, false).uid(json);
  }
}
