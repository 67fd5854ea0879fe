package dev.ostiary.cedar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.ostiary.cedar.format.Formatter;
import dev.ostiary.cedar.format.PolicyText;
import dev.ostiary.cedar.json.EntitiesJson;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonWriter;
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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Damaged texts give an error that says where, or are read; nothing else happens. What is read must
 * then bear whatever is done with it. A second and a half for each reader, an hour with {@code
 * -Dostiary.long=true}.
 */
final class FuzzTest {
  private static final Duration TIME =
      Boolean.getBoolean("ostiary.long") ? Duration.ofMinutes(60) : Duration.ofMillis(1_500);

  private static final String POLICY =
      """
      // first
      @id("a") @note permit (principal in Team::"blue", action in [Action::"read", Action::"list"],
        resource is Doc in Folder::"f")
      when { context.n + 1 > -2 * 3 && resource has owner.name && [1, "a"].contains(1) }
      unless { if principal.a like "x*\\*" then ip("10.0.0.1").isInRange(ip("10.0.0.0/8"))
        else {a: 1, "b c": datetime("2024-01-01").offset(duration("1d"))} == context };
      forbid (principal == ?principal, action, resource in ?resource) when { !resource.hasTag("t") };
      """;

  private static final String SCHEMA =
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

  private static final String SCHEMA_JSON =
      """
      {"N": {"commonTypes": {"T": {"type": "Record", "attributes": {"a": {"type": "Long"}}}},
        "entityTypes": {"U": {"memberOfTypes": ["G"], "shape": {"type": "T"},
          "tags": {"type": "Set", "element": {"type": "EntityOrCommon", "name": "T"}}},
          "G": {}, "E": {"enum": ["x"]}},
        "actions": {"a": {"memberOf": [{"id": "b"}], "appliesTo": {"principalTypes": ["U"],
          "resourceTypes": ["G"], "context": {"type": "Record", "attributes": {"q": {"type":
          "Extension", "name": "ipaddr", "required": false}}}}}, "b": {}}}}
      """;

  private static final String POLICIES_JSON =
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

  private static final String ENTITIES =
      """
      [{"uid": {"type": "A::B::User", "id": "u"}, "parents": [{"__entity": {"type": "A::B::Group",
        "id": "g"}}], "attrs": {"t": {"a": 1, "c d": {"x": "10.0.0.1"}, "b": []}, "k": {"type":
        "A::B::Kind", "id": "a"}}, "tags": {"x": ["y"]}},
       {"uid": {"type": "A::B::Group", "id": "g"}, "attrs": {}, "parents": []}]
      """;

  private static final String CONTEXT =
      """
      {"n": {"__extn": {"fn": "decimal", "arg": "1.5"}}, "d": {"a": 1, "b": [{"type": "A::B::User",
        "id": "u"}], "c d": {"x": {"fn": "ip", "arg": "::1"}}}}
      """;

  private static final List<String> PIECES =
      List.of(
          "(",
          ")",
          "{",
          "}",
          "[",
          "]",
          ",",
          ";",
          ":",
          "::",
          "\"",
          "\\",
          "@",
          "?",
          "&&",
          "||",
          "!",
          "-",
          "*",
          "==",
          "in",
          "has",
          "is",
          "like",
          "if",
          "null",
          "1e400",
          "-0",
          "1.5",
          "//",
          "\n",
          "\0",
          "\uD800",
          "\uDC00",
          "\uFEFF",
          "\u202E",
          "é",
          "😀",
          "9223372036854775808",
          "\\u{",
          "\\ud800",
          "__cedar",
          "__entity",
          "__extn",
          "__expr",
          "?principal",
          "Set<",
          "{\"a\":",
          "\"uid\":",
          "entity",
          "type",
          "namespace",
          "enum",
          "tags",
          "appliesTo",
          "action");

  /** One reader with all that may follow on reading. */
  private interface Reader {
    void read(String text) throws SourceException, EntitiesException;
  }

