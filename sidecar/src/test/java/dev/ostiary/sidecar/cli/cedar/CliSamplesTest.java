package dev.ostiary.sidecar.cli.cedar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ostiary.cedar.Authorizer;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.json.EntitiesJson;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.json.JsonWriter;
import dev.ostiary.cedar.json.RequestJson;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.PolicyParser;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The samples of the reference's command line, with the exit codes that it gives. */
final class CliSamplesTest {
  private static final Path SAMPLES =
      Path.of(System.getProperty("ostiary.shared", "../shared"), "cedar-corpus/cli-samples");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void samples() {
    assumeTrue(Files.isDirectory(SAMPLES), () -> "no Cedar corpus at " + SAMPLES);
  }

  private int run(String... words) {
    return new CommandLine(new CedarCommand())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(words);
  }

  private static Path tiny(String name) {
    return SAMPLES.resolve("tiny_sandboxes").resolve(name);
  }

  @Test
  void policiesAreValidUnlessTheirFileIsCalledBad() throws Exception {
    int files = 0;
    try (var all = Files.walk(SAMPLES)) {
      for (Path policies : all.filter(file -> file.toString().endsWith(".cedar")).toList()) {
        Path schema = policies.resolveSibling("schema.cedarschema");
        if (!Files.exists(schema)) continue;
        boolean bad = policies.getFileName().toString().matches("(.*_bad|invalid_.*)\\.cedar");
        int code = run("validate", "-s", schema.toString(), "-p", policies.toString());
        assertEquals(bad ? 3 : 0, code, policies.toString());
        files++;
      }
    }
    assertEquals(27, files);
  }

  /** Entities of samples 1, 3 and 7 do not fit the schema. */
  @ParameterizedTest
  @CsvSource({"1, 1", "2, 0", "3, 1", "4, 0", "5, 0", "6, 2", "7, 1", "8, 0", "9, 0"})
  void aRequestOfASampleIsDecided(int sample, int code) {
    Path folder = tiny("sample" + sample);
    for (String schema : List.of("schema.cedarschema", "schema.cedarschema.json"))
      assertEquals(
          code,
          run(
              "authorize",
              "--request-json",
              folder.resolve("request.json").toString(),
              "-p",
              folder.resolve("policy.cedar").toString(),
              "--entities",
              folder.resolve("entity.json").toString(),
              "-s",
              folder.resolve(schema).toString(),
              "--schema-format",
              schema.endsWith("json") ? "json" : "cedar"),
          () -> schema + " " + err);
  }

  @ParameterizedTest
  @CsvSource({
    "static_policy, 0",
    "policy_set, 0",
    "policy_template, 0",
    "policy_mixed_properties, 1",
    "policy_no_matching_properties, 1"
  })
  void aJsonFileIsAPolicyOrASetOfThem(String name, int code) {
    Path file = tiny("json-check-parse").resolve(name + ".cedar.json");
    assertEquals(
        code, run("check-parse", "-p", file.toString(), "--policy-format", "json"), err::toString);
  }

  @Test
  void aFileIsFormattedAsTheSampleSays() throws Exception {
    Path formatted = tiny("format").resolve("formatted.cedar");
    assertEquals(0, run("format", "-p", tiny("format").resolve("unformatted.cedar").toString()));
    assertEquals(Files.readString(formatted), out.toString());
    assertEquals(0, run("format", "--check", "-p", formatted.toString()));
  }

  @Test
  void everyTestOfASampleGivesTheDecisionReasonsAndNumberOfErrorsItNames() throws Exception {
    int tests = 0;
    for (int sample : List.of(1, 2, 3, 4, 6, 7, 9)) {
      Path folder = tiny("sample" + sample);
      var schema = Schema.parse(source(folder.resolve("schema.cedarschema")));
      var policies =
          PolicySet.parse(
              PolicySet.Ids.BY_ANNOTATION, List.of(source(folder.resolve("policy.cedar"))));
      Source text = source(folder.resolve("tests-combined.json"));
      if (!(Json.parse(text) instanceof Json.Arr(var cases, _, _))) throw new AssertionError(text);
      for (Json test : cases) {
        check((JsonObject) test, schema, policies, test.span(text).toString());
        tests++;
      }
    }
    assertEquals(28, tests);
  }

  private static void check(JsonObject test, Schema schema, PolicySet policies, String name)
      throws Exception {
    var entities = EntitiesJson.load(source(test, "entities"), schema);
    if (!(test.find("request") instanceof JsonObject given)) throw new AssertionError(name);
    var action = uid(given, "action");
    var request =
        new Request(
            uid(given, "principal"),
            action,
            uid(given, "resource"),
            RequestJson.context(source(given, "context"), schema, action));
    schema.check(request);
    var response = Authorizer.isAuthorized(request, policies, entities);
    assertEquals(text(test, "decision"), BatchRequest.name(response.decision()), name);
    var expected = new TreeSet<String>();
    if (test.find("reason") instanceof Json.Arr(var reasons, _, _))
      for (Json reason : reasons) if (reason instanceof Json.Str id) expected.add(id.value());
    var reasons = new ArrayList<>(response.reasons().stream().map(Policy::id).sorted().toList());
    assertEquals(new ArrayList<>(expected), reasons, name);
    assertTrue(
        test.find("num_errors") instanceof Json.Int errors
            && errors.value() == response.errors().size(),
        name);
  }

  private static EntityUid uid(JsonObject request, String name) throws SourceException {
    return PolicyParser.entityUid(new Source(name, text(request, name)));
  }

  private static String text(JsonObject object, String name) {
    if (object.find(name) instanceof Json.Str text) return text.value();
    throw new AssertionError("no string " + name);
  }

  private static Source source(JsonObject object, String name) {
    Json member = object.find(name);
    if (member == null) throw new AssertionError("no member " + name);
    return new Source(name, JsonWriter.compact(member));
  }

  private static Source source(Path file) throws Exception {
    return new Source(file.toString(), Files.readString(file));
  }
}
