package dev.ostiary.sidecar.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class ReferenceTest {
  @Test
  void theReferenceHasEveryKeyAsItIs() throws Exception {
    Path reference =
        Path.of(System.getProperty("ostiary.root"), "docs", "reference", "configuration.md");
    var documented =
        Files.readAllLines(reference).stream()
            .filter(line -> line.startsWith("| `") && line.contains("| `OSTIARY_"))
            .toList();
    assertEquals(Arrays.stream(Key.values()).map(ReferenceTest::row).toList(), documented);
  }

  private static String row(Key key) {
    String standard = key.standard().isEmpty() ? "" : "`" + key.standard() + "`";
    return "| `%s` | `%s` | %s | %s |"
        .formatted(key.path(), key.variable(), standard, key.meaning());
  }
}
