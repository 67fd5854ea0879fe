package dev.ostiary.sidecar.door;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.schema.Type;
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Question;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.decide.Snapshot;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads what AuthZEN says as a question. A subject's or resource's type is the entity type of that
 * name; an action's name is the id of an action, or its whole name.
 *
 * <p>Properties are what a caller says, never what is known, so they go into the context: under
 * {@code subject}, {@code action} and {@code resource}, where the action's schema declares those,
 * and of them what it declares.
 */
final class AuthzenQuestion {
  private static final String PROPERTIES = "properties";

  private final Caller caller;
  private final OptionalLong nowMillis;
  private final Schema schema;

  AuthzenQuestion(Caller caller, OptionalLong nowMillis, Snapshot snapshot) {
    this.caller = caller;
    this.nowMillis = nowMillis;
    this.schema = snapshot.bundle().schema();
  }

  /** The question that the four members say. */
  Question read(
      @Nullable Json subject,
      @Nullable Json action,
      @Nullable Json resource,
      @Nullable Json context)
      throws Unreadable {
    EntityUid named = action(object(action, "action"));
    return question(
        uid(object(subject, "subject"), "subject"),
        named,
        uid(object(resource, "resource"), "resource"),
        context(named, subject, action, resource, context));
  }

  Question question(
      EntityUid principal, EntityUid action, EntityUid resource, RecordValue context) {
    return new Question(
        caller.asking(principal).uid(),
        caller.proof(principal, nowMillis),
        nowMillis,
        principal,
        action,
        resource,
        context,
        List.of(),
        Optional.empty());
  }

  /** The context that the action's schema makes of what was said. */
  RecordValue context(
      EntityUid action,
      @Nullable Json subject,
      @Nullable Json said,
      @Nullable Json resource,
      @Nullable Json context)
      throws Unreadable {
    Type.RecordType declared =
        schema.action(action).map(found -> found.context()).orElse(Type.RecordType.EMPTY);
    var values = new JsonValues();
    RecordValue read =
        context == null || context instanceof Json.Null
            ? RecordValue.EMPTY
            : values.record(object(context, "context"), declared, "context");
    read = withProperties(read, "subject", subject, declared, values);
    read = withProperties(read, "action", said, declared, values);
    return withProperties(read, "resource", resource, declared, values);
  }

  private static RecordValue withProperties(
      RecordValue context,
      String name,
      @Nullable Json entity,
      Type.RecordType declared,
      JsonValues values)
      throws Unreadable {
    if (!(entity instanceof JsonObject object)) return context;
    Json said = object.find(PROPERTIES);
    if (said == null || said instanceof Json.Null) return context;
    JsonObject properties = object(said, name + ".properties");
    var attribute = declared.attributes().get(name);
    if (attribute == null || !(attribute.type() instanceof Type.RecordType type)) return context;
    if (context.find(name) != null)
      throw new Unreadable(
          Why.SCHEMA_MISMATCH, "context." + name, "`" + name + "` is made of its properties");
    return context.with(name, values.declaredOnly(properties, type, name + ".properties"));
  }

  static JsonObject object(@Nullable Json json, String field) throws Unreadable {
    if (json instanceof JsonObject object) return object;
    throw new Unreadable(Why.MALFORMED_REQUEST, field, "expected an object");
  }

  static EntityUid uid(JsonObject entity, String field) throws Unreadable {
    return EntityUid.of(text(entity, "type", field), text(entity, "id", field));
  }

  static String text(JsonObject object, String name, String field) throws Unreadable {
    if (object.find(name) instanceof Json.Str(var text, _, _) && !text.isEmpty()) return text;
    throw new Unreadable(
        Why.MALFORMED_REQUEST, field + "." + name, "expected a string that is not empty");
  }

  private EntityUid action(JsonObject action) throws Unreadable {
    return ActionNames.find(schema, text(action, "name", "action"));
  }
}
