package dev.ostiary.sidecar.bundle;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.schema.ActionDeclaration;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.sidecar.bundle.Template.Place;
import dev.ostiary.sidecar.yaml.Suggestion;
import dev.ostiary.sidecar.yaml.YamlMap;
import dev.ostiary.sidecar.yaml.YamlText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads {@code routes} and {@code webhooks} of {@code bundle.yaml}, and checks both by the schema.
 */
final class MapReader {
  private static final List<String> QUESTION =
      List.of("principal", "action", "resource", "context");
  private static final Template NOTHING = new Template(List.of());

  private final Schema schema;
  private final List<SourceError> errors;

  MapReader(Schema schema, List<SourceError> errors) {
    this.schema = schema;
    this.errors = errors;
  }

  List<Route> routes(YamlMap settings) {
    var routes = new ArrayList<Route>();
    var shapes = new HashSet<String>();
    for (YamlMap entry : settings.maps("routes")) {
      refuseOthers(entry, List.of("method", "path"));
      Set<String> methods = new HashSet<>();
      for (YamlText method : entry.textOrTexts("method")) {
        if (method.text().matches("[A-Z]+")) methods.add(method.text());
        else errors.add(method.expected("a method in capitals"));
      }
      if (methods.isEmpty()) missing(entry, "method");
      Optional<YamlText> path = required(entry, "path");
      if (path.isEmpty()) continue;
      List<String> segments = segments(path.get());
      for (String method : methods) {
        String shape =
            method + " " + String.join("/", segments.stream().map(MapReader::shape).toList());
        if (!shapes.add(shape))
          errors.add(new SourceError(path.get().span(), "a route of this form stands before"));
      }
      QuestionMap question = question(entry, Set.of(Place.values()));
      for (String name : named(question, Place.PATH))
        if (segments.stream()
            .noneMatch(s -> s.equals("{" + name + "}") || s.equals("{" + name + "*}")))
          errors.add(new SourceError(path.get().span(), "expected `{" + name + "}` in the path"));
      routes.add(new Route(methods, segments, question));
    }
    return routes;
  }

  private static String shape(String segment) {
    return Route.isRest(segment) ? "{*}" : Route.isNamed(segment) ? "{}" : segment;
  }

  private List<String> segments(YamlText path) {
    String text = path.text();
    if (!text.startsWith("/")) {
      errors.add(path.expected("a path that begins with `/`"));
      return List.of();
    }
    List<String> segments = Arrays.asList(text.substring(1).split("/", -1));
    for (int i = 0; i < segments.size(); i++) {
      String segment = segments.get(i);
      boolean last = i == segments.size() - 1;
      boolean plain = segment.matches("[^{}*%]*") && (last || !segment.isEmpty());
      boolean named = segment.matches("\\{[A-Za-z0-9_]+\\}");
      boolean rest = last && segment.matches("\\{[A-Za-z0-9_]+\\*\\}");
      if (!plain && !named && !rest)
        errors.add(path.expected("segments that are plain, `{name}`, or `{name*}` at the end"));
    }
    return segments;
  }

  private static Set<String> named(QuestionMap question, Place place) {
    var names = new HashSet<String>();
    question
        .templates()
        .flatMap(template -> template.parts().stream())
        .forEach(part -> {
          if (part instanceof Template.Taken(var from, var name) && from == place) names.add(name);
        });
    return names;
  }

  List<Webhook> webhooks(YamlMap settings) {
    var webhooks = new ArrayList<Webhook>();
    for (YamlMap entry : settings.maps("webhooks")) {
      refuseOthers(entry, List.of("path", "when", "result"));
      Optional<YamlText> path = required(entry, "path");
      var when = new HashMap<String, Set<String>>();
      YamlMap conditions = entry.map("when");
      for (YamlText pointer : conditions.keys()) {
        if (!pointer.text().startsWith("/")) errors.add(pointer.expected("a JSON pointer"));
        var texts = new HashSet<String>();
        for (YamlText text : conditions.textOrTexts(pointer.text())) texts.add(text.text());
        when.put(pointer.text(), texts);
      }
      Optional<String> result = entry.text("result").map(YamlText::text);
      QuestionMap question = question(entry, Set.of(Place.BODY));
      if (path.isPresent()) webhooks.add(new Webhook(path.get().text(), when, question, result));
    }
    return webhooks;
  }

  private void refuseOthers(YamlMap entry, List<String> own) {
    var known = new ArrayList<>(own);
    known.addAll(QUESTION);
    entry.refuseOthers(known);
  }

  private QuestionMap question(YamlMap entry, Set<Place> places) {
    Template action = required(entry, "action").map(text -> template(text, places)).orElse(NOTHING);
    Optional<ActionDeclaration> declared = action.literal().flatMap(id -> action(entry, id));
    var context = new LinkedHashMap<String, Template>();
    YamlMap said = entry.map("context");
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
    return new QuestionMap(
        uid(entry, "principal", places), action, uid(entry, "resource", places), context);
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

  private QuestionMap.Uid uid(YamlMap entry, String key, Set<Place> places) {
    if (entry.keys().stream().noneMatch(each -> each.text().equals(key))) {
      missing(entry, key);
      return new QuestionMap.Uid(NOTHING, NOTHING);
    }
    YamlMap uid = entry.map(key);
    uid.refuseOthers(List.of("type", "id"));
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

  private Template template(YamlText text, Set<Place> places) {
    Optional<Template> read = Template.parse(text.text());
    boolean allowed =
        read.isPresent()
            && read.get().parts().stream()
                .allMatch(part ->
                    !(part instanceof Template.Taken(var from, _)) || places.contains(from));
    if (allowed) return read.get();
    errors.add(
        text.expected(
            places.size() == 1
                ? "a text with JSON pointers in braces, such as `{/input/user}`"
                : "a text with places in braces: `{path.…}`, `{query.…}`, `{header.…}`,"
                    + " `{token.…}`, `{extension.…}`, `{/json/pointer}`, `{peer}`, `{method}`"));
    return NOTHING;
  }

  private Optional<YamlText> required(YamlMap entry, String key) {
    Optional<YamlText> text = entry.text(key);
    if (entry.keys().stream().noneMatch(each -> each.text().equals(key))) missing(entry, key);
    return text;
  }

  private void missing(YamlMap entry, String key) {
    errors.add(new SourceError(entry.span(), "expected the key `" + key + "`"));
  }
}
