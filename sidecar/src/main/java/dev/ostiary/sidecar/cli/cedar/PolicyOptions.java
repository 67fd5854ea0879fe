package dev.ostiary.sidecar.cli.cedar;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.json.PolicyJson;
import dev.ostiary.cedar.json.PolicySetJson;
import dev.ostiary.cedar.syntax.Policy.Link;
import dev.ostiary.cedar.syntax.Policy.Slot;
import dev.ostiary.cedar.syntax.PolicyParser;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.SourceException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where policies come from. */
final class PolicyOptions {
  @Option(
      names = {"-p", "--policies"},
      paramLabel = "FILE",
      description =
          "The policies; standard input by default. Ids are those of @id, else positions.")
  private @Nullable Path file;

  @Option(
      names = "--policy-format",
      paramLabel = "FORMAT",
      defaultValue = "cedar",
      description = "${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} by default.")
  private Input.Format format = Input.Format.cedar;

  @Option(
      names = {"-k", "--template-linked"},
      paramLabel = "FILE",
      description = "Links of templates: a JSON array of {template_id, link_id, args}.")
  @Nullable Path links;

  boolean isGiven() {
    return file != null || links != null;
  }

  /** The policies with their links. */
  PolicySet read() throws IOException, SourceException {
    var set = policies();
    return links == null ? set : set.withLinks(readLinks(Input.read(links)));
  }

  private PolicySet policies() throws IOException, SourceException {
    var source = Input.read(file);
    if (format == Input.Format.cedar)
      return PolicySet.parse(PolicySet.Ids.BY_ANNOTATION, List.of(source));
    Json json = Json.parse(source);
    if (json instanceof JsonObject object && object.find("effect") != null)
      return PolicySet.of(List.of(PolicyJson.read(json, source, "policy0")), List.of());
    var set = PolicySetJson.read(json, source);
    var policies = new ArrayList<>(set.staticPolicies());
    policies.addAll(set.templates());
    return PolicySet.of(policies, set.links());
  }

  /** Links as {@code ostiary cedar link} writes them. */
  static List<Link> readLinks(Source source) throws SourceException {
    Json json = Json.parse(source);
    var links = new ArrayList<Link>();
    if (!(json instanceof Json.Arr(var elements, _, _)))
      throw fault(source, json, "expected an array of links, got " + json.described());
    for (var element : elements) {
      if (!(element instanceof JsonObject link)
          || !(link.find("template_id") instanceof Json.Str(var template, _, _))
          || !(link.find("link_id") instanceof Json.Str(var id, _, _))
          || !(link.find("args") instanceof JsonObject arguments))
        throw fault(source, element, "expected {`template_id`, `link_id`, `args`}");
      links.add(new Link(template, id, arguments(source, arguments)));
    }
    return links;
  }

  /** Slots and entities in Cedar's notation: {@code {"?principal": "User::\"ann\""}}. */
  static Map<Slot, EntityUid> arguments(Source source, Json json) throws SourceException {
    if (!(json instanceof JsonObject object))
      throw fault(source, json, "expected an object of entities by slot, got " + json.described());
    var values = new EnumMap<Slot, EntityUid>(Slot.class);
    for (int i = 0; i < object.size(); i++) {
      Slot slot = null;
      for (var each : Slot.values()) if (each.notation().equals(object.name(i))) slot = each;
      if (slot == null || !(object.value(i) instanceof Json.Str(var uid, _, _)))
        throw fault(
            source,
            object.value(i),
            "expected `?principal` or `?resource` and an entity as a string");
      values.put(slot, PolicyParser.entityUid(new Source(object.name(i), uid)));
    }
    return values;
  }

  private static SourceException fault(Source source, Json at, String message) {
    return new SourceException(List.of(new SourceError(at.span(source), message)));
  }
}
