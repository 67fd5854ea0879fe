package dev.ostiary.cedar.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cedarpolicy.model.exception.InternalException;
import com.cedarpolicy.model.schema.Schema.JsonOrCedar;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonWriter;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Schemas against the official binding, live. */
class SchemaDifferentialTest {
  private static final int COUNT = Boolean.getBoolean("ostiary.long") ? 50_000 : 400;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 0x5eed})
  void verdictsAndTranslationsAreThoseOfTheReference(long seed) throws Exception {
    System.out.println("seed " + seed);
    var generator = new SchemaGenerator(new SplittableRandom(seed));
    int accepted = 0;
    for (int i = 0; i < COUNT; i++) {
      String text = generator.schema();
      Optional<SchemaFragment> fragment = fragment(text);
      boolean ours = fragment.isPresent() && resolves(fragment.get());
      assertEquals(isAccepted(text), ours, text);
      if (!ours || fragment.isEmpty()) continue;
      accepted++;
      sameTranslations(text, fragment.get());
    }
    assertTrue(accepted > COUNT / 20, accepted + " of " + COUNT + " were right");
  }

  private static void sameTranslations(String text, SchemaFragment fragment) throws Exception {
    var reference =
        new com.cedarpolicy.model.schema.Schema(
            JsonOrCedar.Cedar, Optional.empty(), Optional.of(text));
    Json json = fragment.toJson();
    String theirs = reference.toJsonFormat().toString();
    assertTrue(
        Json.same(Json.parse(new Source("reference", theirs)), json),
        () -> text + "\n" + theirs + "\n" + JsonWriter.compact(json));
    var schema = Schema.of(List.of(fragment));
    String written = JsonWriter.compact(json);
    assertEquals(schema, Schema.parseJson(new Source("json", written)), text);
    Optional<String> back = inCedar(written);
    if (back.isPresent()) assertEquals(schema, Schema.parse(new Source("cedar", back.get())), text);
    assertEquals(back.isPresent(), !ours(fragment).isEmpty() || text.isBlank(), text);
    if (back.isPresent())
      assertEquals(schema, Schema.parse(new Source("cedar", ours(fragment))), text);
  }

  private static String ours(SchemaFragment fragment) {
    try {
      return fragment.toCedar() + " ";
    } catch (SourceException _) {
      return "";
    }
  }

  private static Optional<String> inCedar(String json) {
    try {
      return Optional.of(
          new com.cedarpolicy.model.schema.Schema(
                  JsonOrCedar.Json, Optional.of(json), Optional.empty())
              .toCedarFormat());
    } catch (InternalException _) {
      return Optional.empty();
    }
  }

  private static boolean isAccepted(String text) {
    try {
      com.cedarpolicy.model.schema.Schema.parse(JsonOrCedar.Cedar, text);
      return true;
    } catch (InternalException _) {
      return false;
    }
  }

  private static Optional<SchemaFragment> fragment(String text) {
    try {
      return Optional.of(SchemaFragment.parse(new Source("schema", text)));
    } catch (SourceException _) {
      return Optional.empty();
    }
  }

  private static boolean resolves(SchemaFragment fragment) {
    try {
      Schema.of(List.of(fragment));
      return true;
    } catch (SourceException _) {
      return false;
    }
  }
}
