package dev.ostiary.sidecar.bundle;

import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.sidecar.bundle.Presence.Need;
import dev.ostiary.sidecar.bundle.Template.Place;
import dev.ostiary.sidecar.yaml.YamlMap;
import dev.ostiary.sidecar.yaml.YamlText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Reads {@code routes} and {@code webhooks} of {@code bundle.yaml} with what these refer to, and
 * checks all by the schema.
 */
final class MapReader {
  private static final List<String> ASK = List.of("action", "resource", "context");

  private final YamlMap settings;
  private final List<SourceError> errors;
  private final Map<String, Set<String>> inline;
  private final QuestionReader questions;

  MapReader(Schema schema, YamlMap settings, List<SourceError> errors) {
    this.settings = settings;
    this.errors = errors;
    this.inline = SchemaMarksReader.read(schema, new ArrayList<>()).inline();
    this.questions =
        new QuestionReader(
            schema, names(settings.map("tables")), names(settings.map("resources")), errors);
  }

  private static Set<String> names(YamlMap map) {
    return map.keys().stream().map(YamlText::text).collect(Collectors.toSet());
  }

  Map<String, Map<String, String>> tables() {
    var tables = new HashMap<String, Map<String, String>>();
    YamlMap written = settings.map("tables");
    for (YamlText name : written.keys()) {
      checkName(name);
      var rows = new HashMap<String, String>();
      YamlMap table = written.map(name.text());
      for (YamlText key : table.keys())
        table.text(key.text()).ifPresent(value -> rows.put(key.text(), value.text()));
      tables.put(name.text(), Map.copyOf(rows));
    }
    return tables;
  }

  Map<String, List<QuestionMap.PathName>> resources() {
    var resources = new HashMap<String, List<QuestionMap.PathName>>();
    YamlMap written = settings.map("resources");
    for (YamlText name : written.keys()) {
      checkName(name);
      var names = new ArrayList<QuestionMap.PathName>();
      var shapes = new HashSet<String>();
      for (YamlMap entry : written.maps(name.text())) {
        entry.refuseOthers(List.of("path", "type", "id", "in"));
        Optional<YamlText> path = questions.required(entry, "path");
        if (path.isEmpty()) continue;
        PathPattern pattern = pattern(path.get());
        if (!shapes.add(pattern.shape()))
          errors.add(new SourceError(path.get().span(), "a path of this form stands before"));
        var in = new ArrayList<QuestionMap.Uid>();
        for (YamlMap parent : entry.maps("in")) {
          parent.refuseOthers(List.of("type", "id"));
          in.add(questions.uid(parent, Set.of(Place.PATH)));
        }
        var named = new QuestionMap.PathName(pattern, questions.uid(entry, Set.of(Place.PATH)), in);
        checkInline(named, entry);
        named.templates().forEach(template -> checkNamed(template, pattern, path.get()));
        names.add(named);
      }
      resources.put(name.text(), List.copyOf(names));
    }
    return resources;
  }

  private void checkInline(QuestionMap.PathName named, YamlMap entry) {
    if (named.in().isEmpty()) return;
    Set<String> allowed = named.uid().type().literal().map(inline::get).orElse(null);
    for (var parent : named.in())
      if (allowed == null || !parent.type().literal().map(allowed::contains).orElse(false))
        errors.add(
            new SourceError(
                entry.span(),
                "expected a type whose mark `@inline` in the schema names that of the parent"));
  }

  private void checkName(YamlText name) {
    if (!name.text().matches("[A-Za-z0-9_-]+"))
      errors.add(name.expected("a name of letters, digits, `_` and `-`"));
  }

  /** What two routes must not have in common: the second would never be taken. */
  private record Shape(String form, Optional<Presence> query, Optional<Presence> headers) {}

  List<Route> routes() {
    var routes = new ArrayList<Route>();
    var shapes = new HashSet<Shape>();
    for (YamlMap entry : settings.maps("routes")) {
      boolean several = names(entry).contains("asks");
      refuseOthers(
          entry,
          List.of("method", "path", "query", "headers", "body", "each", "principal"),
          several ? List.of("asks") : ASK);
      Set<String> methods = new HashSet<>();
      for (YamlText method : entry.textOrTexts("method")) {
        if (method.text().matches("[A-Z]+")) methods.add(method.text());
        else errors.add(method.expected("a method in capitals"));
      }
      if (methods.isEmpty()) questions.missing(entry, "method");
      List<YamlText> paths = entry.textOrTexts("path");
      if (paths.isEmpty()) questions.missing(entry, "path");
      Optional<Presence> query = presence(entry, "query", Need.ABSENT, text -> text);
      Optional<Presence> headers =
          presence(entry, "headers", Need.OPTIONAL, text -> text.toLowerCase(Locale.ROOT));
      Optional<String> each = each(entry);
      Route.Format body = body(entry);
      Set<Place> places = EnumSet.allOf(Place.class);
      if (each.isEmpty()) places.remove(Place.EACH);
      List<Route.Ask> asks = several ? asks(entry, places) : List.of(ask(entry, entry, places));
      for (YamlText path : paths) {
        PathPattern pattern = pattern(path);
        for (String method : methods)
          if (!shapes.add(new Shape(method + " " + pattern.shape(), query, headers)))
            errors.add(new SourceError(path.span(), "a route of this form stands before"));
        for (Route.Ask ask : asks)
          ask.question().templates().forEach(template -> checkNamed(template, pattern, path));
        routes.add(new Route(methods, pattern, query, headers, body, each, asks));
      }
    }
    return routes;
  }

