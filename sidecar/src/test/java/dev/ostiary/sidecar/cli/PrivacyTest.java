package dev.ostiary.sidecar.cli;

import static dev.ostiary.sidecar.Served.uid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.log.Verdict;
import dev.ostiary.log.Verifier;
import dev.ostiary.sidecar.Served;
import dev.ostiary.v1.Attribute;
import dev.ostiary.v1.CheckBatchRequest;
import dev.ostiary.v1.CheckRequest;
import dev.ostiary.v1.Decision;
import dev.ostiary.v1.Entity;
import dev.ostiary.v1.ReasonCode;
import dev.ostiary.v1.Value;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the data directory tells of people, while they are known and once they are erased. */
final class PrivacyTest {
  private static final String UNIQUE = UUID.randomUUID().toString();
  private static final String ID = "canary-id-" + UNIQUE;
  private static final String MAIL = "canary-mail-" + UNIQUE;
  private static final String WHY = "canary-why-" + UNIQUE;
  private static final String HOME = "canary-home-" + UNIQUE;
  private static final String DOC = "canary-doc-" + UNIQUE;
  private static final String BADGE = "canary-badge-" + UNIQUE;
  private static final List<String> CANARIES = List.of(ID, MAIL, WHY, HOME, DOC, BADGE);
  private static final String SUBJECT = "User::\"" + ID + "\"";

  @TempDir Path directory;

  private Path data() {
    return directory.resolve("data");
  }

  private void writeBundle(long version, String more, String user) throws IOException {
    Path bundle = directory.resolve("bundle");
    Files.createDirectories(bundle.resolve("entities"));
    Files.writeString(
        bundle.resolve("entities/all.json"),
        """
        [{"uid": {"type": "Team", "id": "staff"}, "attrs": {}, "parents": []},
         {"uid": {"type": "User", "id": "%s"}, "attrs": {"level": 9}, "parents": []}]
        """
            .formatted(user));
    Files.writeString(
        bundle.resolve("docs.cedarschema"),
        """
        @personal entity User in [Team] { level: Long, mail?: String };
        @personal @inline("Team") entity Guest in [Team] { home: String };
        entity Robot { @sensitive badge?: String };
        entity Team;
        @sensitive entity Doc { owner?: User };
        action read appliesTo {
          principal: [User, Guest, Robot], resource: Doc,
          context: { now: datetime, why?: String, friend?: User },
        };
        """);
    Files.writeString(
        bundle.resolve("docs.cedar"),
        """
        @id("high") permit (principal is User, action, resource) when { principal.level > 2 };
        @id("guest") permit (principal is Guest, action, resource)
        when { context has why && context.why like "canary*" && principal.home like "canary*" };
        @id("robot") permit (principal is Robot, action, resource)
        when { principal has badge && principal.badge like "canary*" };
        @id("friends") forbid (principal, action, resource)
        when { context has friend && resource has owner && context.friend == resource.owner };
        """
            + more);
    // Last, since it is what makes the others another bundle.
    Files.writeString(bundle.resolve("bundle.yaml"), "name: docs\nversion: " + version + "\n");
  }

  private void put() throws Exception {
    Path file = directory.resolve("entities.json");
    Files.writeString(
        file,
        """
        [{"uid": {"type": "User", "id": "%s"}, "attrs": {"level": 3, "mail": "%s"},
          "parents": [{"type": "Team", "id": "staff"}]},
         {"uid": {"type": "User", "id": "other"}, "attrs": {"level": 5}, "parents": []},
         {"uid": {"type": "Robot", "id": "r2"}, "attrs": {"badge": "%s"}, "parents": []},
         {"uid": {"type": "Doc", "id": "%s"},
          "attrs": {"owner": {"__entity": {"type": "User", "id": "%s"}}}, "parents": []}]
        """
            .formatted(ID, MAIL, BADGE, DOC, ID));
    run(0, "facts", "put", "--data", data().toString(), file.toString());
    Files.delete(file);
  }

  private static CheckRequest.Builder question(String type, String id) {
    return CheckRequest.newBuilder()
        .setPrincipal(uid(type, id))
        .setAction(uid("Action", "read"))
        .setResource(uid("Doc", DOC));
  }

