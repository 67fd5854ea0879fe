package dev.ostiary.cedar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The generated cases of the conformance corpus: one policy, one schema, entities, requests. */
public final class CorpusArchive {
  private CorpusArchive() {}

  /** One case, its files as texts. */
  public record Case(String id, JsonObject members, Source policy, Source schema, Path entities) {}

  /**
   * Unpacks the corpus and reads its cases.
   *
   * @param directory an empty directory, deleted by the caller
   */
  public static List<Case> unpack(Path directory)
      throws IOException, InterruptedException, SourceException {
    Path archive = SharedData.corpus("corpus-tests-half.tar.xz");
    try {
      var tar =
          new ProcessBuilder("tar", "-xJf", archive.toString(), "-C", directory.toString())
              .inheritIO()
              .start();
      assertEquals(0, tar.waitFor(), "tar of " + archive);
    } catch (IOException absent) {
      String what = "tar is absent, or xz (package xz-utils): " + absent.getMessage();
      assertFalse(Boolean.getBoolean("ostiary.require-tools"), what);
      abort(what);
    }
    var cases = new ArrayList<Case>();
    try (var files = Files.list(directory.resolve("corpus-tests"))) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (!name.matches("[0-9a-f]{40}\\.json")) continue;
        String id = name.replace(".json", "");
        cases.add(
            new Case(
                id,
                (JsonObject) Json.parse(source(file), 1_000),
                source(file.resolveSibling(id + ".cedar")),
                source(file.resolveSibling(id + ".cedarschema")),
                file.resolveSibling(id + ".entities.json")));
      }
    }
    return cases;
  }

  /** The text of a file. */
  public static Source source(Path file) throws IOException {
    return new Source(file.getFileName().toString(), Files.readString(file));
  }
}
