package dev.ostiary.cedar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.format.Formatter;
import dev.ostiary.cedar.format.PolicyText;
import dev.ostiary.cedar.json.EntitiesJson;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonWriter;
import dev.ostiary.cedar.json.PartialEntitiesJson;
import dev.ostiary.cedar.json.PolicyJson;
import dev.ostiary.cedar.json.PolicySetJson;
import dev.ostiary.cedar.json.RequestJson;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.schema.SchemaFragment;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.PolicyParser;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.cedar.validate.ValidationMode;
import dev.ostiary.cedar.validate.Validator;
import java.util.ArrayList;
import java.util.List;

/**
 * Every reader of the library, with a text that it reads. What is read has to bear all that may
 * follow.
 */
record Reading(String name, String seed, Reader reader) {
  /** All of them; the place of each is part of recorded inputs. */
  static final List<Reading> ALL =
      List.of(
          new Reading("policies", Texts.POLICY, Reading::policies),
          new Reading("formatter", Texts.POLICY, Reading::formatter),
          new Reading(
              "expression",
              "1 + context.b[\"c\"] == {a: [ip(\"x\")].contains(-2)}",
              Reading::expression),
          new Reading(
              "schema",
              Texts.SCHEMA,
              text -> schema(SchemaFragment.parse(new Source("schema", text)))),
          new Reading(
              "schema as JSON",
              Texts.SCHEMA_JSON,
              text -> schema(SchemaFragment.parseJson(new Source("schema", text)))),
          new Reading("policies as JSON", Texts.POLICIES_JSON, Reading::policySetJson),
          new Reading("entities", Texts.ENTITIES, text -> EntitiesJson.load(new Source("e", text))),
          new Reading(
              "entities by schema",
              Texts.ENTITIES,
              text -> EntitiesJson.load(new Source("e", text), Texts.DECLARED)),
          new Reading(
              "partial entities",
              Texts.ENTITIES,
              text -> PartialEntitiesJson.load(new Source("e", text), Texts.DECLARED)),
          new Reading("context", Texts.CONTEXT, text -> RequestJson.context(new Source("c", text))),
          new Reading(
              "context by schema",
              Texts.CONTEXT,
              text ->
                  RequestJson.context(
                      new Source("c", text), Texts.DECLARED, EntityUid.of("A::B::Action", "z"))),
          new Reading(
              "uid",
              "{\"__entity\": {\"type\": \"A::B\", \"id\": \"x\"}}",
              text -> RequestJson.uid(new Source("u", text), Json.parse(new Source("u", text)))));

  /** One reader with all that may follow. */
  interface Reader {
    void read(String text) throws SourceException, EntitiesException;
  }

  @Override
  public String toString() {
    return name;
  }

  /** Whether {@code text} is read; else it is refused with a place that can be shown. */
  boolean reads(String text) {
    try {
      reader.read(text);
      return true;
    } catch (SourceException e) {
      assertTrue(e.errors().stream().noneMatch(error -> error.withCaret().isEmpty()));
      return false;
    } catch (EntitiesException _) {
      return false;
    }
  }

  private static void policies(String text) throws SourceException {
    var set = PolicySet.parse(text);
    var all = new ArrayList<Policy>(set.policies().values());
    all.addAll(set.templates().values());
    for (var policy : all) {
      String written = PolicyText.of(policy);
      var again = PolicyParser.policy(new Source("written", written), policy.id());
      assertEquals(written, PolicyText.of(again));
      PolicyJson.of(policy);
    }
    new Validator(Texts.DECLARED).validate(all, List.of(), ValidationMode.STRICT, 1);
    var someone = EntityUid.of("A::B::User", "u");
    var request =
        new Request(someone, EntityUid.of("A::B::Action", "z"), someone, RecordValue.EMPTY);
    Authorizer.trace(request, set, Entities.EMPTY);
  }

  private static void formatter(String text) throws SourceException {
    var formatter = new Formatter(60, 2);
    String once = formatter.format(new Source("p", text));
    assertEquals(once, formatter.format(new Source("p", once)));
  }

  private static void expression(String text) throws SourceException {
    PolicyText.of(PolicyParser.expression(new Source("e", text)));
  }

  private static void schema(SchemaFragment fragment) throws SourceException {
    Schema.of(List.of(fragment));
    var json = JsonWriter.compact(fragment.toJson());
    assertEquals(
        json, JsonWriter.compact(SchemaFragment.parseJson(new Source("j", json)).toJson()));
    String cedar;
    try {
      cedar = fragment.toCedar();
    } catch (SourceException _) {
      return; // what only the JSON form can say
    }
    Schema.of(List.of(SchemaFragment.parse(new Source("again", cedar))));
  }

