package dev.ostiary.sidecar.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.sidecar.Served;
import dev.ostiary.sidecar.cli.ExpectedDecision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bundle for MLflow decides its table of questions as the table says. */
final class MlflowExampleTest {
  private static final Path EXAMPLE =
      Path.of(System.getProperty("ostiary.root"), "examples", "mlflow");

  @TempDir private Path directory;

  @Test
  void everyRowGetsItsAnswer() throws Exception {
    Files.createSymbolicLink(directory.resolve("bundle"), EXAMPLE);
    var rows = ExpectedDecision.read(EXAMPLE.resolve("tests/decisions.jsonl"));
    assertTrue(rows.size() > 15, "rows: " + rows.size());
    try (var served = Served.in(directory)) {
      for (var row : rows)
        assertEquals(List.of(), row.differences(served.client().check(row.request())), row.name());
    }
  }
}
