package dev.ostiary.cedar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Decision, reasons and errors against the answers that come with Cedar's conformance data. */
final class CorpusTest {
  @Test
  void everyHandWrittenCaseGetsItsAnswer() throws Exception {
    Path root = SharedData.corpus("integration");
    assertAgreement(root, root.resolve("tests"), 20);
  }

  @Test
  void everyGeneratedCaseGetsItsAnswer(@TempDir Path root) throws Exception {
    unpack(SharedData.corpus("corpus-tests-half.tar.xz"), root);
    assertAgreement(root, root, 31_056);
  }

  private static void assertAgreement(Path root, Path cases, int least) throws Exception {
    var different = new ArrayList<String>();
    int asked = 0;
    for (Path file : files(cases)) {
      var one = IntegrationCase.read(root, file);
      asked += one.asks().size();
      different.addAll(one.disagreements());
    }
    assertEquals(List.of(), different);
    assertTrue(asked >= least, asked + " requests");
  }

  private static List<Path> files(Path directory) throws IOException {
    try (var paths = Files.walk(directory)) {
      return paths
          .filter(path -> path.toString().endsWith(".json"))
          .filter(path -> !path.toString().endsWith(".entities.json"))
          .sorted()
          .toList();
    }
  }

  private static void unpack(Path archive, Path into) throws Exception {
    try {
      Process tar =
          new ProcessBuilder("tar", "xJf", archive.toString(), "-C", into.toString())
              .inheritIO()
              .start();
      if (tar.waitFor() == 0) return;
    } catch (IOException _) {
      // Reported below, like an xz that tar does not find.
    }
    String missing = "cannot unpack " + archive + " with tar and xz (package xz-utils)";
    assertFalse(Boolean.getBoolean("ostiary.require-tools"), missing);
    abort(missing);
  }
}