  private static void policySetJson(String text) throws SourceException {
    var source = new Source("p", text);
    var set = PolicySetJson.read(Json.parse(source), source);
    for (var policy : set.staticPolicies()) PolicyText.of(policy);
    var again = new Source("again", JsonWriter.compact(set.toJson()));
    assertEquals(again.text(), JsonWriter.compact(PolicySetJson.read(again).toJson()));
  }

  private static final class Texts {
    static final String POLICY =
        """
        // first
        @id("a") @note permit (principal in Team::"blue", action in [Action::"read", Action::"list"],
          resource is Doc in Folder::"f")
        when { context.n + 1 > -2 * 3 && resource has owner.name && [1, "a"].contains(1) }
        unless { if principal.a like "x*\\*" then ip("10.0.0.1").isInRange(ip("10.0.0.0/8"))
          else {a: 1, "b c": datetime("2024-01-01").offset(duration("1d"))} == context };
        forbid (principal == ?principal, action, resource in ?resource) when { !resource.hasTag("t") };
        """;

    static final String SCHEMA =
        """
        namespace A::B {
          @doc("x") type T = { a: Long, b?: Set<User>, "c d": { x: ipaddr } };
          entity Group; entity Kind enum ["a", "b"];
          entity User in [Group] { t: T, k: Kind } tags Set<String>;
          action all; action "x y", z in [all, A::B::Action::"all"]
            appliesTo { principal: User, resource: [User, Group], context: { n: decimal, d?: T } };
        }
        entity Root = { u: A::B::User, b: __cedar::Bool };
        """;

    static final String SCHEMA_JSON =
        """
        {"N": {"commonTypes": {"T": {"type": "Record", "attributes": {"a": {"type": "Long"}}}},
          "entityTypes": {"U": {"memberOfTypes": ["G"], "shape": {"type": "T"},
            "tags": {"type": "Set", "element": {"type": "EntityOrCommon", "name": "T"}}},
            "G": {}, "E": {"enum": ["x"]}},
          "actions": {"a": {"memberOf": [{"id": "b"}], "appliesTo": {"principalTypes": ["U"],
            "resourceTypes": ["G"], "context": {"type": "Record", "attributes": {"q": {"type":
            "Extension", "name": "ipaddr", "required": false}}}}}, "b": {}}}}
        """;

    static final String POLICIES_JSON =
        """
        {"staticPolicies": {"p": {"effect": "permit", "principal": {"op": "is", "entity_type": "U",
          "in": {"entity": {"type": "G", "id": "g"}}}, "action": {"op": "in", "entities": [{"type":
          "Action", "id": "a"}]}, "resource": {"op": "All"}, "annotations": {"k": "v", "n": null},
          "conditions": [{"kind": "when", "body": {"&&": {"left": {"like": {"left": {"Value": "a"},
          "pattern": ["Wildcard", {"Literal": "b"}]}}, "right": {"if-then-else": {"if": {"has":
          {"left": {"Var": "context"}, "attr": ["a", "b"]}}, "then": {"Set": [{"Value": {"__extn":
          {"fn": "ip", "arg": "::1"}}}]}, "else": {"Record": {"x": {"neg": {"arg": {"Value": 1}}}}}}
          }}}}]}},
         "templates": {"t": {"effect": "forbid", "principal": {"op": "==", "slot": "?principal"},
          "action": {"op": "All"}, "resource": {"op": "All"}, "conditions": []}},
         "templateLinks": [{"templateId": "t", "newId": "l", "values": {"?principal": {"type": "U",
          "id": "u"}}}]}
        """;

    static final String ENTITIES =
        """
        [{"uid": {"type": "A::B::User", "id": "u"}, "parents": [{"__entity": {"type": "A::B::Group",
          "id": "g"}}], "attrs": {"t": {"a": 1, "c d": {"x": "10.0.0.1"}, "b": []}, "k": {"type":
          "A::B::Kind", "id": "a"}}, "tags": {"x": ["y"]}},
         {"uid": {"type": "A::B::Group", "id": "g"}, "attrs": {}, "parents": []}]
        """;

    static final String CONTEXT =
        """
        {"n": {"__extn": {"fn": "decimal", "arg": "1.5"}}, "d": {"a": 1, "b": [{"type": "A::B::User",
          "id": "u"}], "c d": {"x": {"fn": "ip", "arg": "::1"}}}}
        """;

    static final Schema DECLARED = declared();

    private static Schema declared() {
      try {
        return Schema.parse(new Source("schema", SCHEMA));
      } catch (SourceException e) {
        throw new AssertionError(e);
      }
    }
  }
}
