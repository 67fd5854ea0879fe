package dev.ostiary.sidecar.cli.cedar;

import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.json.JsonWriter;
import dev.ostiary.cedar.json.PolicyJson;
import dev.ostiary.cedar.json.PolicySetJson;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Policy.Link;
import dev.ostiary.cedar.syntax.PolicyParser;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The policies of a line of a batch, in whichever form they come.
 *
 * @param set policies, templates and links together
 * @param json the set as JSON; what was given as JSON keeps its way of saying things
 */
record BatchPolicies(PolicySet set, Json json) {
  private static final String NAME = "policies";

  /** Empty where the line has no policies. */
  static Optional<BatchPolicies> read(JsonObject in) throws SourceException {
    Json policies = in.find("policies");
    if (in.find("rawPolicySetJson") instanceof Json.Str(var text, _, _)) {
      var source = new Source(NAME, text);
      return Optional.of(ofSet(Json.parse(source), source, links(in)));
    }
    return policies == null ? Optional.empty() : Optional.of(read(policies, in));
  }

  private static BatchPolicies read(Json policies, JsonObject in) throws SourceException {
    var links = links(in);
    if (policies instanceof Json.Str(var text, _, _))
      return of(PolicyParser.policies(new Source(NAME, text)), links, Map.of());
    if (policies instanceof Json.Arr(var pairs, _, _)) return of(named(pairs), links, Map.of());
    var source = new Source(NAME, JsonWriter.compact(policies));
    if (!(in.find("singlePolicyJson") instanceof Json.Bool(var single, _, _)) || !single)
      return ofSet(Json.parse(source), source, links);
    Json json = Json.parse(source);
    var policy = PolicyJson.read(json, source, "policy0");
    if (policy.isTemplate())
      throw new SourceException(
          List.of(new SourceError(policy.span(), "expected a policy without slots")));
    return of(List.of(policy), links, conditions(policy.id(), json));
  }

  private static BatchPolicies ofSet(Json json, Source source, List<Link> links)
      throws SourceException {
    var set = PolicySetJson.read(json, source);
    var conditions = new LinkedHashMap<String, Json>();
    for (var kind : List.of("staticPolicies", "templates"))
      if (json instanceof JsonObject object && object.find(kind) instanceof JsonObject policies)
        for (int i = 0; i < policies.size(); i++)
          conditions.putAll(conditions(policies.name(i), policies.value(i)));
    var policies = new ArrayList<>(set.staticPolicies());
    policies.addAll(set.templates());
    var all = new ArrayList<>(set.links());
    all.addAll(links);
    return of(policies, all, conditions);
  }

  private static Map<String, Json> conditions(String id, Json policy) {
    Json conditions = policy instanceof JsonObject object ? object.find("conditions") : null;
    return conditions == null ? Map.of() : Map.of(id, conditions);
  }

  private static BatchPolicies of(
      List<Policy> policies, List<Link> links, Map<String, Json> conditions)
      throws SourceException {
    var set = PolicySet.of(policies, links);
    var members = new LinkedHashMap<String, Json>();
    members.put("templates", byId(set.templates(), set, conditions));
    members.put("staticPolicies", byId(set.policies(), set, conditions));
    members.put(
        "templateLinks", Json.of(set.links().values().stream().map(PolicySetJson::of).toList()));
    return new BatchPolicies(set, Json.of(members));
  }

  private static Json byId(
      Map<String, Policy> policies, PolicySet set, Map<String, Json> conditions) {
    var members = new LinkedHashMap<String, Json>();
    for (var policy : policies.values()) {
      if (set.links().containsKey(policy.id())) continue;
      var json = (JsonObject) PolicyJson.of(policy);
      var given = new LinkedHashMap<String, Json>();
      for (int i = 0; i < json.size(); i++) given.put(json.name(i), json.value(i));
      Json as = conditions.get(policy.id());
      if (as != null) given.put("conditions", as);
      members.put(policy.id(), Json.of(given));
    }
    return Json.of(members);
  }

  private static List<Policy> named(List<Json> pairs) throws SourceException {
    var policies = new ArrayList<Policy>();
    for (var pair : pairs) {
      if (!(pair instanceof Json.Arr(var parts, _, _))
          || parts.size() != 2
          || !(parts.get(0) instanceof Json.Str(var id, _, _))
          || !(parts.get(1) instanceof Json.Str(var text, _, _)))
        throw new IllegalArgumentException("a policy in a list must be [id, text]");
      policies.add(PolicyParser.policy(new Source(id, text), id));
    }
    return policies;
  }

  private static List<Link> links(JsonObject in) throws SourceException {
    var links = new ArrayList<Link>();
    if (in.find("links") instanceof Json.Arr(var elements, _, _)) {
      for (var element : elements) {
        var source = new Source("links", JsonWriter.compact(element));
        links.add(PolicySetJson.readLink(Json.parse(source), source));
      }
    }
    return links;
  }
}