  private static Attribute attribute(String name, Value.Builder value) {
    return Attribute.newBuilder().setName(name).setValue(value).build();
  }

  /** Seven decisions, each by something that is hidden. */
  private static void ask(Served served, Decision own) {
    var client = served.client();
    var mine =
        question("User", ID)
            .addContext(attribute("why", Value.newBuilder().setString(WHY)))
            .build();
    assertEquals(own, client.check(mine).getDecision());
    var friend = Value.newBuilder().setEntity(uid("User", ID));
    var others = question("User", "other").addContext(attribute("friend", friend)).build();
    assertEquals(ReasonCode.REASON_CODE_FORBIDDEN, client.check(others).getReasonCode());
    var guest =
        question("Guest", "guest-" + ID)
            .addContext(attribute("why", Value.newBuilder().setString(WHY)))
            .addEntities(
                Entity.newBuilder()
                    .setUid(uid("Guest", "guest-" + ID))
                    .addAttributes(attribute("home", Value.newBuilder().setString(HOME))))
            .build();
    assertEquals(Decision.DECISION_ALLOW, client.check(guest).getDecision());
    assertEquals(
        Decision.DECISION_ALLOW, client.check(question("Robot", "r2").build()).getDecision());
    client.checkBatch(
        CheckBatchRequest.newBuilder()
            .addRequests(mine)
            .addRequests(others)
            .addRequests(question("User", "nobody-" + ID))
            .build());
  }

  @Test
  void nothingOnTheDiskNamesAPersonAndAfterErasureNothingCanTellWhoItWas() throws Exception {
    writeBundle(1, "", ID);
    try (var served = Served.in(directory)) {
      put();
      ask(served, Decision.DECISION_ALLOW);
    }
    assertEquals(List.of(), plaintexts());
    assertEquals("7 decisions came out the same, 0 did not\n", run(0, "log", "replay", in()));

    String shown = run(0, "log", "show", in());
    assertFalse(shown.contains(UNIQUE), shown);
    String revealed = run(0, "log", "show", in(), "--reveal", "--json");
    for (String each : List.of(ID, WHY, HOME, DOC)) assertTrue(revealed.contains(each), each);
    String theirs = run(0, "log", "show", in(), "--reveal", "--principal", SUBJECT);
    assertEquals(5, theirs.lines().count(), theirs); // a decision, and a batch of three
    String pseudonym = shown.lines().filter(l -> l.contains("allow User::")).findFirst().get();
    pseudonym = pseudonym.replaceAll(".*(User::\"~[^\"]*\").*", "$1");
    assertEquals(SUBJECT + "\n", run(0, "log", "reveal", "--data", in(), pseudonym));

    String refused = run(2, "log", "erase", SUBJECT, "--data", in());
    assertTrue(refused.contains("entities/all.json:2 of the bundle in force names"), refused);
    writeBundle(2, "@id(\"no\") forbid (principal == " + SUBJECT + ", action, resource);\n", "x");
    restart("docs version 2 activated");
    refused = run(2, "log", "erase", SUBJECT, "--data", in());
    assertTrue(refused.contains("docs.cedar:8 of the bundle in force names"), refused);
    writeBundle(3, "", "x");
    try (var served = Served.in(directory)) {
      ask(served, Decision.DECISION_ALLOW);
      run(0, "log", "hold", "add", SUBJECT, "--data", in());
    }
    assertEquals(SUBJECT + "\n", run(0, "log", "hold", "list", "--data", in()));
    refused = run(2, "log", "erase", SUBJECT, "--data", in());
    assertTrue(refused.contains("is under legal hold"), refused);
    run(0, "log", "hold", "remove", SUBJECT, "--data", in());
    String before = Files.readString(table(), StandardCharsets.ISO_8859_1);

    String erased = run(0, "log", "erase", SUBJECT, "--data", in());
    assertTrue(
        erased.startsWith("erased; it was " + pseudonym + " in the logs, its entity"), erased);
    assertTrue(erased.endsWith(", it is struck out of 2 earlier bundles\n"), erased);
    assertFalse(Files.readString(table(), StandardCharsets.ISO_8859_1).contains(before));
    assertTrue(run(2, "log", "erase", SUBJECT, "--data", in()).contains("nothing is known of"));
    assertEquals(List.of(), plaintexts());
    for (String tree : List.of("decisions/1", "facts/1"))
      assertTrue(verified(data().resolve(tree)) instanceof Verdict.Valid);
    assertEquals(pseudonym + "\n", run(0, "log", "reveal", "--data", in(), pseudonym));
    revealed = run(0, "log", "show", in(), "--reveal", "--json");
    assertFalse(revealed.contains("\"" + ID + "\""), "the id of who was erased is told");

    // What was decided about others comes out the same; what was about the one erased is counted.
    String replayed = run(2, "log", "replay", in());
    assertTrue(
        replayed.contains("4 not made again: a subject that it is about was erased"), replayed);
    assertTrue(replayed.endsWith(" decisions came out the same, 0 did not\n"), replayed);

    Path key = data().resolve("keys/subjects.kek");
    var random = new byte[32];
    new SplittableRandom().nextBytes(random);
    String next = Base64.getEncoder().encodeToString(random) + "\n";
    Files.writeString(key, next + Files.readString(key));
    restart("");
    Files.writeString(key, next);
    try (var served = Served.in(directory)) {
      var again = served.client().check(question("User", ID).build());
      assertEquals(ReasonCode.REASON_CODE_ENTITY_UNKNOWN, again.getReasonCode());
      assertEquals(
          Decision.DECISION_ALLOW,
          served.client().check(question("User", "other").build()).getDecision());
    }
    var entries = Served.entries(data().resolve("decisions/1"));
    assertEquals(1, entries.stream().filter(e -> e.hasErased()).count());
    assertEquals(1, entries.stream().filter(e -> e.hasKeyRotated()).count());
    assertTrue(run(0, "log", "show", in()).contains(" key of subjects replaced by "));
    assertTrue(entries.stream().filter(e -> e.hasRevealed()).count() >= 4);
  }