  private List<Route.Ask> asks(YamlMap entry, Set<Place> places) {
    var asks = new ArrayList<Route.Ask>();
    for (YamlMap asked : entry.maps("asks")) {
      refuseOthers(asked, List.of("when"), ASK);
      asks.add(ask(entry, asked, places));
    }
    if (asks.isEmpty()) errors.add(new SourceError(entry.span(), "expected something in `asks`"));
    return asks;
  }

  private Route.Ask ask(YamlMap entry, YamlMap asked, Set<Place> places) {
    return new Route.Ask(questions.when(asked, places), questions.question(entry, asked, places));
  }

  private Optional<String> each(YamlMap entry) {
    Optional<YamlText> each = entry.text("each");
    if (each.isPresent() && !each.get().text().startsWith("/"))
      errors.add(each.get().expected("a JSON pointer"));
    return each.map(YamlText::text);
  }

  private Route.Format body(YamlMap entry) {
    Optional<YamlText> body = entry.text("body");
    for (Route.Format format : Route.Format.values())
      if (body.isEmpty() || body.get().text().equals(format.name().toLowerCase(Locale.ROOT)))
        return format;
    errors.add(body.get().expected("`json` or `xml`"));
    return Route.Format.JSON;
  }

  /**
   * Which names there may be.
   *
   * @param others what holds for those that are not named
   */
  private Optional<Presence> presence(
      YamlMap entry, String key, Need others, UnaryOperator<String> form) {
    if (!names(entry).contains(key)) return Optional.empty();
    YamlMap written = entry.map(key);
    var named = new LinkedHashMap<String, Need>();
    var beginning = new LinkedHashMap<String, Need>();
    for (YamlText name : written.keys()) {
      Optional<YamlText> text = written.text(name.text());
      if (text.isEmpty()) continue;
      Optional<Need> need =
          Arrays.stream(Need.values())
              .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(text.get().text()))
              .findFirst();
      boolean pattern = name.text().endsWith("*");
      if (need.isEmpty() || (pattern && need.get() == Need.REQUIRED)) {
        errors.add(
            text.get()
                .expected(
                    pattern ? "`optional` or `absent`" : "`required`, `optional` or `absent`"));
      } else if (pattern) {
        beginning.put(form.apply(name.text().substring(0, name.text().length() - 1)), need.get());
      } else {
        named.put(form.apply(name.text()), need.get());
      }
    }
    return Optional.of(new Presence(named, beginning, others));
  }

  private PathPattern pattern(YamlText path) {
    String text = path.text();
    if (!text.startsWith("/")) {
      errors.add(path.expected("a path that begins with `/`"));
      return new PathPattern(List.of());
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
    return new PathPattern(segments);
  }

  private void checkNamed(Template template, PathPattern pattern, YamlText path) {
    for (var part : template.parts())
      if (part instanceof Template.Taken taken
          && taken.from() == Place.PATH
          && !pattern.names(taken.name()))
        errors.add(new SourceError(path.span(), "expected `{" + taken.name() + "}` in the path"));
  }

  List<Webhook> webhooks() {
    Set<Place> places = Set.of(Place.BODY);
    var webhooks = new ArrayList<Webhook>();
    for (YamlMap entry : settings.maps("webhooks")) {
      refuseOthers(entry, List.of("path", "when", "result", "principal"), ASK);
      Optional<YamlText> path = questions.required(entry, "path");
      Optional<String> result = entry.text("result").map(YamlText::text);
      var ask = ask(entry, entry, places);
      if (path.isPresent()) webhooks.add(new Webhook(path.get().text(), ask, result));
    }
    return webhooks;
  }

  private static void refuseOthers(YamlMap entry, List<String> own, List<String> more) {
    var known = new ArrayList<>(own);
    known.addAll(more);
    entry.refuseOthers(known);
  }
}
