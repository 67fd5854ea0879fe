package dev.ostiary.sidecar.cli.cedar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class CedarCommandTest {
  private static final List<String> USERS = List.of("User::\"ann\"", "User::\"ben\"");
  private static final List<String> DOCS = List.of("Doc::\"memo\"", "Doc::\"plan\"");
  private static final List<String> ACTIONS = List.of("Action::\"edit\"", "Action::\"view\"");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path directory = Path.of("");

  @BeforeEach
  void write() throws IOException {
    Files.writeString(
        directory.resolve("schema"),
        """
        entity Team; entity User in [Team] { level: Long }; entity Doc { owner: User, min: Long };
        action view, edit appliesTo { principal: User, resource: Doc };
        """);
    Files.writeString(
        directory.resolve("policies"),
        """
        permit(principal in Team::"t", action == Action::"view", resource)
          when { principal.level >= resource.min };
        permit(principal, action, resource) when { resource.owner == principal };
        forbid(principal, action == Action::"edit", resource == Doc::"plan");
        """);
    Files.writeString(
        directory.resolve("entities"),
        """
        [{"uid": {"type": "User", "id": "ann"}, "attrs": {"level": 3},
          "parents": [{"type": "Team", "id": "t"}]},
         {"uid": {"type": "User", "id": "ben"}, "attrs": {"level": 9}, "parents": []},
         {"uid": {"type": "Team", "id": "t"}, "attrs": {}, "parents": []},
         {"uid": {"type": "Doc", "id": "plan"}, "parents": [],
          "attrs": {"owner": {"type": "User", "id": "ben"}, "min": 2}},
         {"uid": {"type": "Doc", "id": "memo"}, "parents": [],
          "attrs": {"owner": {"type": "User", "id": "ben"}, "min": 5}}]
        """);
  }

  private int run(String... words) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return new CommandLine(new CedarCommand())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(words);
  }

  private int decide(String command, String... words) {
    var all = new ArrayList<>(List.of(command, "-s", file("schema"), "-p", file("policies")));
    all.addAll(List.of("--entities", file("entities")));
    all.addAll(List.of(words));
    return run(all.toArray(String[]::new));
  }

  private String file(String name) {
    return directory.resolve(name).toString();
  }

  private boolean allows(String principal, String action, String resource) {
    return decide("authorize", "-l", principal, "-a", action, "-r", resource) == 0;
  }

  @Test
  void aQueryPrintsWhatAuthorizeAllows() {
    int found = 0;
    for (var action : ACTIONS) {
      for (var doc : DOCS) {
        var expected = USERS.stream().filter(user -> allows(user, action, doc)).toList();
        decide("partial", "--query", "principals", "-l", "User", "-a", action, "-r", doc);
        assertEquals(expected, out.toString().lines().toList(), action + doc);
        found += expected.size();
      }
      for (var user : USERS) {
        var expected = DOCS.stream().filter(doc -> allows(user, action, doc)).toList();
        decide("partial", "--query", "resources", "-l", user, "-a", action, "-r", "Doc");
        assertEquals(expected, out.toString().lines().toList(), user + action);
      }
    }
    for (var user : USERS)
      for (var doc : DOCS) {
        var expected = ACTIONS.stream().filter(action -> allows(user, action, doc)).toList();
        int code = decide("partial", "--query", "actions", "-l", user, "-r", doc);
        assertEquals(expected, out.toString().lines().toList(), user + doc);
        assertEquals(expected.isEmpty() ? 2 : 0, code);
      }
    assertEquals(4, found);
  }

  @Test
  void anActionThatDependsOnWhatIsOpenIsSaidToDoSo() {
    assertEquals(0, decide("partial", "--query", "actions", "-l", "User", "-r", DOCS.get(1)));
    assertEquals("Action::\"view\" UNKNOWN\n", out.toString());
    assertEquals(4, decide("partial", "-l", "User", "-a", ACTIONS.get(1), "-r", DOCS.get(1)));
    assertTrue(out.toString().startsWith("UNKNOWN\n\n// policy0\n"), out.toString());
  }

  @Test
  void aContextIsReadByTheTypesOfEachActionThatItFits() throws Exception {
    Files.writeString(
        directory.resolve("schema"),
        """
        entity User; entity Doc;
        action call appliesTo { principal: User, resource: Doc, context: { by: User, at: ipaddr } };
        action name appliesTo { principal: User, resource: Doc, context: { by: String, at: String } };
        action plain appliesTo { principal: User, resource: Doc };
        """);
    Files.writeString(
        directory.resolve("policies"),
        """
        permit(principal, action == Action::"call", resource)
          when { context.by == User::"ben" && context.at.isLoopback() };
        permit(principal, action == Action::"name", resource) when { context.by == "ben" };
        permit(principal, action == Action::"plain", resource);
        """);
    String[] ask = {
      "partial",
      "-s",
      file("schema"),
      "-p",
      file("policies"),
      "-l",
      "User",
      "-r",
      "Doc",
      "-c",
      file("context"),
      "--query",
      "actions"
    };
    Files.writeString(
        directory.resolve("context"),
        "{\"by\": {\"type\": \"User\", \"id\": \"ben\"}, \"at\": \"127.0.0.1\"}");
    assertEquals(0, run(ask), err::toString);
    assertEquals("Action::\"call\"\n", out.toString());
    Files.writeString(directory.resolve("context"), "{\"by\": \"ben\", \"at\": \"127.0.0.1\"}");
    assertEquals(0, run(ask), err::toString);
    assertEquals("Action::\"name\"\n", out.toString());
    Files.writeString(directory.resolve("context"), "{}");
    assertEquals(0, run(ask), err::toString);
    assertEquals("Action::\"plain\"\n", out.toString());
    Files.writeString(directory.resolve("context"), "{\"by\": 7, \"at\": \"127.0.0.1\"}");
    assertEquals(1, run(ask));
    assertTrue(err.toString().startsWith(file("context") + ":1:8: "), err.toString());
  }

  @Test
  void aFaultIsShownWithTheLineAndACaret() throws Exception {
    Files.writeString(directory.resolve("faulty"), "permit(principal, action, resource)\nwhen 3;");
    assertEquals(1, run("check-parse", "-p", file("faulty")));
    assertEquals(
        file("faulty") + ":2:6: expected `{`, got `3`\n  when 3;\n       ^\n", err.toString());
  }

  @Test
  void textThatIsNotUtf8IsRefused() throws Exception {
    Files.write(directory.resolve("bytes"), new byte[] {'/', '/', (byte) 0xc3, '('});
    assertEquals(1, run("check-parse", "-p", file("bytes")));
    assertTrue(err.toString().contains("`" + file("bytes") + "` is not UTF-8"), err.toString());
  }

  @Test
  void aSchemaIsTranslatedWithItsNamesResolved() {
    assertEquals(
        0,
        run(
            "translate-schema",
            "--direction",
            "cedar-to-json-with-resolved-types",
            "-s",
            file("schema")));
    assertTrue(out.toString().contains("\"type\": \"Entity\""), out.toString());
    assertTrue(!out.toString().contains("EntityOrCommon"), out.toString());
  }

  @Test
  void aLinkIsPrintedAndUsed() throws Exception {
    Files.writeString(
        directory.resolve("template"),
        "@id(\"t\") permit(principal == ?principal, action, resource);");
    Files.writeString(directory.resolve("links"), "[]");
    String[] link = {
      "link",
      "-p",
      file("template"),
      "-k",
      file("links"),
      "--template-id",
      "t",
      "-n",
      "l",
      "-a",
      "{\"?principal\": \"User::\\\"ann\\\"\"}"
    };
    assertEquals(0, run(link));
    assertTrue(out.toString().contains("principal == User::\"ann\""), out.toString());
    assertEquals(1, run(link), "the id is taken");
    String[] ask = {
      "authorize",
      "-v",
      "-t",
      "-p",
      file("template"),
      "-k",
      file("links"),
      "--entities",
      file("entities"),
      "-a",
      ACTIONS.getFirst(),
      "-r",
      DOCS.getFirst(),
      "-l"
    };
    var words = new ArrayList<>(List.of(ask));
    words.add(USERS.getFirst());
    assertEquals(0, run(words.toArray(String[]::new)));
    assertTrue(out.toString().startsWith("Authorization Time (micro seconds) : "));
    assertTrue(out.toString().endsWith("following policies:\n  l\n"), out.toString());
    words.set(words.size() - 1, USERS.getLast());
    assertEquals(2, run(words.toArray(String[]::new)));
  }

  @Test
  void valuesArePrintedAsCedarWritesThem() {
    var values =
        List.of(
            "datetime(\"2024-01-01\")",
            "datetime(\"2024-01-01T10:00:00.123Z\")",
            "datetime(\"1969-12-31T23:59:59Z\")",
            "duration(\"-1d2h3ms\")",
            "decimal(\"-0.5\")",
            "ip(\"10.0.0.1/8\")",
            "ip(\"10.0.0.1\")",
            "User::\"a\\\"b\"",
            "[1, {\"a\": true}]");
    for (var value : values) {
      assertEquals(0, run("evaluate", value), err::toString);
      assertEquals(value + "\n", out.toString());
    }
    run("evaluate", "datetime(\"0000-01-01\").offset(duration(\"-1ms\"))");
    assertEquals("datetime(\"1970-01-01\").offset(duration(\"-719528d1ms\"))\n", out.toString());
  }
}