  private void restart(String journalled) throws Exception {
    try (var served = Served.in(directory)) {
      served.await(s -> s.journal().contains(journalled));
    }
  }

  private Path table() {
    return data().resolve("subjects/table");
  }

  private String in() {
    return data().toString();
  }

  private Verdict verified(Path tree) throws Exception {
    var place = LogPlace.of(tree.toString());
    return Verifier.verify(place.source(), place.localKey().orElseThrow(), List.of(), (_, _) -> {});
  }

  /** Files that hold a canary, in any of the forms that bytes are commonly written in. */
  private List<String> plaintexts() throws IOException {
    var found = new ArrayList<String>();
    try (var files = Files.walk(data())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        for (String canary : CANARIES)
          for (String form : forms(canary))
            if (bytes.contains(form)) found.add(file + " has " + canary + " as " + form);
      }
    }
    return found;
  }

  private static List<String> forms(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    var forms = new ArrayList<String>(List.of(text));
    for (Charset charset : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE))
      forms.add(new String(text.getBytes(charset), StandardCharsets.ISO_8859_1));
    forms.add(HexFormat.of().formatHex(bytes));
    forms.add(HexFormat.of().withUpperCase().formatHex(bytes));
    // Base64 depends on where in a group of three the text begins; its ends on what is around it.
    for (int shift = 0; shift < 3; shift++) {
      var shifted = new byte[shift + bytes.length];
      System.arraycopy(bytes, 0, shifted, shift, bytes.length);
      for (Base64.Encoder encoder : List.of(Base64.getEncoder(), Base64.getUrlEncoder())) {
        String encoded = encoder.encodeToString(shifted);
        forms.add(encoded.substring(4, encoded.length() - 4));
      }
    }
    return forms;
  }

  /** Runs a command and gives what it printed. */
  private static String run(int exit, String... arguments) {
    var out = new StringWriter();
    var line = Main.commandLine();
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(out, true));
    assertEquals(exit, line.execute(arguments), () -> String.join(" ", arguments) + "\n" + out);
    return out.toString();
  }
}
