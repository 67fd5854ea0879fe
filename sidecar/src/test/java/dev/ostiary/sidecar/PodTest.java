package dev.ostiary.sidecar;

import static dev.ostiary.sidecar.Served.question;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.log.LogReader;
import dev.ostiary.log.TailedSource;
import dev.ostiary.log.note.LogKey;
import dev.ostiary.log.store.Seaweed;
import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.sidecar.subjects.Revealing;
import dev.ostiary.sidecar.subjects.Subjects;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process whose disk is not kept, with its logs and tables in a real store: SeaweedFS. */
final class PodTest {
  @TempDir static Path files;
  private static Seaweed seaweed;

  @TempDir Path directory;

  @BeforeAll
  static void startIt() throws Exception {
    Seaweed.require();
    seaweed = new Seaweed(files.resolve("seaweed"));
  }

  @AfterAll
  static void endIt() throws Exception {
    if (seaweed != null) seaweed.close();
  }

  private Map<String, String> environment() throws Exception {
    Path key = directory.resolve("log.skey");
    if (!Files.exists(key)) LogKey.loadOrCreate(key, "test.example");
    var variables = new HashMap<>(seaweed.environment());
    variables.put("OSTIARY_STORE_URL", "s3://logs/pod");
    variables.put("OSTIARY_STORE_TABLES", "s3://tables/pod");
    variables.put("OSTIARY_STORE_ENDPOINT", seaweed.endpoint().toString());
    variables.put("OSTIARY_STORE_LOCK", "1d");
    variables.put("OSTIARY_STORE_EVERY", "100ms");
    variables.put("OSTIARY_STORE_DISK", "lost");
    variables.put("OSTIARY_STORE_LAG_BOUNDED", "2s");
    variables.put("OSTIARY_LOG_KEY", key.toString());
    variables.put("OSTIARY_SUBJECTS_KEY", directory.resolve("subjects.kek").toString());
    return variables;
  }

  private static List<DecisionLogEntry> shipped(int epoch) throws IOException {
    var tree = seaweed.store("pod/decisions/" + epoch);
    return Served.entries(LogReader.open(new TailedSource(tree)));
  }

  private void loseTheDisk() throws IOException {
    try (var all = Files.walk(directory.resolve("data"))) {
      for (Path file : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
    }
  }

  private static String id(ServedProcess pod, String who) {
    var asked = question().setPrincipal(Served.uid("User", who)).build();
    return pod.client().check(asked).getDecisionId();
  }

  private static Set<String> ids(List<DecisionLogEntry> entries) {
    var ids = new HashSet<String>();
    for (var entry : entries)
      if (entry.hasDecision())
        ids.add(HexFormat.of().formatHex(entry.getDecision().getDecisionId().toByteArray()));
    return ids;
  }

  @Test
  void whatWasAnsweredIsInTheStoreAndReadsThereWhenTheDiskIsGone() throws Exception {
    Served.writeBundle(directory, 1, "");
    Path schema = directory.resolve("bundle/docs.cedarschema");
    Files.writeString(
        schema, Files.readString(schema).replace("entity User;", "@personal entity User;"));
    try (var pod = ServedProcess.in(directory, environment())) {
      id(pod, "ada");
      id(pod, "canary-of-the-first");
      pod.terminate();
      assertEquals(0, pod.exitCode(), pod.output());
    }
    var first = shipped(1);
    assertEquals(2, ids(first).size());
    assertTrue(first.getLast().hasClosed(), first.toString());
    assertFalse(first.toString().contains("canary"), first.toString());
    loseTheDisk();
    Files.move(directory.resolve("bundle"), directory.resolve("gone"));
    Files.createDirectories(directory.resolve("bundle"));

    var answered = new HashSet<String>();
    try (var pod = ServedProcess.in(directory, environment())) {
      assertFalse(pod.output().contains("silent"), pod.output());
      var names = Subjects.read(directory.resolve("data"), directory.resolve("subjects.kek"));
      var revealed = new Revealing(names);
      assertTrue(
          first.stream()
              .anyMatch(entry -> revealed.entry(entry).toString().contains("canary-of-the-first")));
      answered.add(id(pod, "ada"));
      seaweed.kill();
      // Within the bound it is as if nothing were.
      answered.add(id(pod, "ada"));
      answered.add(id(pod, "canary-of-the-second"));
      var refused = refusal(pod);
      assertEquals(Status.Code.UNAVAILABLE, refused.getStatus().getCode());
      String why = String.valueOf(refused.getStatus().getDescription());
      assertTrue(why.contains("the store is behind by more than the 2000 ms"), why);
      seaweed.start();
      answered.add(answer(pod));
      var last = id(pod, "ada");
      answered.add(last);
      await(() -> ids(shipped(2)).contains(last));
      pod.handle().destroyForcibly();
      assertTrue(ids(shipped(2)).containsAll(answered));
    }
    String said = verify();
    assertTrue(said.startsWith("valid: test.example/decisions/1, "), said);
    assertTrue(said.contains("\nvalid: test.example/decisions/2, "), said);
    int size = shipped(2).size();
    assertTrue(
        said.contains("fell silent without `closed`: " + size + " entries, the last of 2"), said);
    assertEquals(1, said.split("fell silent", -1).length - 1, said);
    byte[] tables = seaweed.mutable("pod/subjects").read().orElseThrow().bytes();
    assertFalse(new String(tables, StandardCharsets.ISO_8859_1).contains("canary"));
  }

  private static StatusRuntimeException refusal(ServedProcess pod) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (System.nanoTime() < until) {
      try {
        id(pod, "ada");
        TimeUnit.MILLISECONDS.sleep(50);
      } catch (StatusRuntimeException e) {
        return e;
      }
    }
    throw new AssertionError("never refused\n" + pod.output());
  }

  private static String answer(ServedProcess pod) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (true) {
      try {
        return id(pod, "ada");
      } catch (StatusRuntimeException e) {
        if (System.nanoTime() > until) throw e;
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
  }

  private interface Claim {
    boolean holds() throws IOException;
  }

  private static void await(Claim claim) throws Exception {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!claim.holds()) {
      if (System.nanoTime() > until) throw new AssertionError("still not so");
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  /** What {@code ostiary log verify} says of the bucket alone. */
  private String verify() throws Exception {
    Path key = directory.resolve("log.vkey");
    LogKey.load(directory.resolve("log.skey")).keepPublicPart(key);
    var builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.ostiary.sidecar.cli.Main",
                "log",
                "verify",
                "s3://logs/pod",
                "--vkey",
                key.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(seaweed.environment());
    var process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    return said;
  }
}
