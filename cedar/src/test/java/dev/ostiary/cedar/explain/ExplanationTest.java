package dev.ostiary.cedar.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.Authorizer;
import dev.ostiary.cedar.CorpusArchive;
import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.SharedData;
import dev.ostiary.cedar.Trace;
import dev.ostiary.cedar.explain.Explanation.Clauses;
import dev.ostiary.cedar.json.EntitiesJson;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.json.RequestJson;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.Source;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplanationTest {
  private static final String POLICIES =
      """
      @id("team")
      permit (principal in Team::"blue", action == Action::"read", resource is Doc)
      when { resource.public || resource.owner == principal }
      unless { principal.suspended || context.risk > 5 };

      @id("admin")
      permit (principal in Team::"admins", action, resource)
      when { context has mfa && context.mfa };

      @id("write")
      permit (principal, action == Action::"write", resource);

      @id("secret")
      forbid (principal, action, resource)
      when { resource has secret && resource.secret && !(principal in Team::"cleared") };
      """;

  private static final String ENTITIES =
      """
      [ {"uid": {"type": "User", "id": "ann"}, "attrs": {"suspended": false},
         "parents": [{"type": "Team", "id": "blue"}]},
        {"uid": {"type": "User", "id": "bob"}, "attrs": {"suspended": false}, "parents": []},
        {"uid": {"type": "Doc", "id": "plan"}, "parents": [],
         "attrs": {"public": false, "owner": {"__entity": {"type": "User", "id": "bob"}}}},
        {"uid": {"type": "Doc", "id": "key"}, "parents": [],
         "attrs": {"public": true, "secret": true,
                   "owner": {"__entity": {"type": "User", "id": "bob"}}}} ]
      """;

  private static Explanation explain(String user, String doc, long risk) throws Exception {
    var request =
        new Request(
            EntityUid.of("User", user),
            EntityUid.of("Action", "read"),
            EntityUid.of("Doc", doc),
            RecordValue.of(Map.of("risk", new LongValue(risk))));
    var policies =
        PolicySet.parse(PolicySet.Ids.BY_ANNOTATION, List.of(new Source("docs.cedar", POLICIES)));
    return Explanation.of(
        request, policies, EntitiesJson.load(new Source("entities.json", ENTITIES)));
  }

  @Test
  void aDenyNamesTheNearestPermitsAndWhatEachWouldNeed() throws Exception {
    assertEquals(
        """
        deny: principal User::"ann", action Action::"read", resource Doc::"plan"
        no policy permits it
        not permitted by `team` (docs.cedar:1:1)
          would need `resource.public || resource.owner == principal`; resource.public is false,\
         resource.owner is User::"bob", principal is User::"ann"
          would need `!(context.risk > 5)`; context.risk is 7
        not permitted by `admin` (docs.cedar:6:1)
          would need `principal in Team::"admins"`; principal is User::"ann"
          would need `context has mfa`
        `secret` does not apply: not `resource has secret`; resource is Doc::"plan"
        """,
        explain("ann", "plan", 7).text(Mask.NONE));
  }

  @Test
  void aForbidTellsWhatMadeItApply() throws Exception {
    var explanation = explain("ann", "key", 1);
    assertEquals(Decision.DENY, explanation.decision());
    assertEquals(
        """
        deny: principal User::"ann", action Action::"read", resource Doc::"key"
        forbidden by `secret` (docs.cedar:13:1)
          because `resource has secret`; resource is Doc::"key"
          because `resource.secret`; resource.secret is true
          because `!(principal in Team::"cleared")`; principal is User::"ann"
        """,
        explanation.text(Mask.NONE));
  }

  @Test
  void anAllowTellsWhatPermitsIt() throws Exception {
    assertTrue(
        explain("bob", "plan", 1).text(Mask.NONE).contains("no policy permits it"),
        "bob is in no team");
    String text = explain("ann", "plan", 1).text(Mask.NONE);
    assertTrue(text.startsWith("deny"), text);
  }

  @Test
  void aMaskHidesEveryValueButNotTheClauses() throws Exception {
    String text = explain("ann", "plan", 7).text(Mask.ALL);
    for (String secret : List.of("ann", "bob", "plan", "is 7", "is false"))
      assertFalse(text.contains(secret), text);
    assertTrue(text.contains("resource.owner == principal"), text);
    String names =
        explain("ann", "plan", 7)
            .text(observed ->
                observed.owner().filter(owner -> owner.type().equals("Doc")).isPresent()
                    ? "hidden"
                    : Mask.NONE.show(observed));
    assertTrue(names.contains("resource.owner is hidden, principal is User::\"ann\""), names);
  }

  /** The corpus has every construct; what the parts say must add up to what the whole says. */
  @Test
  void aPolicyAppliesExactlyIfAllItsRequirementsHold(@TempDir Path directory) throws Exception {
    int applied = 0;
    int stopped = 0;
    for (var each : CorpusArchive.unpack(directory)) {
      if (!Boolean.getBoolean("ostiary.long") && !each.id().startsWith("1")) continue;
      Schema schema = Schema.parse(each.schema());
      Entities entities = EntitiesJson.load(CorpusArchive.source(each.entities()), schema);
      PolicySet policies = PolicySet.parse(each.policy().text());
      for (Json element : ((Json.Arr) each.members().find("requests")).elements()) {
        Request request = request((JsonObject) element, schema);
        var explanation = Explanation.of(request, policies, entities);
        assertEquals(
            Authorizer.isAuthorized(request, policies, entities).decision(),
            explanation.decision());
        assertEquals(
            SharedData.text((JsonObject) element, "decision"),
            explanation.decision().name().toLowerCase(java.util.Locale.ROOT));
        var requirements = new Requirements(request, entities);
        for (Trace trace : Authorizer.trace(request, policies, entities)) {
          var clauses = new Clauses(trace.policy(), requirements.of(trace.policy()));
          boolean applies = trace.outcome() instanceof Trace.Applied;
          assertEquals(applies, clauses.unmet().isEmpty(), each.id() + " " + clauses);
          if (applies) applied++;
          else stopped++;
        }
        assertTrue(explanation.toString().length() < 8_000, each.id());
      }
    }
    assertTrue(applied > 50 && stopped > 50, applied + " applied, " + stopped + " did not");
  }

  private static Request request(JsonObject members, Schema schema) throws Exception {
    EntityUid action = uid(members, "action");
    Json context = members.find("context");
    return new Request(
        uid(members, "principal"),
        action,
        uid(members, "resource"),
        RequestJson.context(new Source("context", String.valueOf(context)), schema, action));
  }

  private static EntityUid uid(JsonObject members, String name) {
    if (members.find(name) instanceof JsonObject uid)
      return EntityUid.of(SharedData.text(uid, "type"), SharedData.text(uid, "id"));
    throw new AssertionError("no " + name);
  }
}
