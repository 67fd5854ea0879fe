package dev.ostiary.sidecar.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.ostiary.log.LogReader;
import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.record.v1.DecisionRecord;
import dev.ostiary.sidecar.Served;
import dev.ostiary.sidecar.cli.ExpectedDecision;
import dev.ostiary.sidecar.config.Key;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands in the log after the lab's questions. */
final class EntryContentTest {
  private static final Path LAB = Path.of(System.getProperty("ostiary.root"), "examples", "lab");

  @TempDir static Path directory;
  private static List<DecisionLogEntry> entries = List.of();

  @BeforeAll
  static void ask() throws Exception {
    var headers = new Metadata();
    headers.put(
        Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    try (var served = Served.in(directory, Map.of(Key.BUNDLE, LAB.toString()))) {
      var client =
          served.client().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
      for (var row : ExpectedDecision.read(LAB.resolve("tests/decisions.jsonl")))
        client.check(
            row.request().toBuilder()
                .setCorrelationId("7f6d1d0e-5c8f-4a53-9a53-b1d9d3c3a001")
                .build());
      entries = served.entries().stream().filter(DecisionLogEntry::hasDecision).toList();
    }
  }

  @AfterAll
  static void forget() {
    entries = List.of();
  }

  @Test
  void theMedianEntryIsUnder400Bytes() {
    var sizes = entries.stream().map(DecisionLogEntry::getSerializedSize).sorted().toList();
    int median = sizes.get(sizes.size() / 2);
    System.out.println(
        "entries of the lab: median " + median + " bytes, largest " + sizes.getLast());
    assertTrue(median < 400, "median " + median);
  }

  @Test
  void everyFieldThatADecisionHasIsWritten() {
    var written = new TreeSet<String>();
    for (var entry : entries)
      entry.getDecision().getAllFields().keySet().stream()
          .map(FieldDescriptor::getName)
          .forEach(written::add);
    var declared =
        DecisionRecord.getDescriptor().getFields().stream()
            .map(FieldDescriptor::getName)
            .collect(Collectors.toCollection(TreeSet::new));
    declared.remove("engine_version"); // only where it is not that of the entry `started`
    assertEquals(declared, written);
  }

  @Test
  void aStartNamesTheLastCheckpointOfTheRunBefore(@TempDir Path other) throws Exception {
    Path tree = other.resolve("data/decisions/1");
    Checkpoint last;
    Served.writeBundle(other, 1, "");
    try (var served = Served.in(other)) {
      served.client().check(Served.question().build());
    }
    last = Checkpoint.parse(LogReader.live(tree).checkpoint().orElseThrow().text());
    try (var served = Served.in(other)) {
      var starts =
          served.entries().stream()
              .filter(DecisionLogEntry::hasStarted)
              .map(DecisionLogEntry::getStarted)
              .toList();
      assertFalse(starts.getFirst().hasPrevious());
      var previous = starts.getLast().getPrevious();
      assertEquals(last.origin(), previous.getOrigin());
      assertEquals(last.size(), previous.getSize());
      assertArrayEquals(last.root().bytes(), previous.getRoot().toByteArray());
    }
  }

  @Test
  void equalRecordsHaveEqualBytes() throws Exception {
    for (var entry : entries) {
      byte[] bytes = entry.toByteArray();
      var again = DecisionLogEntry.parseFrom(bytes).toBuilder().build();
      assertEquals(entry.toByteString(), again.toByteString());
    }
  }
}
