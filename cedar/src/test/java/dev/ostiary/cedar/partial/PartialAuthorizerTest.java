package dev.ostiary.cedar.partial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ostiary.cedar.Authorizer;
import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.PolicyError;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.Response;
import dev.ostiary.cedar.json.EntitiesJson;
import dev.ostiary.cedar.json.PartialEntitiesJson;
import dev.ostiary.cedar.json.RequestJson;
import dev.ostiary.cedar.partial.ResidualPolicy.Verdict;
import dev.ostiary.cedar.schema.ConformanceException;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartialAuthorizerTest {
  private static final String SCHEMA =
      """
      entity Group;
      entity User in Group { name: String, age?: Long, boss?: User } tags Long;
      entity Robot { owner: User };
      entity Doc in Group { owner: User, public: Bool, size: Long };
      action reading;
      action view in reading
        appliesTo { principal: [User, Robot], resource: Doc, context: { ip: ipaddr, mfa?: Bool } };
      action edit appliesTo { principal: User, resource: Doc, context: { reason?: String } };
      """;

  private static final String ENTITIES =
      """
      [{"uid": {"type": "Group", "id": "staff"}, "attrs": {}, "parents": []},
       {"uid": {"type": "User", "id": "ann"}, "attrs": {"name": "ann", "age": 40},
        "parents": [{"type": "Group", "id": "staff"}], "tags": {"rank": 3}},
       {"uid": {"type": "User", "id": "bob"},
        "attrs": {"name": "bob", "boss": {"type": "User", "id": "ann"}}, "parents": []},
       {"uid": {"type": "Robot", "id": "r"}, "attrs": {"owner": {"type": "User", "id": "bob"}},
        "parents": []},
       {"uid": {"type": "Doc", "id": "open"}, "parents": [{"type": "Group", "id": "staff"}],
        "attrs": {"owner": {"type": "User", "id": "ann"}, "public": true, "size": 10}},
       {"uid": {"type": "Doc", "id": "big"}, "parents": [],
        "attrs": {"owner": {"type": "User", "id": "bob"}, "public": false,
                  "size": 9223372036854775807}}]
      """;

  private static final List<String> CONDITIONS =
      List.of(
          "resource.public",
          "resource.owner == principal",
          "resource.size + 1 > 5",
          "resource.size + 1 > 5 || true",
          "false && resource.size + 1 > 5",
          "principal is User && principal.name == \"ann\"",
          "principal is User && principal has age && principal.age > 30",
          "principal is User && principal has boss.age",
          "principal is User && principal has boss && principal.boss in Group::\"staff\"",
          "principal is Robot && principal.owner == resource.owner",
          "principal is User && principal.hasTag(\"rank\") && principal.getTag(\"rank\") > 2",
          "principal in Group::\"staff\"",
          "principal in [Group::\"staff\", Group::\"none\"]",
          "resource in Group::\"staff\"",
          "Group::\"staff\" in resource",
          "action in Action::\"reading\"",
          "action == Action::\"edit\"",
          "if resource.public then principal is User else resource.size > 3",
          "[resource.size, 1].contains(10)",
          "{a: resource.size, b: 1}.b == 1",
          "resource.owner.name like \"a*\"",
          "!(resource.public) || resource.owner has age",
          "resource.owner in resource.owner",
          "9223372036854775807 + 1 > 0",
          "[resource.owner] == [User::\"bob\"]");

  private final Schema schema;
  private final Entities entities;
  private final PartialAuthorizer authorizer;

  PartialAuthorizerTest() throws Exception {
    schema = Schema.parse(new Source("schema", SCHEMA));
    entities = EntitiesJson.load(new Source("entities", ENTITIES), schema);
    authorizer = new PartialAuthorizer(schema);
  }

  private static PolicySet policies() throws SourceException {
    var text = new StringBuilder();
    for (int i = 0; i < CONDITIONS.size(); i++)
      text.append(i % 3 == 2 ? "forbid" : "permit")
          .append("(principal, action == Action::\"view\", resource) ")
          .append(i % 5 == 4 ? "unless" : "when")
          .append(" { ")
          .append(CONDITIONS.get(i))
          .append(" };\n");
    text.append("permit(principal == User::\"ann\", action, resource is Doc in Group::\"staff\");");
    text.append("permit(principal is Robot, action in [Action::\"reading\"], resource);");
    return PolicySet.parse(text.toString());
  }

  private List<EntityUid> ofType(String type) {
    return entities.stream().map(Entity::uid).filter(uid -> uid.type().equals(type)).toList();
  }

  /** The policies one by one, too, so that no other hides what one does. */
  private static List<PolicySet> sets() throws SourceException {
    var sets = new ArrayList<>(List.of(policies()));
    for (var policy : policies().policies().values())
      sets.add(PolicySet.of(List.of(policy), List.of()));
    return sets;
  }

  @Test
  void whatIsLeftDoesTheSameToEveryRequestThatFillsWhatIsOpen() throws Exception {
    int compared = 0;
    var context = context("{\"ip\": \"10.0.0.1\", \"mfa\": true}");
    for (var set : sets()) {
      for (var principalType : List.of("User", "Robot")) {
        for (var principal : ofType(principalType)) {
          for (var resource : ofType("Doc")) {
            var full = new Request(principal, uid("Action", "view"), resource, context);
            for (int open = 0; open < 8; open++) {
              var request =
                  new PartialRequest(
                      (open & 1) == 0 ? PartialUid.of(principal) : PartialUid.ofType(principalType),
                      full.action(),
                      (open & 2) == 0 ? PartialUid.of(resource) : PartialUid.ofType("Doc"),
                      (open & 4) == 0 ? Optional.of(context) : Optional.empty());
              assertSame(full, set, authorizer.isAuthorized(request, set, all()));
              assertSame(full, set, authorizer.isAuthorized(request, set, nothing()));
              compared += 2;
            }
          }
        }
      }
    }
    assertEquals(28 * 6 * 8 * 2, compared);
  }

  private void assertSame(Request request, PolicySet policies, PartialResponse partial)
      throws SourceException {
    var expected = Authorizer.isAuthorized(request, policies, entities);
    var left = PolicySet.of(partial.residuals(), List.of());
    var actual = Authorizer.isAuthorized(request, left, entities);
    String message = request + "\n" + partial;
    assertEquals(expected.decision(), actual.decision(), message);
    assertEquals(ids(expected), ids(actual), message);
    assertEquals(failed(expected), failed(actual), message);
    partial.decision().ifPresent(decision -> assertEquals(expected.decision(), decision, message));
  }

  private static List<String> ids(Response response) {
    return response.reasons().stream().map(Policy::id).sorted().toList();
  }

  private static List<String> failed(Response response) {
    return response.errors().stream().map(PolicyError::policy).map(Policy::id).sorted().toList();
  }

  @Test
  void withNothingOpenEveryPolicyIsDecided() throws Exception {
    var request =
        new PartialRequest(
            PartialUid.of(uid("User", "ann")),
            uid("Action", "view"),
            PartialUid.of(uid("Doc", "big")),
            Optional.of(context("{\"ip\": \"10.0.0.1\"}")));
    var response = authorizer.isAuthorized(request, policies(), all());
    assertEquals(
        List.of(),
        response.policies().stream().filter(each -> each.verdict() == Verdict.OPEN).toList());
  }

  /** {@code e && false} is false only where {@code e} has a value: an error is no answer. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "principal == User::\"ann\" && false ; FALSE",
        "principal == User::\"ann\" || true ; TRUE",
        "principal in Group::\"staff\" && false ; FALSE",
        "resource.public && false ; OPEN",
        "resource.public || true ; OPEN",
        "resource has public && false ; FALSE",
        "principal == resource.owner && false ; OPEN",
        "[principal].contains(User::\"ann\") && 1 + 1 == 3 ; FALSE",
      })
  void whatMayFailIsNotDecidedByWhatFollows(String condition, Verdict verdict) throws Exception {
    var set = PolicySet.parse("permit(principal,action,resource) when { " + condition + " };");
    var request =
        new PartialRequest(
            PartialUid.ofType("User"),
            uid("Action", "edit"),
            PartialUid.ofType("Doc"),
            Optional.empty());
    var response = authorizer.isAuthorized(request, set, nothing());
    assertEquals(verdict, response.policies().getFirst().verdict());
  }

  @Test
  void typesDecideWhatNoValueOfThemCouldChange() throws Exception {
    for (var text :
        List.of(
            "principal is Robot",
            "Group::\"staff\" in resource",
            "principal == resource",
            "principal has nonsense",
            "resource.hasTag(\"x\")")) {
      var set = PolicySet.parse("permit(principal,action,resource) when { " + text + " };");
      var request =
          new PartialRequest(
              PartialUid.ofType("User"),
              uid("Action", "edit"),
              PartialUid.ofType("Doc"),
              Optional.empty());
      var response = authorizer.isAuthorized(request, set, nothing());
      assertEquals(Verdict.FALSE, response.policies().getFirst().verdict(), text);
    }
  }

  @Test
  void searchesFindWhatASearchByTrialFinds() throws Exception {
    var context = context("{\"ip\": \"10.0.0.1\"}");
    var view = uid("Action", "view");
    for (var set : sets()) {
      for (var principal : List.of(uid("User", "ann"), uid("User", "bob"), uid("Robot", "r"))) {
        assertEquals(
            ofType("Doc").stream()
                .filter(resource -> allows(set, principal, view, resource, context))
                .sorted()
                .toList(),
            authorizer.resources(principal, view, "Doc", context, set, entities));
      }
      for (var resource : ofType("Doc"))
        assertEquals(
            ofType("User").stream()
                .filter(principal -> allows(set, principal, view, resource, context))
                .sorted()
                .toList(),
            authorizer.principals("User", view, resource, context, set, entities));
    }
  }

  private boolean allows(
      PolicySet set,
      EntityUid principal,
      EntityUid action,
      EntityUid resource,
      RecordValue context) {
    var request = new Request(principal, action, resource, context);
    return Authorizer.isAuthorized(request, set, entities).decision() == Decision.ALLOW;
  }

  @Test
  void actionsAreThoseThatAreOrMayBeAllowed() throws Exception {
    var set =
        PolicySet.parse(
            "permit(principal, action == Action::\"edit\", resource) when { context has reason };"
                + "permit(principal, action == Action::\"view\", resource);");
    var found =
        authorizer.actions(
            PartialUid.of(uid("User", "ann")),
            PartialUid.ofType("Doc"),
            Optional.empty(),
            set,
            nothing());
    assertEquals(
        Map.of(
            uid("Action", "edit"), Optional.empty(),
            uid("Action", "view"), Optional.of(Decision.ALLOW)),
        found);
  }

  @Test
  void aRequestThatDoesNotFitTheSchemaIsRefused() throws Exception {
    var request =
        new PartialRequest(
            PartialUid.ofType("Robot"),
            uid("Action", "edit"),
            PartialUid.ofType("Doc"),
            Optional.empty());
    var error =
        assertThrows(
            ConformanceException.class,
            () -> authorizer.isAuthorized(request, policies(), nothing()));
    assertEquals("principal", error.path().getFirst());
  }

  @Test
  void aPolicyThatDoesNotValidateIsRefused() throws Exception {
    assertRefused("permit(principal, action, resource) when { resource.nonsense };");
    // What follows is about no request of these types, but would be a fault in any.
    assertRefused("permit(principal == Robt::\"a\", action, resource);");
    assertRefused(
        "permit(principal, action, resource) when { false && Robt::\"a\" == principal };");
    assertRefused("permit(principal, action == Action::\"veiw\", resource);");
  }

  private void assertRefused(String policy) throws Exception {
    var set = PolicySet.parse(policy);
    var request =
        new PartialRequest(
            PartialUid.ofType("User"),
            uid("Action", "edit"),
            PartialUid.ofType("Doc"),
            Optional.empty());
    assertThrows(SourceException.class, () -> authorizer.isAuthorized(request, set, nothing()));
  }

  @Test
  void knownMembersOfAGroupOfUnknownParentsAreRefused() {
    var text =
        """
        [{"uid": {"type": "Group", "id": "g"}},
         {"uid": {"type": "User", "id": "u"}, "parents": [{"type": "Group", "id": "g"}]}]\
        """;
    assertThrows(
        SourceException.class,
        () -> PartialEntitiesJson.load(new Source("entities", text), schema));
  }

  private PartialEntities all() throws Exception {
    return PartialEntities.of(entities, schema);
  }

  private PartialEntities nothing() throws Exception {
    return PartialEntities.of(List.of(), schema);
  }

  private RecordValue context(String json) throws SourceException {
    return RequestJson.context(new Source("context", json), schema, uid("Action", "view"));
  }

  private static EntityUid uid(String type, String id) {
    return EntityUid.of(type, id);
  }
}
