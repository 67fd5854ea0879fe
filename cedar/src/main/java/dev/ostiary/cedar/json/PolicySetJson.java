package dev.ostiary.cedar.json;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Policy.Link;
import dev.ostiary.cedar.syntax.Policy.Slot;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON format of a policy set: static policies, templates and links of templates.
 *
 * <p>Reading checks each policy by itself; that ids are unique and links fit their templates is for
 * who builds the set.
 *
 * @param staticPolicies policies without a slot
 * @param templates policies with one
 * @param links in the order written
 */
public record PolicySetJson(List<Policy> staticPolicies, List<Policy> templates, List<Link> links) {
  public PolicySetJson {
    staticPolicies = List.copyOf(staticPolicies);
    templates = List.copyOf(templates);
    links = List.copyOf(links);
  }

  /**
   * Reads a policy set.
   *
   * @throws SourceException where the text is not JSON or not a policy set; each faulty policy and
   *     link is reported
   */
  public static PolicySetJson read(Source source) throws SourceException {
    return read(Json.parse(source), source);
  }

  /**
   * Reads a policy set.
   *
   * @param source the text that {@code json} was read from, for the places of errors
   * @throws SourceException where it is not a policy set; each faulty policy and link is reported
   */
  public static PolicySetJson read(Json json, Source source) throws SourceException {
    var fields = new JsonFields(source);
    var set =
        fields.object(
            json, "policy set", List.of("staticPolicies", "templates", "templateLinks"), List.of());
    var errors = new ArrayList<SourceError>();
    var staticPolicies = policies(set, "staticPolicies", source, errors);
    for (var policy : staticPolicies)
      if (policy.isTemplate())
        errors.add(new SourceError(policy.span(), "a static policy cannot have a slot"));
    var templates = policies(set, "templates", source, errors);
    if (!(set.find("templateLinks") instanceof Json.Arr(var elements, _, _)))
      throw fields.expected("an array of links", fields.get(set, "templateLinks"));
    var links = new ArrayList<Link>(elements.size());
    for (var element : elements) {
      try {
        links.add(link(element, fields));
      } catch (SourceException e) {
        errors.addAll(e.errors());
      }
    }
    if (!errors.isEmpty()) throw new SourceException(errors);
    return new PolicySetJson(staticPolicies, templates, links);
  }

  /**
   * Reads one link: {@code {"templateId", "newId", "values"}}.
   *
   * @param source the text that {@code json} was read from, for the places of errors
   */
  public static Link readLink(Json json, Source source) throws SourceException {
    return link(json, new JsonFields(source));
  }

  private static List<Policy> policies(
      JsonObject set, String name, Source source, List<SourceError> errors) throws SourceException {
    var fields = new JsonFields(source);
    Json json = fields.get(set, name);
    if (!(json instanceof JsonObject object))
      throw fields.expected("an object of policies for `" + name + "`", json);
    fields.unique(object);
    var reader = new PolicyJsonReader(source);
    var policies = new ArrayList<Policy>(object.size());
    for (int i = 0; i < object.size(); i++) {
      try {
        policies.add(reader.policy(object.value(i), object.name(i)));
      } catch (SourceException e) {
        errors.addAll(e.errors());
      }
    }
    return policies;
  }

  private static Link link(Json json, JsonFields fields) throws SourceException {
    var link = fields.object(json, "link", List.of("templateId", "newId", "values"), List.of());
    Json values = fields.get(link, "values");
    if (!(values instanceof JsonObject object))
      throw fields.expected("an object of entities by slot", values);
    fields.unique(object);
    var entities = new EnumMap<Slot, EntityUid>(Slot.class);
    for (int i = 0; i < object.size(); i++)
      entities.put(slot(object.name(i), object.value(i), fields), fields.uid(object.value(i)));
    return new Link(
        fields.string(fields.get(link, "templateId"), "a template's id"),
        fields.string(fields.get(link, "newId"), "a policy's id"),
        entities);
  }

  private static Slot slot(String name, Json at, JsonFields fields) throws SourceException {
    for (var slot : Slot.values()) if (slot.notation().equals(name)) return slot;
    throw fields.failure(at, "expected `?principal` or `?resource`, got `" + name + "`");
  }

  /** This set as JSON. */
  public Json toJson() {
    return ExpressionJson.object(
        "templates",
        byId(templates),
        "staticPolicies",
        byId(staticPolicies),
        "templateLinks",
        Json.of(links.stream().map(PolicySetJson::of).toList()));
  }

  private static Json byId(List<Policy> policies) {
    var members = new LinkedHashMap<String, Json>();
    for (var policy : policies) members.put(policy.id(), PolicyJson.of(policy));
    return Json.of(members);
  }

  /** One link as JSON. */
  public static Json of(Link link) {
    var values = new LinkedHashMap<String, Json>();
    for (Map.Entry<Slot, EntityUid> value : link.values().entrySet())
      values.put(value.getKey().notation(), ExpressionJson.of(value.getValue()));
    return ExpressionJson.object(
        "templateId",
        Json.of(link.templateId()),
        "newId",
        Json.of(link.newId()),
        "values",
        Json.of(values));
  }
}
