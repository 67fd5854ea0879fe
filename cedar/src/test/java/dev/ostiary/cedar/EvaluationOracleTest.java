package dev.ostiary.cedar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.SharedData.OracleCase;
import dev.ostiary.cedar.json.EntitiesJson;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.json.PolicyJson;
import dev.ostiary.cedar.json.PolicySetJson;
import dev.ostiary.cedar.json.RequestJson;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.schema.SchemaFragment;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.PolicyParser;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Policies and decisions against what the reference implementation says of them. */
final class EvaluationOracleTest {
  @Test
  void everyRecordedSetOfPoliciesGetsItsVerdictAndIds() throws Exception {
    int sets = 0;
    for (OracleCase example : SharedData.oracle()) {
      JsonObject expected = example.expected();
      if (expected.find("policies") == null) continue;
      sets++;
      Optional<PolicySet> policies = policies(example);
      String verdict = policies.isPresent() ? "ok" : "error";
      assertEquals(SharedData.text(expected, "policies"), verdict, example.id());
      if (policies.isEmpty() || expected.find("policyIds") == null) continue;
      assertEquals(
          IntegrationCase.strings(expected.find("policyIds")),
          new TreeSet<>(policies.get().policies().keySet()),
          example.id());
      assertEquals(
          IntegrationCase.strings(expected.find("templateIds")),
          new TreeSet<>(policies.get().templates().keySet()),
          example.id());
    }
    assertTrue(sets > 200, sets + " sets");
  }

  @Test
  void everyRecordedDecisionIsOurs() throws Exception {
    int decisions = 0;
    for (OracleCase example : SharedData.oracle()) {
      JsonObject expected = example.expected();
      if (expected.find("decision") == null) continue;
      decisions++;
      PolicySet policies = policies(example).orElseThrow();
      Response response = Authorizer.isAuthorized(request(example), policies, entities(example));
      assertEquals(
          SharedData.text(expected, "decision"),
          response.decision() == Decision.ALLOW ? "allow" : "deny",
          example.id());
      assertEquals(
          IntegrationCase.strings(expected.find("reason")),
          IntegrationCase.reasons(response),
          example.id());
      assertEquals(
          IntegrationCase.strings(expected.find("errors")),
          IntegrationCase.errors(response),
          example.id());
      if (expected.find("errorKinds") != null)
        assertEquals(kinds(expected.find("errorKinds")), kinds(response), example.id());
    }
    assertTrue(decisions > 150, decisions + " decisions");
  }

  private static Set<String> kinds(@Nullable Json recorded) {
    var kinds = new TreeSet<String>();
    if (!(recorded instanceof Json.Arr(var errors, _, _))) throw new AssertionError(recorded);
    for (Json error : errors) {
      if (error instanceof Json.Arr(var parts, _, _)
          && parts.get(0) instanceof Json.Str(var id, _, _)
          && parts.get(1) instanceof Json.Str(var kind, _, _)) kinds.add(id + " " + kind);
    }
    return kinds;
  }

  private static Set<String> kinds(Response response) {
    var kinds = new TreeSet<String>();
    for (PolicyError error : response.errors())
      kinds.add(error.policy().id() + " " + error.error().kind().notation());
    return kinds;
  }

  private static Optional<PolicySet> policies(OracleCase example) {
    try {
      return Optional.of(read(example));
    } catch (SourceException _) {
      return Optional.empty();
    }
  }

  private static PolicySet read(OracleCase example) throws SourceException {
    Source source = example.source();
    var links = new ArrayList<Policy.Link>();
    if (example.members().find("links") instanceof Json.Arr(var written, _, _)) {
      for (Json link : written) links.add(PolicySetJson.readLink(link, source));
    }
    if (example.members().find("rawPolicySetJson") instanceof Json.Str(var text, _, _))
      return set(PolicySetJson.read(new Source("raw", text)));
    Json policies = example.members().find("policies");
    if (policies instanceof Json.Str(var text, _, _)) {
      return PolicySet.parse(PolicySet.Ids.BY_POSITION, List.of(new Source("t", text)))
          .withLinks(links);
    }
    if (policies instanceof Json.Arr(var pairs, _, _)) {
      var all = new ArrayList<Policy>();
      for (Json pair : pairs) {
        if (pair instanceof Json.Arr(var parts, _, _)
            && parts.get(0) instanceof Json.Str(var id, _, _)
            && parts.get(1) instanceof Json.Str(var text, _, _))
          all.add(PolicyParser.policy(new Source(id, text), id));
      }
      return PolicySet.of(all, links);
    }
    if (policies == null) throw new AssertionError(example.id());
    if (example.members().find("singlePolicyJson") instanceof Json.Bool(var one, _, _) && one)
      return PolicySet.of(
          List.of(staticPolicy(PolicyJson.read(policies, source, "policy0"))), links);
    return set(PolicySetJson.read(policies, source));
  }

  private static Policy staticPolicy(Policy policy) throws SourceException {
    if (!policy.isTemplate()) return policy;
    throw new SourceException(List.of(new SourceError(policy.span(), "a slot")));
  }

  private static PolicySet set(PolicySetJson read) throws SourceException {
    var all = new ArrayList<>(read.staticPolicies());
    all.addAll(read.templates());
    return PolicySet.of(all, read.links());
  }

  private static Optional<Schema> schema(OracleCase example) throws SourceException {
    Json schema = example.members().find("schema");
    if (schema == null) return Optional.empty();
    var fragment =
        schema instanceof Json.Str(var text, _, _)
            ? SchemaFragment.parse(new Source(example.id(), text))
            : SchemaFragment.ofJson(example.source(), schema);
    return Optional.of(Schema.of(List.of(fragment)));
  }

  private static Entities entities(OracleCase example) throws Exception {
    boolean typed =
        !(example.members().find("entitiesUseSchema") instanceof Json.Bool(var use, _, _)) || use;
    Optional<Schema> schema = typed ? schema(example) : Optional.empty();
    Json list = example.members().find("entities");
    Source source = example.source();
    if (example.members().find("rawEntities") instanceof Json.Str(var text, _, _)) {
      source = new Source("raw", text);
      list = Json.parse(source);
    }
    if (list == null) list = Json.of(List.of());
    return Entities.of(EntitiesJson.parse(source, list, schema));
  }

  private static Request request(OracleCase example) throws Exception {
    if (!(example.members().find("request") instanceof JsonObject request))
      throw new AssertionError(example.id());
    Source source = example.source();
    EntityUid action = uid(source, request, "action");
    Json context = request.find("context");
    if (request.find("rawContext") instanceof Json.Str(var text, _, _)) {
      source = new Source("raw", text);
      context = Json.parse(source);
    }
    if (context == null) context = Json.parse(new Source("none", "{}"));
    Optional<Schema> schema = schema(example);
    RecordValue record =
        schema.isPresent()
            ? RequestJson.context(source, context, schema.get(), action)
            : RequestJson.context(source, context);
    return new Request(
        uid(example.source(), request, "principal"),
        action,
        uid(example.source(), request, "resource"),
        record);
  }

  private static EntityUid uid(Source source, JsonObject request, String name)
      throws SourceException {
    Json json = request.find(name);
    if (json == null) throw new AssertionError("no " + name);
    return RequestJson.uid(source, json);
  }
}
