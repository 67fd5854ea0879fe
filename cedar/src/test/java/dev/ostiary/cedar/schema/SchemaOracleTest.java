package dev.ostiary.cedar.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.SharedData;
import dev.ostiary.cedar.SharedData.OracleCase;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.json.JsonWriter;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Schemas against what the reference implementation says of them. */
class SchemaOracleTest {
  @Test
  void everyRecordedSchemaGetsItsVerdict() throws Exception {
    int schemas = 0;
    for (OracleCase example : SharedData.oracle())
      if (example.has("schema")) {
        schemas++;
        String verdict = "ok";
        try {
          Schema.of(List.of(fragment(example)));
        } catch (SourceException _) {
          verdict = "error";
        }
        assertEquals(SharedData.text(example.expected(), "schema"), verdict, example.id());
      }
    assertTrue(schemas > 100);
  }

  @Test
  void everyRecordedTranslationIsTheSame() throws Exception {
    int translations = 0;
    for (OracleCase example : SharedData.oracle()) {
      JsonObject expected = example.expected();
      Json json = expected.find("schemaToJson");
      if (json == null) continue;
      translations++;
      SchemaFragment fragment = fragment(example);
      Json ours = fragment.toJson();
      assertTrue(Json.same(json, ours), () -> example.id() + " " + JsonWriter.compact(ours));
      if (expected.find("schemaToCedar") instanceof Json.Str(var text, _, _))
        assertEquals(text, fragment.toCedar(), example.id());
      else assertEquals("", untranslatable(fragment), example.id());
    }
    assertTrue(translations >= 10);
  }

  private static String untranslatable(SchemaFragment fragment) {
    try {
      return fragment.toCedar();
    } catch (SourceException _) {
      return "";
    }
  }

  @Test
  void bothFormsOfASampleAreTheSameSchema() throws Exception {
    Path samples = SharedData.corpus("cli-samples");
    int pairs = 0;
    try (var files = Files.walk(samples)) {
      for (Path cedar : files.filter(f -> f.toString().endsWith(".cedarschema")).toList()) {
        Path json = Path.of(cedar + ".json");
        // Names entity types as if they were common types; the reference refuses it, too.
        if (!Files.exists(json) || cedar.getFileName().startsWith("tinytodo.cedarschema")) continue;
        pairs++;
        var one = Schema.parse(source(cedar));
        assertEquals(one, Schema.parseJson(source(json)), cedar.toString());
        assertEquals(
            one, Schema.parse(new Source("again", SchemaFragment.parse(source(cedar)).toCedar())));
      }
    }
    assertTrue(pairs >= 10);
  }

  private static Source source(Path file) throws Exception {
    return new Source(file.getFileName().toString(), Files.readString(file));
  }

  private static SchemaFragment fragment(OracleCase example) throws SourceException {
    Json schema = example.members().find("schema");
    if (schema instanceof Json.Str(var text, _, _))
      return SchemaFragment.parse(new Source(example.id(), text));
    if (schema == null) throw new AssertionError(example.id());
    return SchemaFragment.ofJson(example.source(), schema);
  }
}
