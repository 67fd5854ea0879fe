package dev.ostiary.sidecar.bundle;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.sidecar.yaml.Durations;
import dev.ostiary.sidecar.yaml.Suggestion;
import dev.ostiary.sidecar.yaml.YamlMap;
import dev.ostiary.sidecar.yaml.YamlText;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads {@code bundle.yaml}. */
final class SettingsReader {
  private static final List<String> KEYS =
      List.of(
          "name",
          "version",
          "log",
          "retention",
          "reuse",
          "obligations",
          "stepups",
          "requestables",
          "tables",
          "resources",
          "routes",
          "webhooks");

  private static final Duration SHORTEST_RETENTION = Duration.ofHours(1);

  /** What names in a bundle look like: they go into metrics, logs and comma-separated lists. */
  static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,127}");

  private final YamlMap yaml;
  private final List<SourceError> errors;

  private SettingsReader(YamlMap yaml, List<SourceError> errors) {
    this.yaml = yaml;
    this.errors = errors;
  }

  /**
   * What the file says; where it is faulty, as much of it as can be read.
   *
   * @param schema knows the actions; where there is none, they are not checked
   */
  static BundleSettings read(Source source, Optional<Schema> schema, List<SourceError> errors) {
    var reader = new SettingsReader(YamlMap.parse(source, errors), errors);
    reader.yaml.refuseOthers(KEYS);
    Optional<MapReader> maps = schema.map(known -> new MapReader(known, reader.yaml, errors));
    return new BundleSettings(
        reader.name(),
        reader.version(),
        reader.logClass(),
        reader.retention(),
        schema.map(reader::reuse).orElse(Map.of()),
        reader.names("obligations"),
        reader.names("stepups"),
        reader.names("requestables"),
        maps.map(MapReader::tables).orElse(Map.of()),
        maps.map(MapReader::resources).orElse(Map.of()),
        maps.map(MapReader::routes).orElse(List.of()),
        maps.map(MapReader::webhooks).orElse(List.of()));
  }

  private String name() {
    Optional<YamlText> name = required("name");
    if (name.isEmpty()) return "";
    checkName(name.get());
    return name.get().text();
  }

  private long version() {
    Optional<YamlText> version = required("version");
    if (version.isEmpty()) return 1;
    try {
      long number = Long.parseLong(version.get().text());
      if (number >= 1) return number;
    } catch (NumberFormatException _) {
      // Said below.
    }
    errors.add(version.get().expected("a whole number from 1"));
    return 1;
  }

  private LogClass logClass() {
    Optional<YamlText> text = yaml.text("log");
    if (text.isEmpty()) return LogClass.BOUNDED;
    Optional<LogClass> logClass = LogClass.named(text.get().text());
    if (logClass.isEmpty()) errors.add(text.get().expected(LogClass.NAMES));
    return logClass.orElse(LogClass.BOUNDED);
  }

  private Optional<Duration> retention() {
    Optional<YamlText> text = yaml.text("retention");
    if (text.isEmpty()) return Optional.empty();
    var millis = Durations.millis(text.get().text());
    if (millis.isPresent() && millis.getAsLong() >= SHORTEST_RETENTION.toMillis())
      return Optional.of(Duration.ofMillis(millis.getAsLong()));
    errors.add(text.get().expected("a duration of at least 1h, such as `90d`"));
    return Optional.empty();
  }

  private Map<EntityUid, Duration> reuse(Schema schema) {
    var reuse = new HashMap<EntityUid, Duration>();
    if (yaml.keys().stream().noneMatch(key -> key.text().equals("reuse"))) return reuse;
    YamlMap written = yaml.map("reuse");
    for (YamlText key : written.keys()) {
      Optional<EntityUid> action = action(key, schema);
      Optional<Duration> duration = written.text(key.text()).flatMap(this::duration);
      if (action.isPresent() && duration.isPresent()) reuse.put(action.get(), duration.get());
    }
    return reuse;
  }

  /** An action by its id, or by its whole name where that id is in several namespaces. */
  private Optional<EntityUid> action(YamlText key, Schema schema) {
    List<EntityUid> named =
        schema.actions().keySet().stream()
            .filter(uid -> uid.id().equals(key.text()) || uid.toString().equals(key.text()))
            .toList();
    if (named.size() == 1) return Optional.of(named.getFirst());
    if (named.isEmpty()) {
      List<String> known = schema.actions().keySet().stream().map(EntityUid::id).toList();
      errors.add(new SourceError(key.span(), Suggestion.unknown("action", key.text(), known)));
    } else {
      errors.add(key.expected("one action; write for example `" + named.getFirst() + "`"));
    }
    return Optional.empty();
  }

  private Optional<Duration> duration(YamlText text) {
    var millis = Durations.millis(text.text());
    if (millis.isPresent() && millis.getAsLong() <= BundleSettings.MAX_REUSE.toMillis())
      return Optional.of(Duration.ofMillis(millis.getAsLong()));
    errors.add(text.expected("a duration of at most 5s, such as `500ms`"));
    return Optional.empty();
  }

  private Set<String> names(String key) {
    var names = new LinkedHashSet<String>();
    for (YamlText name : yaml.texts(key)) {
      checkName(name);
      if (!names.add(name.text()))
        errors.add(new SourceError(name.span(), "`" + name.text() + "` comes twice"));
    }
    return names;
  }

  private void checkName(YamlText name) {
    if (!NAME.matcher(name.text()).matches())
      errors.add(name.expected("a name of letters, digits, `.`, `_`, `/` and `-`"));
  }

  private Optional<YamlText> required(String key) {
    Optional<YamlText> text = yaml.text(key);
    if (yaml.keys().stream().noneMatch(k -> k.text().equals(key)))
      errors.add(new SourceError(yaml.span(), "expected the key `" + key + "`"));
    return text;
  }
}
