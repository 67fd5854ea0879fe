package dev.ostiary.cedar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.EvaluationError.Kind;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AuthorizerTest {
  private static final EntityUid ALICE = EntityUid.of("User", "alice");
  private static final EntityUid VIEW = EntityUid.of("Action", "view");
  private static final EntityUid PHOTO = EntityUid.of("Photo", "p1");

  private static final Request REQUEST =
      new Request(
          ALICE,
          VIEW,
          PHOTO,
          RecordValue.of(Map.of("n", new LongValue(7), "path", new StringValue("a/b"))));

  private static Entity entity(String type, String id, Map<String, Value> data, String... parents) {
    var uids =
        java.util.Arrays.stream(parents)
            .map(parent -> EntityUid.of(parent.split(":", 2)[0], parent.split(":", 2)[1]))
            .collect(java.util.stream.Collectors.toSet());
    var tags = RecordValue.of(Map.of("t", new StringValue("tag")));
    return new Entity(EntityUid.of(type, id), RecordValue.of(data), tags, uids);
  }

  private static Entities entities() throws EntitiesException {
    return Entities.of(
        List.of(
            entity("User", "alice", Map.of("age", new LongValue(30)), "Group:g1", "Group:g2"),
            entity("Group", "g1", Map.of(), "Group:g0"),
            entity("Group", "g2", Map.of(), "Group:g0", "Group:absent"),
            entity("Group", "g0", Map.of(), "Group:root"),
            entity("Photo", "p1", Map.of("owner", ALICE), "Album:a"),
            entity("Album", "a", Map.of(), "Album:top"),
            entity("Action", "view", Map.of(), "Action:read"),
            entity("Action", "read", Map.of(), "Action:all")));
  }

  private static Response decide(String policies) throws Exception {
    return Authorizer.isAuthorized(REQUEST, PolicySet.parse(policies), entities());
  }

  private static List<String> reasons(String policies) throws Exception {
    return decide(policies).reasons().stream().map(Policy::id).toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "principal in Group::\"root\" && principal in [Group::\"x\", Group::\"absent\"]",
        "!(principal in Group::\"x\") && User::\"x\" in User::\"x\" && !(User::\"x\" in ALL)",
        "action in Action::\"all\" && resource in Album::\"top\" && resource.owner == principal",
        "principal.age - 1 == 29 && -principal.age < 0 && 3 * context.n >= 21",
        "principal has age && !(principal has x) && !(User::\"x\" has age) && context has n",
        "!(principal has nope.x.y) || false",
        "principal.hasTag(\"t\") && principal.getTag(\"t\") == \"tag\" && !ALL.hasTag(\"t\")",
        "!principal.hasTag(\"age\") && !(principal has t)",
        "[1, 2, 1] == [2, 1] && [1].contains(1) && [1, 2].containsAll([]) && [].isEmpty()",
        "[1, 2].containsAny([3, 2]) && ![1].containsAny([]) && !([] == 1) && 1 != true",
        "{a: 1, b: {c: [2]}} == {b: {c: [2]}, a: 1} && {a: 1}.a == 1 && {a: 1} has a",
        "\"a*b\" like \"a\\*b\" && \"abcbd\" like \"a*b*d\" && !(\"ab\" like \"ab*b\")",
        "\"abcd\" like \"a*b*cd\" && !(\"abcd\" like \"a*bc*cd\") && !(\"abcd\" like \"a*cd*d\")",
        "\"\" like \"*\" && \"\" like \"**\" && \"😀x\" like \"*x\" && !(\"a\" like \"\")",
        "if context.n == 7 then true else 1",
        "true || 1 && 1",
        "ip(\"10.1.2.3\").isInRange(ip(\"10.0.0.0/8\")) && ip(\"::1\").isLoopback()",
        "ip(\"224.0.0.0/4\").isMulticast() && !ip(\"224.0.0.0/3\").isMulticast()",
        "decimal(\"1.5\").lessThan(decimal(\"1.51\")) && decimal(\"1.0\") == decimal(\"1.0000\")",
        "datetime(\"2024-01-02\").durationSince(datetime(\"2024-01-01\")) == duration(\"24h\")",
        "datetime(\"1969-12-31T23:00:00Z\").toTime() == duration(\"23h\")",
        "datetime(\"2024-01-02T01:00:00Z\").toDate() < datetime(\"2024-01-02T00:00:00.001Z\")",
        "duration(\"-1500ms\").toSeconds() == -1 && duration(\"3d\").toHours() == 72",
        "resource is Photo && resource is Photo in Album::\"top\" && !(principal is Photo)",
      })
  void theseConditionsHold(String condition) throws Exception {
    String written = condition.replace("ALL", "Group::\"nowhere\"");
    var response = decide("permit(principal,action,resource) when { " + written + " };");
    assertEquals(List.of(), response.errors());
    assertEquals(Decision.ALLOW, response.decision());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "1 ; TYPE_ERROR",
        "true && 1 ; TYPE_ERROR",
        "false || context ; TYPE_ERROR",
        "principal.nope ; ENTITY_ATTRIBUTE_DOES_NOT_EXIST",
        "principal.getTag(\"x\") == 1 ; ENTITY_ATTRIBUTE_DOES_NOT_EXIST",
        "context.nope ; RECORD_ATTRIBUTE_DOES_NOT_EXIST",
        "User::\"x\".age == 1 ; ENTITY_DOES_NOT_EXIST",
        "User::\"x\".getTag(\"t\") == 1 ; ENTITY_DOES_NOT_EXIST",
        "9223372036854775807 + context.n > 0 ; INTEGER_OVERFLOW",
        "--9223372036854775808 == 0 ; INTEGER_OVERFLOW",
        "4611686018427387904 * 2 == 0 ; INTEGER_OVERFLOW",
        "principal in [Group::\"g1\", 1] ; TYPE_ERROR",
        "principal in [Group::\"g1\", {}] ; TYPE_ERROR",
        "principal in [Group::\"g1\", [principal]] ; TYPE_ERROR",
        "principal in [Group::\"g1\", ip(\"::1\")] ; TYPE_ERROR",
        "1 in principal ; TYPE_ERROR",
        "ip(\"x\") == 1 ; EXTENSION_FUNCTION_FAILED",
        "datetime() == 1 ; WRONG_NUMBER_OF_ARGUMENTS",
        "ip(\"::\").isInRange(ip(\"::\"), 1 + true) ; TYPE_ERROR",
        "ip(\"::\").isInRange() ; WRONG_NUMBER_OF_ARGUMENTS",
        "1 < datetime(\"2024-01-01\") ; TYPE_ERROR",
        "decimal(\"1.0\") < decimal(\"2.0\") ; TYPE_ERROR",
        "datetime(\"0000-01-01\").offset(duration(\"-9223372036854775808ms\")) == 1 ;"
            + " EXTENSION_FUNCTION_FAILED",
        "\"a\" < \"b\" ; TYPE_ERROR",
        "if 1 then true else true ; TYPE_ERROR",
      })
  void theseConditionsFail(String condition, Kind kind) throws Exception {
    var response = decide("permit(principal,action,resource) when { " + condition + " };");
    assertEquals(Decision.DENY, response.decision());
    assertEquals(1, response.errors().size(), condition);
    assertEquals(kind, response.errors().getFirst().error().kind());
  }

  @Test
  void aForbidOverridesAndAllErrorsAreReported() throws Exception {
    String policies =
        """
        permit(principal, action, resource);
        forbid(principal, action, resource) when { 1 };
        permit(principal, action, resource) when { context.nope };
        permit(principal in Group::"g0", action in Action::"all", resource in Album::"top");
        """;
    var response = decide(policies);
    assertEquals(Decision.ALLOW, response.decision());
    assertEquals(List.of("policy0", "policy3"), reasons(policies));
    assertEquals(
        List.of("policy1", "policy2"),
        response.errors().stream().map(error -> error.policy().id()).toList());
    assertEquals(List.of("policy4"), reasons(policies + "forbid(principal, action, resource);"));
    assertEquals(
        "policy1: policies.cedar:2:44: expected bool, got long `1`",
        response.errors().getFirst().toString());
  }

  @Test
  void aScopeThatDoesNotMatchHidesErrors() throws Exception {
    for (String scope :
        List.of(
            "principal == User::\"bob\", action, resource",
            "principal == Group::\"g0\", action, resource",
            "principal in Group::\"x\", action, resource",
            "principal is Group, action, resource",
            "principal is Group in Group::\"g0\", action, resource",
            "principal, action == Action::\"read\", resource",
            "principal, action in [], resource",
            "principal, action, resource is Album in Album::\"a\"")) {
      var response = decide("permit(" + scope + ") when { 1 };");
      assertEquals(List.of(), response.errors(), scope);
    }
  }

  @Test
  void aPolicyReachedInSeveralWaysCountsOnce() throws Exception {
    assertEquals(
        List.of("policy0"),
        reasons(
            "permit(principal in Group::\"g0\", action in [Action::\"all\", Action::\"read\","
                + " Action::\"view\", Action::\"all\"], resource);"));
  }

  @Test
  void linksFillSlots() throws Exception {
    var set =
        PolicySet.parse(
            PolicySet.Ids.BY_ANNOTATION,
            List.of(
                new Source(
                    "t",
                    "@id(\"t\") permit(principal in ?principal, action, resource == ?resource);")));
    var link =
        new Policy.Link(
            "t",
            "l",
            Map.of(
                Policy.Slot.PRINCIPAL, EntityUid.of("Group", "g0"), Policy.Slot.RESOURCE, PHOTO));
    assertEquals(Decision.DENY, Authorizer.isAuthorized(REQUEST, set, entities()).decision());
    var linked = set.withLinks(List.of(link));
    var response = Authorizer.isAuthorized(REQUEST, linked, entities());
    assertEquals(List.of("l"), response.reasons().stream().map(Policy::id).toList());
    assertEquals(Set.of("l"), linked.links().keySet());
    for (var wrong :
        List.of(
            link,
            new Policy.Link("x", "m", link.values()),
            new Policy.Link("t", "t", link.values()),
            new Policy.Link("t", "m", Map.of(Policy.Slot.PRINCIPAL, ALICE)))) {
      assertThrows(SourceException.class, () -> linked.withLinks(List.of(wrong)));
    }
  }

  @Test
  void anIdGivenTwiceIsRefused() {
    var sources =
        List.of(
            new Source("a.cedar", "@id(\"x\") permit(principal,action,resource);"),
            new Source("b.cedar", "@id(\"x\") forbid(principal,action,resource);"));
    var thrown =
        assertThrows(
            SourceException.class, () -> PolicySet.parse(PolicySet.Ids.BY_ANNOTATION, sources));
    assertTrue(thrown.errors().getFirst().toString().startsWith("b.cedar:1:1: the policy id `x`"));
  }

  @Test
  void policiesThatSayTheSameFailEachInItsOwnPlace() throws Exception {
    String same = "permit(principal, action, resource) when { context.absent == 1 };";
    var policies = PolicySet.parse(same + "\n" + same + "\n  " + same);
    var uid = EntityUid.of("User", "a");
    var request = new Request(uid, uid, uid, RecordValue.EMPTY);
    for (int again = 0; again < 2; again++) {
      Response response = Authorizer.isAuthorized(request, policies, Entities.EMPTY);
      assertEquals(
          List.of(
              "policies.cedar:1:44: the record has no attribute `absent`",
              "policies.cedar:2:44: the record has no attribute `absent`",
              "policies.cedar:3:46: the record has no attribute `absent`"),
          response.errors().stream().map(error -> error.error().toString()).toList());
    }
  }
}
