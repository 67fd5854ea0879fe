package dev.ostiary.sidecar.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.EntityUid;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BundleReaderTest {
  static final Path LAB = Path.of(System.getProperty("ostiary.root"), "examples", "lab");

  @Test
  void theLabIsAGoodBundle() throws Exception {
    Bundle lab = BundleReader.read(LAB);
    assertEquals("lab", lab.name());
    assertEquals(List.of(), lab.warnings());
    assertEquals(LogClass.BOUNDED, lab.settings().logClass());
    assertEquals(
        Map.of(
            EntityUid.of("Action", "describe"), Duration.ofSeconds(2),
            EntityUid.of("Action", "search"), Duration.ofSeconds(5)),
        lab.settings().reuse());
    assertEquals(Set.of("Catalog", "Ostiary::Caller"), lab.marks().virtual());
    assertEquals(Map.of("Artifact", Set.of("Run")), lab.marks().inline());
    assertTrue(lab.policies().stream().anyMatch(policy -> policy.id().equals("embargo")));
    assertTrue(lab.entities().contains(EntityUid.of("User", "ada")));
    assertTrue(
        lab.entities().isIn(EntityUid.of("Action", "readData"), EntityUid.of("Action", "content")));
    assertEquals(
        List.of("bundle.yaml", "content.cedar", "entities/artifacts.json"),
        lab.files().stream().map(BundleFile::path).limit(3).toList());
    assertFalse(lab.files().stream().anyMatch(file -> file.path().startsWith("tests")));
  }

  @Test
  void aBundleReadFromItsCanonicalFormIsTheSame() throws Exception {
    Bundle lab = BundleReader.read(LAB);
    Bundle again = BundleReader.of(lab.files());
    assertEquals(HexFormat.of().formatHex(lab.digest()), HexFormat.of().formatHex(again.digest()));
    assertEquals(lab.policies(), again.policies());
    assertEquals(lab.settings(), again.settings());
    assertEquals(lab.entities().size(), again.entities().size());
  }

  @Test
  void theDigestIsSha256OfLengthsPathsAndContents() throws Exception {
    var file = new BundleFile("a.cedar", "permit".getBytes(StandardCharsets.UTF_8));
    byte[] canonical = "\0\0\0\7a.cedar\0\0\0\6permit".getBytes(StandardCharsets.UTF_8);
    assertEquals(
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(canonical)),
        HexFormat.of().formatHex(Bundle.digest(List.of(file))));
  }

  @Test
  void theOrderOfFilesDoesNotMatter() throws Exception {
    var text = new BundleText();
    var reversed = new ArrayList<>(text.files()).reversed();
    assertEquals(
        HexFormat.of().formatHex(text.read().digest()),
        HexFormat.of().formatHex(BundleReader.of(reversed).digest()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          3   | []                          | migrations/3.json:1:1: expected a file named after a version of the bundle so far
          two | []                          | migrations/two.json:1:1: expected a file named after a version of the bundle so far
          2   | {}                          | migrations/2.json:1:1: expected an array of migrations, got an object
          2   | [7]                         | migrations/2.json:1:2: expected a migration, as an object with `type`, got `7`
          2   | [{"rename": {}}]            | migrations/2.json:1:2: expected `type`, the name of an entity type, got an object
          2   | [{"type": "Doc", "ad": {}}] | migrations/2.json:1:24: unknown key `ad`; did you mean `add`?
          2   | [{"type": "Dock"}]          | migrations/2.json:1:11: unknown entity type `Dock`; did you mean `Doc`?
          2   | [{"type": "Doc", "delete": true, "add": {}}] | migrations/2.json:1:2: expected `"delete": true` alone, or none, got an object
          2   | [{"type": "Doc", "add": {"opn": true}}] | migrations/2.json:1:2: unknown attribute `opn`; did you mean `open`?
          2   | [{"type": "Doc", "rename": {"x": "y", "z": "y"}}] | migrations/2.json:1:44: expected each attribute once, got `"y"`
          2   | [{"type": "Doc", "remove": [1]}] | migrations/2.json:1:29: expected an attribute's name, got `1`
          2   | [{"type": "Doc", "type": "Doc"}] | migrations/2.json:1:2: expected each name once, got an object
          1   | [{"type": "Dock", "add": {"opn": true}}] | accepted
          """)
  void aFaultInAMigrationIsToldWithItsPlace(String version, String json, String fault) {
    var faults = new BundleText().version(2).with("migrations/" + version + ".json", json).faults();
    assertTrue(faults.getFirst().startsWith(fault), faults::toString);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          name: docs\\nversion: 1\\nlogs: strict | bundle.yaml:3:1: unknown key `logs`; did you mean `log`?
          version: 1                            | bundle.yaml:1:1: expected the key `name`
          name: docs                            | bundle.yaml:1:1: expected the key `version`
          name: docs\\nversion: one             | bundle.yaml:2:10: expected a whole number from 1, got `one`
          name: docs\\nversion: 0               | bundle.yaml:2:10: expected a whole number from 1, got `0`
          name: a b\\nversion: 1                | bundle.yaml:1:7: expected a name of letters, digits, `.`, `_`, `/` and `-`, got `a b`
          name: docs\\nversion: 1\\nlog: some   | bundle.yaml:3:6: expected `observe`, `bounded`, `strict` or `shipped`, got `some`
          name: docs\\nversion: 1\\nretention: 5m | bundle.yaml:3:12: expected a duration of at least 1h, such as `90d`, got `5m`
          name: docs\\nversion: 1\\nreuse: {read: 6s}  | bundle.yaml:3:15: expected a duration of at most 5s, such as `500ms`, got `6s`
          name: docs\\nversion: 1\\nreuse: {reed: 1s}  | bundle.yaml:3:9: unknown action `reed`; did you mean `read`?
          name: docs\\nversion: 1\\nobligations: [a, a]  | bundle.yaml:3:18: `a` comes twice
          name: docs\\nversion: 1\\nobligations: [', ']  | bundle.yaml:3:15: expected a name of letters, digits, `.`, `_`, `/` and `-`, got `, `
          """)
  void aFaultInTheSettingsIsToldWithItsPlace(String yaml, String fault) {
    assertEquals(
        List.of(fault), new BundleText().with("bundle.yaml", yaml.replace("\\n", "\n")).faults());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {method: get, path: /a, principal: {type: User, id: x}, action: read, resource: {type: Doc, id: x}} | expected a method in capitals, got `get`
          {method: GET, path: a, principal: {type: User, id: x}, action: read, resource: {type: Doc, id: x}} | expected a path that begins with `/`, got `a`
          {method: GET, path: '/{a*}/b', principal: {type: User, id: x}, action: read, resource: {type: Doc, id: x}} | expected segments that are plain, `{name}`, or `{name*}` at the end, got `/{a*}/b`
          {method: GET, path: /a, principal: {type: Usr, id: x}, action: read, resource: {type: Doc, id: x}} | unknown entity type `Usr`; did you mean `User`?
          {method: GET, path: /a, principal: {type: User, id: x}, action: reed, resource: {type: Doc, id: x}} | unknown action `reed`; did you mean `read`?
          {method: GET, path: /a, principal: {type: User, id: '{path.b}'}, action: read, resource: {type: Doc, id: x}} | expected `{b}` in the path
          {method: GET, path: /a, principal: {type: User}, action: read, resource: {type: Doc, id: x}} | expected the key `id`
          {method: GET, path: /a, principal: {type: User, id: x}, action: read, resource: {type: Doc, id: x}, bodi: no} | unknown key `bodi`; did you mean `body`?
          {method: GET, path: /a, principal: {type: User, id: x}, action: read, resource: {type: Doc, id: x}, body: yaml} | expected `json` or `xml`, got `yaml`
          {method: GET, path: /a, principal: {type: User, id: x}, action: read, resource: {type: Doc, id: x}, query: {a: maybe}} | expected `required`, `optional` or `absent`, got `maybe`
          {method: GET, path: /a, principal: {type: User, id: x}, action: read, resource: {type: Doc, id: x}, headers: {x-a*: required}} | expected `optional` or `absent`, got `required`
          {method: GET, path: /a, principal: {type: User, id: x}, action: read, resource: {type: Doc, id: '{each/Key}'}} | expected a text with places in braces
          {method: GET, path: /a, principal: {type: User, id: x}, action: read, resource: {type: Doc, id: x}, each: Delete} | expected a JSON pointer, got `Delete`
          {method: GET, path: /a, principal: {type: User, id: x, proof: jwt}, action: read, resource: {type: Doc, id: x}} | expected `backend`, got `jwt`
          {method: GET, path: /a, principal: {type: User, id: x}, action: read, resource: {names: objects, path: /a}} | unknown list of resources `objects`
          {method: GET, path: /a, principal: {type: User, id: x}, asks: [{action: read}]} | expected the key `resource`
          {method: GET, path: /a, principal: {type: User, id: x}, asks: []} | expected something in `asks`
          {method: GET, path: /a, principal: {type: User, id: x}, asks: [{when: {here: x}, action: read, resource: {type: Doc, id: x}}]} | expected a place, such as `each/VersionId`, got `here`
          {method: GET, path: /a, principal: {type: User, id: '{heder.x}'}, action: read, resource: {type: Doc, id: x}} | expected a text with places in braces
          {method: GET, path: /a, principal: {type: User, id: x}, action: read, resource: {type: Doc, id: x}, context: {now: x}} | `now` is given by the sidecar
          """)
  void aFaultInARouteIsTold(String route, String fault) {
    String yaml = "name: docs\nversion: 1\nroutes:\n  - " + route + "\n";
    var faults = new BundleText().with("bundle.yaml", yaml).faults();
    assertTrue(
        faults.stream().anyMatch(each -> each.startsWith("bundle.yaml:4:") && each.contains(fault)),
        faults.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "routes: [{method: GET, path: /a, action: read, resource: {type: Doc, id: x}, principal:"
            + " {type: User, id: '{header.x|peple}'}}];unknown table `peple`; did you mean"
            + " `people`?",
        "webhooks: [{path: a, when: {'/x|peple': y}, action: read, resource: {type: Doc, id: x},"
            + " principal: {type: User, id: x}}];unknown table `peple`; did you mean `people`?",
        "routes: [{method: GET, path: /a, action: read, principal: {type: User, id: x}, resource:"
            + " {names: object, path: /a}}];unknown list of resources `object`; did you mean"
            + " `objects`?",
        "routes: [{method: GET, path: ['/{a}', /b], action: read, principal: {type: User, id: x},"
            + " resource: {type: Doc, id: '{path.a}'}}];expected `{a}` in the path",
      })
  void whatAMapRefersToMustBeThere(String maps) {
    String tables = "name: docs\nversion: 1\ntables: {people: {a: b}}\n";
    String resources = "resources: {objects: [{path: '/{a}', type: Doc, id: '{path.a}'}]}\n";
    String[] parts = maps.split(";", 2);
    var text = new BundleText().with("bundle.yaml", tables + resources + parts[0] + "\n");
    var faults = text.faults();
    assertTrue(faults.stream().anyMatch(each -> each.endsWith(parts[1])), faults.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{path: '/{a}', type: Dok, id: x};unknown entity type `Dok`; did you mean `Doc`?",
        "{path: '/{a}', type: Doc, id: '{query.a}'};expected a text with named segments in braces,"
            + " such as `{path.name}`, got `{query.a}`",
        "{path: '/{a}', type: Doc, id: '{path.b}'};expected `{b}` in the path",
        "{path: '/{a}', type: Doc, id: x, in: [{type: User, id: x}]};expected a type whose mark"
            + " `@inline` in the schema names that of the parent",
      })
  void aFaultInWhatPathsAreCalledIsTold(String entry) {
    String[] parts = entry.split(";", 2);
    String yaml = "name: docs\nversion: 1\nresources: {objects: [" + parts[0] + "]}\n";
    var faults = new BundleText().with("bundle.yaml", yaml).faults();
    assertTrue(faults.stream().anyMatch(each -> each.endsWith(parts[1])), faults.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          permit (principal, action, resource);                         | docs.cedar:1:1: expected an `@id` on every policy of a bundle
          @id("a b") permit (principal, action, resource);              | docs.cedar:1:1: expected an id of letters, digits, `.`, `_`, `/` and `-`, got `a b`
          @id("a") @obligation("musk") permit (principal, action, resource);  | docs.cedar:1:10: unknown obligation `musk`; did you mean `mask`?
          @id("a") @obligation("mask, ") permit (principal, action, resource);  | docs.cedar:1:10: expected names separated by commas, got `mask, `
          @id("a") @stepup("mfa") permit (principal, action, resource); | docs.cedar:1:10: unknown stepup `mfa`; none is defined
          @id("a") @requestable("x") permit (principal, action, resource);  | docs.cedar:1:10: unknown requestable `x`; none is defined
          @id("a") @log("loud") permit (principal, action, resource);   | docs.cedar:1:10: expected `observe`, `bounded`, `strict` or `shipped`, got `loud`
          @id("a") @obligaton("mask") permit (principal, action, resource);  | docs.cedar:1:10: unknown annotation `@obligaton`; did you mean `@obligation`?
          @id("a") permit (principal == ?principal, action, resource);  | docs.cedar:1:1: expected a policy without slots; nothing fills them
          """)
  void aFaultInAPolicysAnnotationsIsToldWithItsPlace(String policy, String fault) {
    assertEquals(List.of(fault), new BundleText().with("docs.cedar", policy).faults());
  }

  @Test
  void anIdIsUniqueOverAllFiles() {
    var text =
        new BundleText()
            .with("more.cedar", "\n@id(\"read\") forbid (principal, action, resource);");
    assertEquals(
        List.of("more.cedar:2:1: the id `read` is taken by the policy at docs.cedar:1:1"),
        text.faults());
  }

  @Test
  void annotationsThatMeanNothingToUsAreTheAuthors() throws Exception {
    var text =
        new BundleText()
            .with(
                "docs.cedar",
                "@id(\"read\") @ticket(\"SEC-1\") @author(\"ada\") permit (principal, action,"
                    + " resource);");
    assertEquals("SEC-1", text.read().policies().getFirst().annotations().get("ticket"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          @virtal entity User;                | unknown annotation `@virtal` on the entity type `User`; did you mean `@virtual`?
          @virtual("yes") entity User;        | `@virtual` on the entity type `User` takes no value, got `yes`
          @secret entity User;                | `@secret` has no meaning on the entity type `User`
          @inline("Team") entity User;        | `@inline` on the entity type `User` names `Team`, which is not a type that it may be a member of
          entity User { @virtual a?: Long };   | `@virtual` has no meaning on the attribute `User.a`
          entity User { a?: { @personal b: Long } };  | `@personal` has no meaning on the attribute `User.a.b`
          entity User { @secret a?: String };  |
          @personal @sensitive entity User;   |
          @inline entity User;                |
          """)
  void aMarkThatWouldHaveNoEffectIsRefused(String schema, String fault) {
    var text =
        new BundleText()
            .with(
                "docs.cedarschema",
                schema
                    + "\nentity Team; action read appliesTo { principal: User, resource: Team };");
    var faults = text.faults();
    assertEquals(1, faults.size(), faults.toString());
    assertEquals(
        fault == null ? "accepted" : fault,
        faults
            .getFirst()
            .replaceFirst("docs.cedarschema:1:[0-9]+: ", "")
            .replaceFirst("accepted.*", "accepted"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          now: Long            | `context.now` of `Action::"read"` is given by the sidecar; expected it to be `datetime`
          caller: String       | `context.caller` of `Action::"read"` is given by the sidecar; expected it to be `Ostiary::Caller`
          principal_proof: User | `context.principal_proof` of `Action::"read"` is given by the sidecar; expected it to be `String`
          risk?: decimal       | `context.risk` of `Action::"read"` is given by the sidecar; expected it to be `Long`
          frozen: Bool         | `context.frozen` of `Action::"read"` is given by the sidecar; expected it to be `Set`
          now: datetime, caller: Ostiary::Caller, principal_proof: String, risk: Long, frozen: Set<User> |
          """)
  void reservedContextHasItsTypeOrNoActivation(String context, String fault) {
    var text =
        new BundleText()
            .with(
                "docs.cedarschema",
                "entity User; namespace Ostiary { entity Caller; }\n"
                    + "action read appliesTo { principal: User, resource: User, context: {"
                    + context
                    + "} };");
    var faults = text.faults();
    assertEquals(1, faults.size(), faults.toString());
    if (fault == null) assertTrue(faults.getFirst().startsWith("accepted"), faults.getFirst());
    else
      assertTrue(
          faults.getFirst().matches("docs.cedarschema:2:[0-9]+: .*")
              && faults.getFirst().endsWith(fault),
          faults.getFirst());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          permit (principal, action, resource) when { principal.clearance > 2 }; | docs.cedar:1:54:
          permit (principal, action, resource) when { context.why == 1 };  | docs.cedar:1:54:
          permit (principal, action, resource) when { principal.name == "x" };  | docs.cedar:1:54:
          permit (principal == Robot::"r2", action, resource);  | docs.cedar:1:
          forbid (principal, action == Action::"reed", resource);  | docs.cedar:1:
          forbid (principal, action, resource) when { resource.owner == principal };  | docs.cedar:1:54:
          """)
  void aPolicyThatDoesNotFitTheSchemaIsNotActivated(String policy, String place) {
    var faults = new BundleText().with("docs.cedar", "@id(\"a\") " + policy).faults();
    assertTrue(faults.getFirst().startsWith(place), faults.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          permit (principal, action, resource) when { principal has mail && principal.mail == "x" };
          permit (principal, action, resource) unless { principal has mail };
          permit (principal, action, resource) when { context.card.number == 1 };
          """)
  void aPolicyThatReadsASecretIsNotActivated(String policy) {
    var faults = secret().with("docs.cedar", "@id(\"a\") " + policy).faults();
    assertTrue(faults.getFirst().startsWith("docs.cedar:1:5"), faults.toString());
    assertTrue(
        faults.getFirst().endsWith("is marked `@secret`; no policy may read it"),
        faults.toString());
  }

  @Test
  void entitiesOfABundleHoldNoSecretSinceAnActivationIsWrittenDown() {
    var text =
        secret()
            .with(
                "entities/all.json",
                "[{\"uid\": {\"type\": \"User\", \"id\": \"ada\"}, \"attrs\": {\"mail\": \"x\"},"
                    + " \"parents\": []}]");
    assertTrue(
        text.faults().getFirst().startsWith("entities/all.json:1:"), text.faults().toString());
    assertTrue(text.faults().getFirst().contains("mail"), text.faults().toString());
  }

  private static BundleText secret() {
    return new BundleText()
        .with(
            "docs.cedarschema",
            """
            entity User { @secret mail: String };
            entity Doc;
            action read appliesTo {
              principal: User, resource: Doc, context: { card: { @secret number: Long, kind: Long } }
            };
            """);
  }

  @Test
  void whatIsSoundButHardlyMeantIsAWarning() throws Exception {
    var text =
        new BundleText()
            .with(
                "docs.cedar",
                "@id(\"read\") permit (principal, action, resource);\n"
                    + "@id(\"never\") permit (principal, action, resource) when { resource is"
                    + " Folder };");
    var warnings = text.read().warnings();
    assertEquals(
        List.of("never at docs.cedar:2:1"),
        warnings.stream().map(w -> w.policyId() + " at " + w.error().span()).toList());
  }

  @Test
  void everyFaultOfEveryFileIsToldAtOnceInOrder() {
    var text =
        new BundleText()
            .with("bundle.yaml", "name: docs\nversion: 0\n")
            .with(
                "a.cedar",
                "permit (principal, action, resource)\npermit (principal action, resource);")
            .with("docs.cedar", "permit (principal, action, resource);")
            .with(
                "entities/all.json",
                "[{\"uid\": {\"type\": \"User\", \"id\": \"a\"}, \"attrs\": {\"x\": 1},"
                    + " \"parents\": []}]");
    var files =
        text.faults().stream()
            .map(fault -> fault.substring(0, fault.indexOf(':')))
            .distinct()
            .toList();
    assertEquals(List.of("a.cedar", "bundle.yaml", "docs.cedar", "entities/all.json"), files);
  }

  @Test
  void aBundleWithoutSettingsOrSchemaIsRefused() {
    assertEquals(
        List.of("bundle.yaml: expected the file, got nothing there"),
        new BundleText().without("bundle.yaml").faults());
    assertTrue(
        new BundleText()
            .without("docs.cedarschema")
            .faults()
            .contains("expected a schema in `*.cedarschema`, got none"));
  }

  @Test
  void whatIsNotUtf8IsToldWithItsPlace() throws Exception {
    var files = new ArrayList<>(new BundleText().files());
    files.add(new BundleFile("x.cedar", new byte[] {'/', '/', '\n', 'a', (byte) 0xff}));
    var faults = assertFaults(files);
    assertEquals(List.of("x.cedar:2:2: expected UTF-8"), faults);
  }

  private static List<String> assertFaults(List<BundleFile> files) throws AssertionError {
    try {
      return List.of("accepted: " + BundleReader.of(files));
    } catch (BundleException e) {
      return e.errors().stream().map(Object::toString).toList();
    }
  }

  @Test
  void theSidecarsOwnPoliciesAreReadApartAndByTheProgramsOwnSchema() throws Exception {
    assertTrue(new BundleText().read().admin().isEmpty());
    String admin = "@id(\"read\") permit (principal, action, resource == Ostiary::Door::\"opa\");";
    var bundle = new BundleText().with("admin/own.cedar", admin).read();
    assertEquals(1, bundle.policies().size());
    assertEquals(1, bundle.admin().orElseThrow().policies().size());
    String unknown =
        String.join(
            "\n",
            new BundleText()
                .with("admin/own.cedar", "@id(\"x\") permit (principal is User, action, resource);")
                .faults());
    assertTrue(unknown.startsWith("admin/own.cedar:1:"), unknown);
    assertTrue(unknown.contains("User"), unknown);
    assertEquals(
        List.of("admin/own.cedar:1:1: expected an `@id` on every policy of a bundle"),
        new BundleText().with("admin/own.cedar", "permit (principal, action, resource);").faults());
  }
}
