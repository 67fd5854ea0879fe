package dev.ostiary.cedar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.explain.Explanation;
import dev.ostiary.cedar.format.Formatter;
import dev.ostiary.cedar.format.PolicyText;
import dev.ostiary.cedar.json.EntitiesJson;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonWriter;
import dev.ostiary.cedar.json.PolicyJson;
import dev.ostiary.cedar.json.PolicySetJson;
import dev.ostiary.cedar.json.RequestJson;
import dev.ostiary.cedar.partial.PartialAuthorizer;
import dev.ostiary.cedar.partial.PartialEntities;
import dev.ostiary.cedar.partial.PartialRequest;
import dev.ostiary.cedar.partial.PartialUid;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.schema.SchemaFragment;
import dev.ostiary.cedar.syntax.PolicyParser;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.cedar.validate.ValidationMode;
import dev.ostiary.cedar.validate.Validator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts made to exhaust a reader. Everything runs on the megabyte of stack of an event loop. */
final class HostileTextTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int MEGABYTE = 1 << 20;

  private interface Act {
    void run() throws Exception;
  }

  /** Runs {@code act} on a thread with a stack of one megabyte; what it throws is thrown. */
  private static void onAnEventLoop(Act act) throws Exception {
    var ended = new CompletableFuture<Throwable>();
    var thread =
        new Thread(
            null,
            () -> {
              try {
                act.run();
                ended.complete(new Done());
              } catch (Throwable e) {
                ended.complete(e);
              }
            },
            "hostile",
            MEGABYTE);
    thread.start();
    switch (ended.get(SOON.toSeconds(), TimeUnit.SECONDS)) {
      case Done _ -> {}
      case Exception e -> throw e;
      case Throwable e -> throw new AssertionError(e);
    }
  }

  private static final class Done extends Throwable {
    private static final long serialVersionUID = 1;
  }

  /** Reads a text; a reader with the name that it has in a failure. */
  private interface Reader {
    void read(Source source) throws Exception;
  }

  private static List<Reader> readers() {
    return List.of(
        source -> PolicySet.parse(source.text()),
        source -> PolicyParser.expression(source),
        source ->
            PolicySet.parse("permit(principal, action, resource) when { " + source.text() + " };"),
        source -> new Formatter(80, 2).format(source),
        source -> PolicySetJson.read(source),
        source -> SchemaFragment.parse(source),
        source -> SchemaFragment.parse(new Source("s", "entity A { a: " + source.text() + " };")),
        source -> SchemaFragment.parseJson(source),
        source -> EntitiesJson.load(source),
        source -> RequestJson.context(source));
  }

  static List<String> floods() {
    var floods = new ArrayList<String>();
    for (String piece : List.of("(", "!", "a.", "{\"a\":", "\uD800"))
      floods.add(piece.repeat(MEGABYTE / piece.length()));
    for (String piece :
        List.of(
            "-",
            "[",
            "{",
            "{a:",
            "if ",
            "\"",
            "\\",
            "a::",
            "@a ",
            "//",
            "Set<",
            "1+",
            "a&&",
            "permit(",
            "[].contains(",
            "principal has a.",
            "\0",
            "\uFEFF",
            "{}",
            "namespace N {",
            "entity A in ",
            "[1,",
            "{\"a\":[",
            "?",
            "é",
            "\n")) floods.add(piece.repeat(MEGABYTE / 4 / piece.length()));
    return floods;
  }

  @ParameterizedTest
  @MethodSource("floods")
  void muchOfOneThingIsReadOrRefused(String flood) throws Exception {
    for (Reader reader : readers())
      onAnEventLoop(() -> {
        try {
          reader.read(new Source("flood", flood));
        } catch (SourceException e) {
          String said = e.errors().getFirst().withCaret();
          assertTrue(!said.isEmpty() && said.length() < 2_000, said.length() + " characters");
        }
      });
  }

  private static final String SCHEMA =
      """
      entity User { a: Long, user: User } tags User;
      action act appliesTo { principal: User, resource: User, context: { a: Long, b?: Set<Long> } };
      """;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%s.user",
        "(%s)",
        "!(%s)",
        "-(%s)",
        "[%s]",
        "{a: %s}",
        "if %s then 1 else 2",
        "1 + (%s)",
        "%s + 1",
        "%s && true",
        "%s || true",
        "true || (%s)",
        "%s.contains(1)",
        "ip(%s)",
        "!%s",
        "(%s) is User",
        "(%s) is User in User::\"a\"",
        "(%s) has a.b",
        "%s.getTag(\"x\")",
        "%s.isEmpty()",
        "if true then 1 else %s"
      })
  void whatCanBeReadBearsWhateverIsDoneWithIt(String step) throws Exception {
    var schema = Schema.parse(new Source("schema", SCHEMA));
    var user = EntityUid.of("User", "u");
    var request = new Request(user, EntityUid.of("Action", "act"), user, RecordValue.EMPTY);
    int hole = step.indexOf("%s");
    for (int depth : List.of(120, 240, 590))
      onAnEventLoop(() -> {
        String text =
            "permit(principal, action, resource) when { "
                + step.substring(0, hole).repeat(depth)
                + "principal"
                + step.substring(hole + 2).repeat(depth)
                + " };";
        PolicySet set;
        try {
          set = PolicySet.parse(text);
        } catch (SourceException tooDeep) {
          String said = tooDeep.errors().getFirst().message();
          assertTrue(said.contains("deep") || said.contains("in a row"), said);
          return;
        }
        var policies = List.copyOf(set.policies().values());
        var policy = policies.getFirst();
        Authorizer.isAuthorized(request, set, Entities.EMPTY);
        assertFalse(Explanation.of(request, set, Entities.EMPTY).toString().isEmpty());
        PolicySet.parse(PolicyText.of(policy));
        PolicySet.parse(new Formatter(80, 2).format(new Source("p", text)));
        var json = new Source("json", JsonWriter.compact(PolicyJson.of(policy)));
        try {
          PolicyJson.read(Json.parse(json), json, "p");
        } catch (SourceException tooDeep) {
          assertTrue(tooDeep.errors().getFirst().message().contains("deep"), tooDeep::toString);
        }
        var validator = new Validator(schema);
        validator.validate(policies, List.of(), ValidationMode.STRICT, 1);
        validator.validate(policies, List.of(), ValidationMode.PERMISSIVE);
        assertEquals(policy, PolicySet.parse(text).policies().get(policy.id()));
      });
  }

  @ParameterizedTest
  @ValueSource(strings = {" && ", " || "})
  void aChainMayBeAsLongAsAnyoneWritesOne(String operator) throws Exception {
    var schema = Schema.parse(new Source("schema", SCHEMA));
    var user = EntityUid.of("User", "u");
    var context = RecordValue.of(Map.of("a", new LongValue(1)));
    var request = new Request(user, EntityUid.of("Action", "act"), user, context);
    boolean isAnd = operator.contains("&");
    // What every operand but the last comes to does not settle the chain.
    String chain = "(context.a == 1) == %s%s".formatted(isAnd, operator).repeat(10_000);
    for (boolean last : List.of(true, false))
      onAnEventLoop(() -> {
        String text =
            "permit(principal, action, resource) when { %scontext.a == %d };"
                .formatted(chain, last ? 1 : 2);
        PolicySet set = PolicySet.parse(text);
        var policies = List.copyOf(set.policies().values());
        var expected = last ? Decision.ALLOW : Decision.DENY;
        assertEquals(expected, Authorizer.decide(request, set, Entities.EMPTY));
        assertFalse(Explanation.of(request, set, Entities.EMPTY).toString().isEmpty());
        var written = PolicySet.parse(PolicyText.of(policies.getFirst()));
        assertEquals(expected, Authorizer.decide(request, written, Entities.EMPTY));
        PolicySet.parse(new Formatter(80, 2).format(new Source("p", text)));
        var json = PolicyJson.of(policies.getFirst());
        assertTrue(JsonWriter.compact(json).length() < JsonWriter.pretty(json).length());
        var validator = new Validator(schema);
        for (var mode : ValidationMode.values())
          assertTrue(validator.validate(policies, List.of(), mode).errors().isEmpty());
        assertTrue(
            validator.validate(policies, List.of(), ValidationMode.STRICT, 1).errors().isEmpty());
        var open =
            new PartialRequest(
                new PartialUid("User", Optional.of("u")),
                request.action(),
                new PartialUid("User", Optional.empty()),
                Optional.of(context));
        var authorizer = new PartialAuthorizer(schema);
        var nobody = PartialEntities.of(Entities.EMPTY, schema);
        assertEquals(Optional.of(expected), authorizer.isAuthorized(open, set, nobody).decision());
        var unknown =
            new PartialRequest(open.principal(), open.action(), open.resource(), Optional.empty());
        var residual = authorizer.isAuthorized(unknown, set, nobody);
        assertEquals(Optional.empty(), residual.decision());
        assertFalse(PolicyText.of(residual.residuals().getFirst()).isEmpty());
      });
  }

  /** Each step doubles the tree, since such tests repeat what they are asked of. */
  @ParameterizedTest
  @ValueSource(strings = {"(%s) is User in User::\"a\"", "(%s) has a.b", "%s has a%2$s"})
  void whatIsRepeatedInTheTreeIsBounded(String step) throws Exception {
    onAnEventLoop(() -> {
      int read = 0;
      for (int depth : List.of(2, 5, 8, 100, 240)) {
        String expression = "principal";
        for (int i = 0; i < (step.contains("$") ? 1 : depth); i++)
          expression = step.formatted(expression, ".a".repeat(depth));
        try {
          var set =
              PolicySet.parse("permit(principal, action, resource) when { " + expression + " };");
          validate(set);
          read++;
        } catch (SourceException tooDeep) {
          assertTrue(tooDeep.errors().getFirst().message().contains("deep"), tooDeep::toString);
        }
      }
      assertTrue(3 <= read && read < 5, read + " read");
    });
  }

  private static void validate(PolicySet set) throws SourceException {
    new Validator(Schema.parse(new Source("schema", SCHEMA)))
        .validate(set.policies().values(), List.of(), ValidationMode.STRICT, 1);
  }

  @Test
  void aPathOfAHundredThousandNamesAsJsonIsRefused() throws Exception {
    String names = "\"a\",".repeat(100_000) + "\"a\"";
    var json =
        new Source(
            "json", "{\"has\": {\"left\": {\"Var\": \"principal\"}, \"attr\": [" + names + "]}}");
    onAnEventLoop(() ->
        assertThrows(
            SourceException.class, () -> PolicyJson.readExpression(Json.parse(json), json)));
  }

  @Test
  void faultsByTheThousandAreToldSoon() throws Exception {
    onAnEventLoop(() -> {
      String policies = "@id(\"a\")permit(principal,action,resource);".repeat(20_000);
      var source = new Source("p", policies);
      var refused =
          assertThrows(
              SourceException.class,
              () -> PolicySet.parse(PolicySet.Ids.BY_ANNOTATION, List.of(source)));
      assertTrue(String.valueOf(refused.getMessage()).length() < 100_000);
      var json = new StringBuilder("{\"templates\":{},\"templateLinks\":[],\"staticPolicies\":{");
      for (int i = 0; i < 50_000; i++) json.append("\n\"p").append(i).append("\":1,");
      var text = new Source("j", json.append("\"q\":1}}").toString());
      assertThrows(SourceException.class, () -> PolicySetJson.read(text));
    });
  }

  @Test
  void aMillionElementsAreAnOrdinaryContext() throws Exception {
    var text = new StringBuilder("{\"s\":[0");
    for (int i = 1; i < 1_000_000; i++) text.append(',').append(i);
    onAnEventLoop(() -> {
      var context = RequestJson.context(new Source("c", text.append("]}").toString()));
      assertEquals(1_000_000, ((SetValue) context.attributes().get("s")).size());
    });
  }

  @Test
  void commonTypesThatNeedEachOtherAreRefused() throws Exception {
    var text = new StringBuilder();
    for (int i = 0; i < 10_000; i++)
      text.append("type T%d = { t: T%d };\n".formatted(i, (i + 1) % 10_000));
    onAnEventLoop(
        () -> assertThrows(SourceException.class, () -> Schema.parse(new Source("s", text + ""))));
  }

  @Test
  void largeTypesInManyPlacesAreRefused() throws Exception {
    var text = new StringBuilder("type T0 = { a: Long };\n");
    for (int i = 1; i < 15; i++)
      text.append("type T%d = { a: T%d, b: T%d };\n".formatted(i, i - 1, i - 1));
    for (int i = 0; i < 10_000; i++) text.append("entity E%d = T14;\n".formatted(i));
    onAnEventLoop(
        () -> assertThrows(SourceException.class, () -> Schema.parse(new Source("s", text + ""))));
  }

  @Test
  void anActionForEveryPairOfThousandsOfTypesIsRefused() throws Exception {
    var names = new ArrayList<String>();
    for (int i = 0; i < 5_000; i++) names.add("E" + i);
    String all = String.join(", ", names);
    String text =
        "entity %s; action a appliesTo { principal: [%s], resource: [%s] };"
            .formatted(all, all, all);
    onAnEventLoop(
        () -> assertThrows(SourceException.class, () -> Schema.parse(new Source("s", text))));
  }

  @Test
  void aSchemaOfTypesThatAreMembersOfEachOtherIsRead() throws Exception {
    var text = new StringBuilder();
    for (int i = 0; i < 300; i++)
      text.append(
          "entity E%d in [E%d] { next: E%d };\n".formatted(i, (i + 1) % 300, (i + 1) % 300));
    text.append("action a appliesTo { principal: E0, resource: E0 };");
    onAnEventLoop(() -> {
      var schema = Schema.parse(new Source("s", text + ""));
      var set =
          PolicySet.parse(
              "permit(principal, action, resource) when { principal"
                  + ".next".repeat(400)
                  + " == resource };");
      var result = new Validator(schema).validate(set.policies().values(), ValidationMode.STRICT);
      assertTrue(result.passed(), result::toString);
    });
  }
}
