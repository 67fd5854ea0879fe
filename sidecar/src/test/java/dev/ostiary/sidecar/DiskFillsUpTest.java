package dev.ostiary.sidecar;

import static dev.ostiary.sidecar.Served.question;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.sidecar.config.Key;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that fills up ends the answers, not the process; with room on it they come back. */
final class DiskFillsUpTest {
  @TempDir Path directory;

  @Test
  void answersAndHealthEndWithTheRoomOnTheDiskAndComeBackWithIt() throws Exception {
    Served.writeBundle(directory, 1, "");
    long usable = Files.getFileStore(directory).getUsableSpace();
    long margin = Math.min(2L << 30, usable / 4);
    var keys = Map.of(Key.LOG_RESERVE, Long.toString(usable - margin));
    var answered = new ArrayList<String>();
    try (var served = Served.in(directory, keys)) {
      answered.add(served.client().check(question().build()).getDecisionId());
      assertEquals(ServingStatus.SERVING, health(served));

      Path filling = directory.resolve("filling");
      fill(filling, margin);
      served.await(s -> s.sidecar().unready().isPresent());
      var refused =
          assertThrows(
              StatusRuntimeException.class, () -> served.client().check(question().build()));
      assertEquals(Status.Code.UNAVAILABLE, refused.getStatus().getCode());
      String reason = String.valueOf(refused.getStatus().getDescription());
      assertTrue(reason.contains("less room on the disk than the reserve"), reason);
      served.await(s -> health(s) == ServingStatus.NOT_SERVING);
      assertTrue(served.journal().contains("not ready: the decision log takes no entry"));

      Files.delete(filling);
      served.await(s -> s.sidecar().unready().isEmpty());
      answered.add(served.client().check(question().build()).getDecisionId());
      served.await(s -> health(s) == ServingStatus.SERVING);
      assertEquals(answered, decisions(served), "what was refused is not in the log");
    }
  }

  private static void fill(Path file, long bytes) throws Exception {
    var process =
        new ProcessBuilder("fallocate", "-l", Long.toString(bytes), file.toString())
            .inheritIO()
            .start();
    assertEquals(0, process.waitFor(), "fallocate, of util-linux");
  }

  private static List<String> decisions(Served served) throws Exception {
    return served.entries().stream()
        .filter(DecisionLogEntry::hasDecision)
        .map(e -> HexFormat.of().formatHex(e.getDecision().getDecisionId().toByteArray()))
        .toList();
  }

  private static ServingStatus health(Served served) {
    return HealthGrpc.newBlockingStub(served.channel())
        .check(HealthCheckRequest.getDefaultInstance())
        .getStatus();
  }
}
