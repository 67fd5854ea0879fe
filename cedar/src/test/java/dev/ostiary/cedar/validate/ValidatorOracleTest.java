package dev.ostiary.cedar.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.CorpusArchive;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.SharedData;
import dev.ostiary.cedar.SharedData.OracleCase;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Policy.Link;
import dev.ostiary.cedar.syntax.Policy.Slot;
import dev.ostiary.cedar.syntax.PolicyParser;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Validation against the answers of the reference implementation. */
class ValidatorOracleTest {

  @Test
  void recordedCasesGetEveryErrorAndWarningAsOftenAsRecorded() throws Exception {
    int cases = 0;
    for (OracleCase example : SharedData.oracle()) {
      JsonObject expected = example.expected();
      if (expected.find("validates") == null) continue;
      cases++;
      var validator = new Validator(schema(example.members()));
      List<Policy> policies =
          PolicyParser.policies(new Source("p", SharedData.text(example.members(), "policies")));
      List<Link> links = links(example.members());
      int level =
          example.members().find("level") instanceof Json.Int(var n, _, _)
              ? (int) n
              : Integer.MAX_VALUE;
      ValidationResult strict = validator.validate(policies, links, ValidationMode.STRICT, level);
      assertEquals(isTrue(expected, "validates"), strict.passed(), example.id());
      assertEquals(
          texts(expected, "validationErrors"),
          strict.errors().stream()
              .map(e -> e.policyId() + ":" + e.kind().notation())
              .sorted()
              .toList(),
          () -> example.id() + " " + strict.errors());
      assertEquals(
          texts(expected, "validationWarnings"),
          strict.warnings().stream()
              .map(w -> w.policyId() + ":" + w.kind().notation())
              .sorted()
              .toList(),
          example.id());
      assertEquals(
          texts(expected, "invalidPolicies"),
          List.copyOf(
              new TreeSet<>(strict.errors().stream().map(ValidationError::policyId).toList())),
          example.id());
      assertEquals(
          isTrue(expected, "validatesPermissive"),
          validator.validate(policies, links, ValidationMode.PERMISSIVE).passed(),
          example.id());
    }
    assertTrue(cases > 100);
  }

  private static Schema schema(JsonObject members) throws SourceException {
    return members.find("schema") instanceof Json.Str(var text, _, _)
        ? Schema.parse(new Source("schema", text))
        : Schema.parseJson(new Source("schema", String.valueOf(members.find("schema"))));
  }

  private static List<Link> links(JsonObject members) {
    var links = new ArrayList<Link>();
    if (members.find("links") instanceof Json.Arr(var elements, _, _))
      for (Json element : elements) {
        var link = (JsonObject) element;
        var values = new EnumMap<Slot, EntityUid>(Slot.class);
        for (Slot slot : Slot.values())
          if (link.find("values") instanceof JsonObject given
              && given.find(slot.notation()) instanceof JsonObject uid)
            values.put(
                slot, EntityUid.of(SharedData.text(uid, "type"), SharedData.text(uid, "id")));
        links.add(
            new Link(SharedData.text(link, "templateId"), SharedData.text(link, "newId"), values));
      }
    return links;
  }

  private static boolean isTrue(JsonObject object, String name) {
    return object.find(name) instanceof Json.Bool(var value, _, _) && value;
  }

  private static List<String> texts(JsonObject object, String name) {
    if (!(object.find(name) instanceof Json.Arr(var elements, _, _)))
      throw new AssertionError("no list " + name);
    return elements.stream().map(e -> ((Json.Str) e).value()).sorted().toList();
  }

  @Test
  void generatedCasesOfTheCorpusGetTheirVerdict(@TempDir Path directory) throws Exception {
    var changed =
        new HashSet<>(Files.readAllLines(SharedData.corpus("validation-changed-since-4.13.txt")));
    List<CorpusArchive.Case> cases = CorpusArchive.unpack(directory);
    int excepted = 0;
    for (var each : cases) {
      boolean expected = isTrue(each.members(), "shouldValidate");
      ValidationResult result = validate(each.schema(), each.policy());
      if (changed.contains(each.id())) {
        excepted++;
        assertTrue(
            result.warnings().stream()
                .anyMatch(w -> w.kind() == ValidationWarning.Kind.INVALID_ACTION_APPLICATION),
            each.id());
        expected = true;
      }
      assertEquals(expected, result.passed(), () -> each.id() + " " + result.errors());
    }
    assertEquals(3_882, cases.size());
    assertEquals(changed.size(), excepted);
  }

  private static ValidationResult validate(Source schema, Source policies) throws SourceException {
    return new Validator(Schema.parse(schema))
        .validate(PolicyParser.policies(policies), ValidationMode.STRICT);
  }

  @Test
  void handWrittenCasesOfTheCorpusGetTheirVerdict() throws Exception {
    Path root = SharedData.corpus("integration");
    int cases = 0;
    try (var files = Files.walk(root.resolve("tests"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
        var members = (JsonObject) Json.parse(CorpusArchive.source(file));
        ValidationResult result =
            validate(
                CorpusArchive.source(root.resolve(SharedData.text(members, "schema"))),
                CorpusArchive.source(root.resolve(SharedData.text(members, "policies"))));
        assertEquals(
            isTrue(members, "shouldValidate"), result.passed(), () -> file + " " + result.errors());
        cases++;
      }
    }
    assertEquals(22, cases);
  }

  @Test
  void theSampleOfLevelsNeedsTheLevelsThatItsFilesName() throws Exception {
    Path sample = SharedData.corpus("cli-samples/tiny_sandboxes/level-validation");
    var validator =
        new Validator(Schema.parse(CorpusArchive.source(sample.resolve("schema.cedarschema"))));
    for (int needed = 0; needed <= 2; needed++) {
      Path file = sample.resolve("policy-level-" + needed + ".cedar");
      List<Policy> policies = PolicyParser.policies(CorpusArchive.source(file));
      for (int level = 0; level <= 3; level++)
        assertEquals(
            level >= needed,
            validator.validate(policies, List.of(), ValidationMode.STRICT, level).passed(),
            file + " at level " + level);
    }
  }
}
