package dev.ostiary.cedar.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.json.PolicyJson;
import dev.ostiary.cedar.syntax.PolicyParser;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FormatterTest {
  private static final Path CORPUS =
      Path.of(System.getProperty("ostiary.shared", "../shared"), "cedar-corpus");
  private static final Pattern COMMENT = Pattern.compile("//.*");

  /** Snapshots of an older formatter than the one of the language version that we follow. */
  private static final List<String> OUTDATED =
      List.of(
          // A name stays with its arguments since 4.14.
          "format_files@record_formatting.cedar",
          // A test of that name is no more; `format_files@` has the same input.
          "cli_sample_data_format@tiny_sandboxes__sample7__policy.cedar");

  @TestFactory
  Stream<DynamicTest> snapshotsOfTheReferenceAreReproduced() throws Exception {
    assumeTrue(Files.isDirectory(CORPUS), "no Cedar corpus at " + CORPUS);
    var tests = new ArrayList<DynamicTest>();
    for (var folder : List.of("snapshots", "cli-snapshots")) {
      try (var files = Files.list(CORPUS.resolve("formatter/" + folder))) {
        for (var file : files.sorted().toList()) {
          String name = file.getFileName().toString().replaceAll("^.*__tests__|\\.snap$", "");
          String input = name.substring(name.indexOf('@') + 1).replace("__", "/");
          var source =
              CORPUS
                  .resolve(folder.equals("snapshots") ? "formatter" : "cli-samples")
                  .resolve(input);
          if (!OUTDATED.contains(name))
            tests.add(DynamicTest.dynamicTest(name, () -> assertSnapshot(file, source)));
        }
      }
    }
    assertTrue(tests.size() > 60, "only " + tests.size() + " snapshots");
    return tests.stream();
  }

  private static void assertSnapshot(Path snapshot, Path input) throws Exception {
    String text = Files.readString(snapshot);
    String expected = text.substring(text.indexOf("\n---\n") + 5);
    String formatted =
        Formatter.DEFAULT.format(new Source(input.toString(), Files.readString(input)));
    // Snapshots are kept without the white space around them.
    assertEquals(expected.strip(), formatted.strip());
  }

  @TestFactory
  Stream<DynamicTest> recordedCasesAreReproduced() throws Exception {
    assumeTrue(Files.isDirectory(CORPUS), "no Cedar corpus at " + CORPUS);
    var tests = new ArrayList<DynamicTest>();
    for (var line : Files.readAllLines(CORPUS.resolve("oracle-examples.jsonl"))) {
      var json = (JsonObject) Json.parse(new Source("oracle-examples.jsonl", line));
      if (json.find("format") instanceof JsonObject format
          && json.find("policies") instanceof Json.Str policies
          && json.find("expected") instanceof JsonObject expected
          && expected.find("formatted") instanceof Json.Str formatted) {
        var formatter = new Formatter(number(format, "lineWidth"), number(format, "indentWidth"));
        tests.add(
            DynamicTest.dynamicTest(
                String.valueOf(json.find("id")),
                () ->
                    assertEquals(
                        formatted.value(), formatter.format(new Source("", policies.value())))));
      }
    }
    assertTrue(tests.size() >= 4, "only " + tests.size() + " cases");
    return tests.stream();
  }

  private static int number(JsonObject object, String name) {
    return object.find(name) instanceof Json.Int(var value, _, _) ? (int) value : -1;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 0x5eed})
  void commentsAndMeaningStayAndASecondPassChangesNothing(long seed) throws Exception {
    var random = new RandomPolicyText(seed);
    for (int i = 0; i < 200; i++) {
      String text = random.commented(random.policy() + random.policy());
      var formatter = new Formatter(i % 2 == 0 ? 80 : 40, 1 + i % 4);
      String once = formatter.format(new Source("once", text));
      assertEquals(comments(text), comments(once), text);
      assertEquals(json(text), json(once), text);
      assertEquals(once, formatter.format(new Source("twice", once)), text);
    }
  }

  private static List<String> comments(String text) {
    return COMMENT.matcher(text).results().map(MatchResult::group).map(String::strip).toList();
  }

  private static List<String> json(String text) throws SourceException {
    return PolicyParser.policies(new Source("", text)).stream()
        .map(policy -> PolicyJson.of(policy).toString())
        .toList();
  }

  @Test
  void aStringKeepsItsLineEndsAndItsBlankLines() throws Exception {
    String text = "permit(principal,action,resource) when { \"a\n\n\n  // b\" == \"c\" };";
    assertTrue(
        Formatter.DEFAULT.format(new Source("", text)).contains("\"a\n\n\n  // b\" == \"c\""));
  }

  @Test
  void whatDoesNotParseIsNotFormatted() {
    var error =
        assertThrows(
            SourceException.class,
            () -> Formatter.DEFAULT.format(new Source("a.cedar", "permit(principal,\n action);")));
    assertTrue(error.toString().contains("a.cedar:2:"), error.toString());
  }

  @Test
  void aLongChainTakesTimeInProportion() throws Exception {
    String text =
        "permit(principal,action,resource) when { [" + "1,".repeat(200_000) + "] == [] };";
    String formatted = Formatter.DEFAULT.format(new Source("", text));
    assertEquals(
        200_000, formatted.lines().filter(line -> line.strip().matches("\\[?1[,\\]].*")).count());
  }
}