  record Target(String name, String seed, Reader reader) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final Schema DECLARED = declared();

  private static Schema declared() {
    try {
      return Schema.parse(new Source("schema", SCHEMA));
    } catch (SourceException e) {
      throw new AssertionError(e);
    }
  }

  static Stream<Target> targets() {
    return Stream.of(
        new Target("policies", POLICY, FuzzTest::policies),
        new Target("formatter", POLICY, FuzzTest::formatter),
        new Target(
            "expression",
            "1 + context.b[\"c\"] == {a: [ip(\"x\")].contains(-2)}",
            FuzzTest::expression),
        new Target(
            "schema", SCHEMA, text -> schema(SchemaFragment.parse(new Source("schema", text)))),
        new Target(
            "schema as JSON",
            SCHEMA_JSON,
            text -> schema(SchemaFragment.parseJson(new Source("schema", text)))),
        new Target("policies as JSON", POLICIES_JSON, FuzzTest::policySetJson),
        new Target("entities", ENTITIES, text -> EntitiesJson.load(new Source("e", text))),
        new Target(
            "entities by schema",
            ENTITIES,
            text -> EntitiesJson.load(new Source("e", text), DECLARED)),
        new Target("context", CONTEXT, text -> RequestJson.context(new Source("c", text))),
        new Target(
            "context by schema",
            CONTEXT,
            text ->
                RequestJson.context(
                    new Source("c", text), DECLARED, EntityUid.of("A::B::Action", "z"))));
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
    new Validator(DECLARED).validate(all, List.of(), ValidationMode.STRICT, 1);
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

  @ParameterizedTest
  @MethodSource("targets")
  void damagedTextIsReadOrRefusedWithItsPlace(Target target) throws Exception {
    target.reader.read(target.seed);
    long seed = Long.getLong("ostiary.seed", System.nanoTime());
    var random = new SplittableRandom(seed);
    long end = System.nanoTime() + TIME.toNanos();
    int read = 0;
    int refused = 0;
    while (System.nanoTime() < end) {
      String text = damaged(target.seed, random);
      try {
        target.reader.read(text);
        read++;
      } catch (SourceException e) {
        assertTrue(e.errors().stream().noneMatch(error -> error.withCaret().isEmpty()));
        refused++;
      } catch (EntitiesException _) {
        refused++;
      } catch (RuntimeException | AssertionError | StackOverflowError e) {
        fail("seed " + seed + ", " + target + " on: " + text, e);
      }
    }
    System.out.printf("seed %d: %s, %d read, %d refused%n", seed, target, read, refused);
    assertTrue(read > 0 && refused > 0, target + ": " + read + " read, " + refused + " refused");
  }

  private static String damaged(String text, SplittableRandom random) {
    String damaged = text;
    for (int i = 0, n = 1 + random.nextInt(3); i < n && !damaged.isEmpty(); i++) {
      int at = random.nextInt(damaged.length());
      int to = Math.min(damaged.length(), at + 1 + random.nextInt(12));
      String piece = PIECES.get(random.nextInt(PIECES.size()));
      int from = random.nextInt(damaged.length());
      String other = damaged.substring(from, Math.min(damaged.length(), from + random.nextInt(40)));
      damaged =
          switch (random.nextInt(7)) {
            case 0 -> damaged.substring(0, at) + damaged.substring(to);
            case 1 -> damaged.substring(0, at) + piece + damaged.substring(at);
            case 2 -> damaged.substring(0, at) + piece + damaged.substring(to);
            case 3 -> damaged.substring(0, at) + other + damaged.substring(at);
            case 4 -> damaged.substring(0, at) + piece.repeat(300) + damaged.substring(at);
            case 5 -> damaged.substring(0, at);
            default -> bytes(damaged, at, random);
          };
    }
    return damaged;
  }

  /** The text after a byte of it was changed, read as UTF-8. */
  private static String bytes(String text, int at, SplittableRandom random) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    bytes[Math.min(at, bytes.length - 1)] = (byte) random.nextInt(256);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
