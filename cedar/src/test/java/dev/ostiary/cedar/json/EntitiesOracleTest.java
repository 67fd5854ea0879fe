package dev.ostiary.cedar.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.EntitiesException;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.SharedData;
import dev.ostiary.cedar.SharedData.OracleCase;
import dev.ostiary.cedar.schema.ConformanceException;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.schema.SchemaFragment;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Entities and requests against what the reference implementation says of them. */
class EntitiesOracleTest {
  @Test
  void everyRecordedListOfEntitiesGetsItsVerdictAndSize() throws Exception {
    int lists = 0;
    for (OracleCase example : SharedData.oracle()) {
      if (example.expected().find("entities") == null) continue;
      lists++;
      Optional<Entities> entities = entities(example, schema(example));
      assertEquals(
          SharedData.text(example.expected(), "entities"),
          entities.isPresent() ? "ok" : "error",
          example.id());
      if (entities.isPresent()
          && example.expected().find("entityCount") instanceof Json.Int(var count, _, _))
        assertEquals(count, entities.get().size(), example.id());
    }
    assertTrue(lists > 150);
  }

  private static Optional<Entities> entities(OracleCase example, Optional<Schema> schema)
      throws EntitiesException {
    boolean typed =
        !(example.members().find("entitiesUseSchema") instanceof Json.Bool(var use, _, _)) || use;
    Optional<Schema> used = typed ? schema : Optional.empty();
    try {
      if (example.members().find("rawEntities") instanceof Json.Str(var text, _, _)) {
        var source = new Source("raw", text);
        return Optional.of(
            used.isPresent() ? EntitiesJson.load(source, used.get()) : EntitiesJson.load(source));
      }
      Json written = example.members().find("entities");
      Json list = written == null ? Json.of(List.of()) : written;
      return Optional.of(Entities.of(EntitiesJson.parse(example.source(), list, used)));
    } catch (SourceException | EntitiesException _) {
      return Optional.empty();
    }
  }

  @Test
  void everyRecordedRequestGetsItsVerdict() throws Exception {
    int requests = 0;
    for (OracleCase example : SharedData.oracle()) {
      if (example.expected().find("request") == null) continue;
      requests++;
      String refusal = refusal(example, schema(example));
      assertEquals(
          SharedData.text(example.expected(), "request"),
          refusal.isEmpty() ? "ok" : "error",
          () -> example.id() + " " + refusal);
    }
    assertTrue(requests > 150);
  }

  private static String refusal(OracleCase example, Optional<Schema> schema) {
    if (!(example.members().find("request") instanceof JsonObject request))
      throw new AssertionError(example.id());
    Source source = example.source();
    try {
      EntityUid action = uid(source, request, "action");
      Json written = request.find("context");
      Json context = written == null ? Json.parse(new Source("none", "{}")) : written;
      RecordValue record =
          request.find("rawContext") instanceof Json.Str(var text, _, _)
              ? schema.isPresent()
                  ? RequestJson.context(new Source("raw", text), schema.get(), action)
                  : RequestJson.context(new Source("raw", text))
              : schema.isPresent()
                  ? RequestJson.context(source, context, schema.get(), action)
                  : RequestJson.context(source, context);
      var asked =
          new Request(
              uid(source, request, "principal"), action, uid(source, request, "resource"), record);
      boolean checked =
          !(request.find("validate") instanceof Json.Bool(var validate, _, _)) || validate;
      if (checked && schema.isPresent()) schema.get().check(asked);
      return "";
    } catch (SourceException | ConformanceException refused) {
      return String.valueOf(refused.getMessage());
    }
  }

  private static EntityUid uid(Source source, JsonObject request, String name)
      throws SourceException {
    Json json = request.find(name);
    if (json == null) throw new AssertionError("no " + name);
    return RequestJson.uid(source, json);
  }

  private static Optional<Schema> schema(OracleCase example) throws SourceException {
    Json schema = example.members().find("schema");
    if (schema == null) return Optional.empty();
    var fragment =
        schema instanceof Json.Str(var text, _, _)
            ? SchemaFragment.parse(new Source(example.id(), text))
            : SchemaFragment.ofJson(example.source(), schema);
    return Optional.of(Schema.of(List.of(fragment)));
  }
}
