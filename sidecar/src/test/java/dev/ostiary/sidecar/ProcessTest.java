package dev.ostiary.sidecar;

import static dev.ostiary.sidecar.Served.question;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.v1.Attribute;
import dev.ostiary.v1.Value;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only a process of its own shows. */
final class ProcessTest {
  @TempDir Path directory;

  @Test
  void sigtermUnderLoadLosesNoCall() throws Exception {
    Served.writeBundle(directory, 1, "");
    var answered = ConcurrentHashMap.<String>newKeySet();
    var ends = ConcurrentHashMap.<Status.Code>newKeySet();
    try (var served = ServedProcess.in(directory)) {
      var threads = new ArrayList<Thread>();
      for (int i = 0; i < 8; i++)
        threads.add(
            Thread.ofVirtual()
                .start(() -> {
                  try {
                    while (true)
                      answered.add(served.client().check(question().build()).getDecisionId());
                  } catch (StatusRuntimeException e) {
                    ends.add(e.getStatus().getCode());
                  }
                }));
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (answered.size() < 500 && System.nanoTime() < deadline) Thread.onSpinWait();
      served.terminate();
      assertEquals(0, served.exitCode(), served.output());
      assertTrue(served.output().endsWith(" stopped"), served.output());
      for (var thread : threads) assertTrue(thread.join(Duration.ofSeconds(30)));
    }
    assertEquals(Set.of(Status.Code.UNAVAILABLE), ends); // nobody was left without an answer
    var entries = Served.entries(directory.resolve("data/decisions/1"));
    var logged =
        entries.stream()
            .filter(DecisionLogEntry::hasDecision)
            .map(e -> HexFormat.of().formatHex(e.getDecision().getDecisionId().toByteArray()))
            .collect(Collectors.toSet());
    assertTrue(answered.size() >= 500, answered.size() + " answers");
    assertTrue(logged.containsAll(answered), "an acknowledged decision is missing");
    assertTrue(entries.getLast().hasClosed());
  }

  @Test
  void aFloodOfLargeAndMalformedRequestsLivesInAHeapOf64MiB() throws Exception {
    Served.writeBundle(directory, 1, "");
    var large = question();
    var value = Value.newBuilder().setString("x".repeat(1_000)).build();
    for (int i = 0; i < 20_000; i++)
      large.addContext(Attribute.newBuilder().setName("a" + i).setValue(value));
    var requests = new ArrayList<dev.ostiary.v1.CheckRequest>();
    requests.add(large.build()); // 20 MiB
    requests.add(large.build().toBuilder().addAllContext(large.getContextList()).build()); // 40 MiB
    requests.add(question().clearPrincipal().build());
    var codes = ConcurrentHashMap.<Status.Code>newKeySet();
    try (var served =
        ServedProcess.in(directory, "-Xmx64m", "-XX:MaxDirectMemorySize=96m", "-Xss512k")) {
      var threads = new ArrayList<Thread>();
      for (int i = 0; i < 8; i++)
        threads.add(
            Thread.ofVirtual()
                .start(() -> {
                  for (int round = 0; round < 3; round++) {
                    for (var request : requests) {
                      try {
                        served.client().check(request);
                        codes.add(Status.Code.OK);
                      } catch (StatusRuntimeException e) {
                        codes.add(e.getStatus().getCode());
                      }
                    }
                  }
                }));
      for (var thread : threads) assertTrue(thread.join(Duration.ofSeconds(60)));
      assertFalse(served.client().check(question().build()).getDecisionId().isEmpty());
      served.terminate();
      assertEquals(0, served.exitCode(), served.output());
      assertFalse(served.output().contains("OutOf"), served.output());
    }
    var refusing = EnumSet.of(Status.Code.INVALID_ARGUMENT, Status.Code.RESOURCE_EXHAUSTED);
    assertTrue(refusing.containsAll(codes), codes.toString());
    assertTrue(codes.contains(Status.Code.INVALID_ARGUMENT));
  }

  @Test
  void aSecondProcessOnTheSameDataRefusesToStartAndTheFirstIsNotDisturbed() throws Exception {
    Served.writeBundle(directory, 1, "");
    try (var first = ServedProcess.in(directory)) {
      Process second = ServedProcess.process(directory);
      String printed = second.inputReader().lines().collect(Collectors.joining("\n"));
      assertTrue(second.waitFor(30, TimeUnit.SECONDS));
      assertEquals(1, second.exitValue(), printed);
      assertTrue(printed.startsWith("ostiary: "), printed);
      assertEquals(1, printed.lines().count(), printed);
      assertTrue(printed.contains(directory.resolve("data").toString()), printed);
      assertFalse(first.client().check(question().build()).getDecisionId().isEmpty());
    }
  }
}
