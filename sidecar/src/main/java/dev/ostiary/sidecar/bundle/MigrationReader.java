package dev.ostiary.sidecar.bundle;

import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.json.RequestJson;
import dev.ostiary.cedar.schema.EntityTypeDeclaration;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.cedar.syntax.Span;
import dev.ostiary.sidecar.yaml.Suggestion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code migrations/VERSION.json}, each an array of objects with a {@code type} and what is
 * to become of its entities.
 */
final class MigrationReader {
  static final String DIRECTORY = "migrations";
  private static final Pattern FILE = Pattern.compile(DIRECTORY + "/([1-9][0-9]{0,17})\\.json");
  private static final Set<String> KEYS = Set.of("type", "delete", "rename", "remove", "add");

  private final long bundle;
  private final Optional<Schema> schema;
  private final List<SourceError> errors;
  private final List<Migration> migrations = new ArrayList<>();

  private MigrationReader(long bundle, Optional<Schema> schema, List<SourceError> errors) {
    this.bundle = bundle;
    this.schema = schema;
    this.errors = errors;
  }

  /**
   * What the files say, in the order of their versions.
   *
   * @param bundle version of the bundle, above which there is none
   * @param schema the bundle's, by which the migrations of its own version are checked
   */
  static List<Migration> read(
      List<Source> sources, long bundle, Optional<Schema> schema, List<SourceError> errors) {
    var reader = new MigrationReader(bundle, schema, errors);
    for (Source source : sources) reader.read(source);
    reader.migrations.sort(Comparator.comparingLong(Migration::version));
    return List.copyOf(reader.migrations);
  }

  private void read(Source source) {
    var name = FILE.matcher(source.name());
    if (!name.matches() || Long.parseLong(name.group(1)) > bundle) {
      fault(source.span(0, 0), "expected a file named after a version of the bundle so far");
      return;
    }
    long version = Long.parseLong(name.group(1));
    try {
      if (!(Json.parse(source) instanceof Json.Arr(var elements, _, _)))
        throw refused(source, Json.parse(source), "an array of migrations");
      for (Json element : elements) migrations.add(migration(source, version, element));
    } catch (SourceException e) {
      errors.addAll(e.errors());
    }
  }

  private Migration migration(Source source, long version, Json json) throws SourceException {
    JsonObject object = object(source, json, "a migration, as an object with `type`");
    for (int i = 0; i < object.size(); i++)
      if (!KEYS.contains(object.name(i)))
        fault(object.value(i).span(source), unknown(object.name(i)));
    if (!(object.find("type") instanceof Json.Str type))
      throw refused(source, object, "`type`, the name of an entity type");
    boolean deletes = object.find("delete") instanceof Json.Bool flag && flag.value();
    if (deletes ? object.size() != 2 : object.find("delete") != null)
      throw refused(source, object, "`\"delete\": true` alone, or none");
    var migration =
        new Migration(
            version,
            type.value(),
            deletes,
            renamed(source, object.find("rename")),
            removed(source, object.find("remove")),
            added(source, object.find("add")));
    if (version == bundle && !deletes) check(source, object, type, migration);
    return migration;
  }

  private static String unknown(String name) {
    return Suggestion.unknown("key", name, KEYS);
  }

  private static Map<String, String> renamed(Source source, @Nullable Json json)
      throws SourceException {
    if (json == null) return Map.of();
    JsonObject object = object(source, json, "an object of new names by old ones");
    var renamed = new HashMap<String, String>();
    for (int i = 0; i < object.size(); i++) {
      if (!(object.value(i) instanceof Json.Str to))
        throw refused(source, object.value(i), "the new name of an attribute");
      if (renamed.containsValue(to.value()) || renamed.put(object.name(i), to.value()) != null)
        throw refused(source, object.value(i), "each attribute once");
    }
    return renamed;
  }

  private static Set<String> removed(Source source, @Nullable Json json) throws SourceException {
    if (json == null) return Set.of();
    if (!(json instanceof Json.Arr(var elements, _, _)))
      throw refused(source, json, "an array of attributes");
    var removed = new HashSet<String>();
    for (Json element : elements) {
      if (!(element instanceof Json.Str name))
        throw refused(source, element, "an attribute's name");
      removed.add(name.value());
    }
    return removed;
  }

  private static Map<String, Value> added(Source source, @Nullable Json json)
      throws SourceException {
    if (json == null) return Map.of();
    return RequestJson.context(source, object(source, json, "an object of values")).attributes();
  }

  /** Migrations of earlier versions were for earlier schemas. */
  private void check(Source source, JsonObject object, Json.Str type, Migration migration) {
    if (schema.isEmpty()) return;
    EntityTypeDeclaration declared = schema.get().entityTypes().get(type.value());
    if (declared == null) {
      fault(
          type.span(source),
          Suggestion.unknown("entity type", type.value(), schema.get().entityTypes().keySet()));
      return;
    }
    Set<String> known = declared.shape().attributes().keySet();
    var names = new ArrayList<>(migration.renamed().values());
    names.addAll(migration.added().keySet());
    for (String name : names)
      if (!known.contains(name))
        fault(object.span(source), Suggestion.unknown("attribute", name, known));
  }

  private static JsonObject object(Source source, Json json, String what) throws SourceException {
    if (!(json instanceof JsonObject object)) throw refused(source, json, what);
    if (object.repeated() >= 0) throw refused(source, json, "each name once");
    return object;
  }

  private void fault(Span span, String message) {
    errors.add(new SourceError(span, message));
  }

  private static SourceException refused(Source source, Json at, String expected) {
    return new SourceException(
        List.of(
            new SourceError(at.span(source), "expected " + expected + ", got " + at.described())));
  }
}
