package dev.ostiary.cedar;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Conformance data beside the checkout; tests that need it are skipped where it is absent. */
public final class SharedData {
  private SharedData() {}

  /** The file or directory of that name within the conformance data. */
  public static Path corpus(String name) {
    String shared = System.getProperty("ostiary.shared", "../../shared");
    Path path = Path.of(shared, "cedar-corpus", name);
    assumeTrue(
        Files.exists(path),
        () -> path + " is absent; see github.com/cedar-policy/cedar-integration-tests");
    return path;
  }

  /** Cases with answers recorded from the reference implementation, one object each. */
  public static List<OracleCase> oracle() throws IOException, SourceException {
    List<OracleCase> cases = new ArrayList<>();
    for (String line : Files.readAllLines(corpus("oracle-examples.jsonl"))) {
      var source = new Source("case", line);
      cases.add(new OracleCase(source, (JsonObject) Json.parse(source, 1_000)));
    }
    return cases;
  }

  /** One recorded case. */
  public record OracleCase(Source source, JsonObject members) {
    /** What identifies it. */
    public String id() {
      return text(members, "id");
    }

    /** Whether it has that input. */
    public boolean has(String name) {
      return members.find(name) != null;
    }

    /** The recorded answers. */
    public JsonObject expected() {
      if (members.find("expected") instanceof JsonObject expected) return expected;
      throw new AssertionError(id() + " has no answers");
    }

    @Override
    public String toString() {
      return id();
    }
  }

  /** The string member of that name. */
  public static String text(JsonObject object, String name) {
    if (object.find(name) instanceof Json.Str(var text, _, _)) return text;
    throw new AssertionError("no string " + name);
  }
}
