package dev.ostiary.sidecar.bundle;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.schema.ActionDeclaration;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.sidecar.bundle.Template.Place;
import dev.ostiary.sidecar.yaml.Suggestion;
import dev.ostiary.sidecar.yaml.YamlMap;
import dev.ostiary.sidecar.yaml.YamlText;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Reads what an entry of a map asks, and checks it by the schema. */
final class QuestionReader {
  private static final Template NOTHING = new Template(List.of());
  private static final QuestionMap.Uid NOBODY = new QuestionMap.Uid(NOTHING, NOTHING);

  private final Schema schema;
  private final Set<String> tables;
  private final Set<String> resources;
  private final List<SourceError> errors;

  /**
   * Reads entries that may refer to these.
   *
   * @param resources names of lists of what paths are called
   */
  QuestionReader(
      Schema schema, Set<String> tables, Set<String> resources, List<SourceError> errors) {
    this.schema = schema;
    this.tables = tables;
    this.resources = resources;
    this.errors = errors;
  }

  /** The question of {@code asked}, which is about the principal of {@code entry}. */
  QuestionMap question(YamlMap entry, YamlMap asked, Set<Place> places) {
    Template action = required(asked, "action").map(text -> template(text, places)).orElse(NOTHING);
    Optional<ActionDeclaration> declared = action.literal().flatMap(id -> action(asked, id));
    var context = new LinkedHashMap<String, Template>();
    YamlMap said = asked.map("context");
    for (YamlText name : said.keys()) {
      said.text(name.text()).ifPresent(text -> context.put(name.text(), template(text, places)));
      if (declared.isPresent() && !declared.get().context().attributes().containsKey(name.text()))
        errors.add(
            new SourceError(
                name.span(),
                Suggestion.unknown(
                    "context", name.text(), declared.get().context().attributes().keySet())));
      for (ReservedContext reserved : ReservedContext.values())
        if (reserved.key().equals(name.text()))
          errors.add(new SourceError(name.span(), "`" + name.text() + "` is given by the sidecar"));
    }
    boolean verifiedBehind = false;
    QuestionMap.Uid principal = NOBODY;
    if (has(entry, "principal")) {
      YamlMap written = entry.map("principal");
      written.refuseOthers(List.of("type", "id", "proof"));
      principal = uid(written, places);
      Optional<YamlText> proof = written.text("proof");
      verifiedBehind = proof.isPresent();
      if (verifiedBehind && !proof.get().text().equals("backend"))
        errors.add(proof.get().expected("`backend`"));
    }
    return new QuestionMap(principal, verifiedBehind, action, resource(asked, places), context);
  }

  private QuestionMap.Resource resource(YamlMap asked, Set<Place> places) {
    if (!has(asked, "resource")) return NOBODY;
    YamlMap written = asked.map("resource");
    Optional<YamlText> names = written.text("names");
    if (names.isEmpty()) {
      written.refuseOthers(List.of("type", "id"));
      return uid(written, places);
    }
    written.refuseOthers(List.of("names", "path", "target"));
    if (!resources.contains(names.get().text()))
      errors.add(
          new SourceError(
              names.get().span(),
              Suggestion.unknown("list of resources", names.get().text(), resources)));
    Optional<YamlText> target = written.text("target");
    Optional<YamlText> path = target.isPresent() ? target : required(written, "path");
    if (target.isPresent() && written.text("path").isPresent())
      errors.add(target.get().expected("one of `path` and `target`"));
    return new QuestionMap.ByPath(
        names.get().text(),
        path.map(text -> template(text, places)).orElse(NOTHING),
        target.isPresent());
  }

  private Optional<ActionDeclaration> action(YamlMap entry, String id) {
    var found = new TreeMap<EntityUid, ActionDeclaration>();
    for (ActionDeclaration action : schema.actions().values())
      if (action.uid().id().equals(id) || action.uid().toString().equals(id))
        found.put(action.uid(), action);
    if (found.size() == 1) return Optional.of(found.firstEntry().getValue());
    List<String> known = schema.actions().keySet().stream().map(EntityUid::id).toList();
    entry
        .text("action")
        .ifPresent(text ->
            errors.add(
                found.isEmpty()
                    ? new SourceError(text.span(), Suggestion.unknown("action", id, known))
                    : text.expected("the whole name of one action")));
    return Optional.empty();
  }

  /** An entity of a type that the schema has. */
  QuestionMap.Uid uid(YamlMap uid, Set<Place> places) {
    Optional<YamlText> type = required(uid, "type");
    Optional<YamlText> id = required(uid, "id");
    Template types = type.map(text -> template(text, places)).orElse(NOTHING);
    if (type.isPresent() && types.literal().isPresent()) {
      Map<String, ?> known = schema.entityTypes();
      if (!known.containsKey(type.get().text()))
        errors.add(
            new SourceError(
                type.get().span(),
                Suggestion.unknown("entity type", type.get().text(), known.keySet())));
    }
    return new QuestionMap.Uid(types, id.map(text -> template(text, places)).orElse(NOTHING));
  }

  /** By place, the texts of which one must be there. */
  Map<Template.Taken, Set<String>> when(YamlMap entry, Set<Place> places) {
    var when = new LinkedHashMap<Template.Taken, Set<String>>();
    YamlMap conditions = entry.map("when");
    for (YamlText key : conditions.keys()) {
      Optional<Template.Taken> place = Template.taken(key.text());
      if (place.isEmpty() || !places.contains(place.get().from())) {
        errors.add(
            key.expected(
                places.size() == 1 ? "a JSON pointer" : "a place, such as `each/VersionId`"));
        continue;
      }
      checkTable(place.get(), key);
      var texts = new HashSet<String>();
      for (YamlText text : conditions.textOrTexts(key.text())) texts.add(text.text());
      when.put(place.get(), texts);
    }
    return when;
  }

  private Template template(YamlText text, Set<Place> places) {
    Optional<Template> read = Template.parse(text.text());
    boolean allowed =
        read.isPresent()
            && read.get().parts().stream()
                .allMatch(part ->
                    !(part instanceof Template.Taken taken) || places.contains(taken.from()));
    if (allowed) {
      for (var part : read.get().parts())
        if (part instanceof Template.Taken taken) checkTable(taken, text);
      return read.get();
    }
    errors.add(
        text.expected(
            places.equals(Set.of(Place.PATH))
                ? "a text with named segments in braces, such as `{path.name}`"
                : places.size() == 1
                    ? "a text with JSON pointers in braces, such as `{/input/user}`"
                    : "a text with places in braces: `{path.…}`, `{query.…}`, `{header.…}`,"
                        + " `{token.…}`, `{extension.…}`, `{/json/pointer}`, `{each/pointer}`,"
                        + " `{sigv4.access_key}`, `{peer}`, `{method}`"));
    return NOTHING;
  }

  private void checkTable(Template.Taken taken, YamlText where) {
    if (taken.table().isPresent() && !tables.contains(taken.table().get()))
      errors.add(
          new SourceError(where.span(), Suggestion.unknown("table", taken.table().get(), tables)));
  }

  private boolean has(YamlMap entry, String key) {
    boolean has = entry.keys().stream().anyMatch(each -> each.text().equals(key));
    if (!has) missing(entry, key);
    return has;
  }

  Optional<YamlText> required(YamlMap entry, String key) {
    Optional<YamlText> text = entry.text(key);
    if (entry.keys().stream().noneMatch(each -> each.text().equals(key))) missing(entry, key);
    return text;
  }

  void missing(YamlMap entry, String key) {
    errors.add(new SourceError(entry.span(), "expected the key `" + key + "`"));
  }
}
