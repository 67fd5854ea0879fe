package dev.ostiary.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.SignedNote;
import dev.ostiary.log.store.ObjectStore.Listed;
import dev.ostiary.log.tile.TileSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a store has of a log, whenever one looks, is a log. */
class ShipTest {
  private static final Duration LONG = Duration.ofHours(1);

  @TempDir Path directory;
  private final MemoryStore store = new MemoryStore();

  private LogOptions shipped(Duration checkpointEvery, Duration patience) throws Exception {
    return Logs.options(directory)
        .withShipping(
            new ShipOptions(
                store, Duration.ofMillis(20), checkpointEvery, patience, Duration.ofSeconds(5)));
  }

  private static void fill(DecisionLog log, int from, int to) throws Exception {
    for (int i = from; i < to; i++)
      log.enqueue(Logs.bytes("entry " + i), Durability.BOUNDED, _ -> {});
    log.flush();
  }

  private Verdict verify(LogOptions options) throws Exception {
    return verify(new TailedSource(store), options);
  }

  private static Verdict verify(TileSource source, LogOptions options) throws Exception {
    return Verifier.verify(
        source, options.key().verifier(options.origin()), List.of(), (_, _) -> {});
  }

  private static long size(Verdict verdict) {
    return assertInstanceOf(Verdict.Valid.class, verdict, verdict.toString()).checkpoint().size();
  }

  @Test
  void aClosedLogIsInTheStoreByteForByteAndVerifiesWithoutTails() throws Exception {
    var options = shipped(LONG, LONG);
    try (var log = DecisionLog.open(options)) {
      for (int i = 0; i < 66_000; i += 3_000) {
        fill(log, i, i + 3_000);
        Logs.appended(log, Logs.bytes("waits " + i), Durability.SHIPPED);
      }
    }
    try (var log = DecisionLog.open(options)) {
      Logs.appended(log, Logs.bytes("after a restart"), Durability.SHIPPED);
    }
    var objects = store.objects();
    var tree = options.directory();
    try (var files = Files.walk(tree)) {
      var full = Pattern.compile("checkpoint|tile/.*[0-9]");
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = tree.relativize(file).toString();
        if (!full.matcher(name).matches() || name.contains(".p/")) continue;
        assertArrayEquals(Files.readAllBytes(file), objects.get(name), name);
      }
    }
    assertTrue(objects.containsKey("tile/1/000"));
    // A reader of the format who knows no tails.
    Path copy = directory.resolve("copy");
    store.dump(copy);
    assertEquals(66_023, size(verify(TileSource.directory(copy), options)));
    assertEquals(66_023, size(verify(options)));
    assertTrue(store.replaced().stream().allMatch("checkpoint"::equals));
    // Partial ones only for what `checkpoint` ever said: twice here.
    assertTrue(objects.keySet().stream().filter(name -> name.contains(".p/")).count() <= 2 * 4);
  }

  @Test
  void whatIsShippedVerifiesBetweenCheckpointsAndAChangedTailIsNotValid() throws Exception {
    var options = shipped(LONG, LONG);
    try (var log = DecisionLog.open(options)) {
      for (int size : new int[] {1, 255, 256, 257, 600, 601}) {
        fill(log, (int) log.size(), size - 1);
        var last = Logs.appended(log, Logs.bytes("waits"), Durability.SHIPPED);
        assertEquals(size - 1, last.index());
        assertEquals(size, size(verify(options)), "at " + size);
      }
      assertFalse(store.objects().containsKey("checkpoint"));
      assertFalse(store.objects().keySet().stream().anyMatch(name -> name.contains(".p/")));
      for (var tail : store.objects().entrySet()) {
        if (!tail.getKey().startsWith("tail/")) continue;
        var bytes = tail.getValue();
        for (int at = 0; at < bytes.length; at += 1 + bytes.length / 7) {
          var changed = bytes.clone();
          changed[at] ^= 4;
          store.plant(tail.getKey(), changed);
          var verdict = verify(options);
          boolean found = verdict instanceof Verdict.NotValid;
          // Entries that full bundles have since are read from there.
          boolean superseded = verdict instanceof Verdict.Valid && at > 200 && at < bytes.length;
          boolean needed = tail.getKey().matches("tail/(257|600)");
          assertTrue(
              found || (superseded && !needed), tail.getKey() + " at " + at + ": " + verdict);
        }
        store.plant(tail.getKey(), bytes);
      }
      assertEquals(601, size(verify(options)));
    }
  }

  @Test
  void anAppendOfClassShippedCompletesWhenTheStoreHasItAndNotBefore() throws Exception {
    var options = shipped(LONG, LONG);
    store.holds(name -> name.startsWith("tail/"));
    try (var log = DecisionLog.open(options)) {
      var outcome = new CompletableFuture<Outcome>();
      log.append(Logs.bytes("waits"), Durability.SHIPPED, outcome::complete);
      var strict = Logs.appended(log, Logs.bytes("does not"), Durability.STRICT);
      assertEquals(1, strict.index());
      assertTrue(log.publish());
      assertFalse(outcome.isDone());
      assertEquals(0, log.shipping().orElseThrow().size());
      store.holds(_ -> false);
      assertEquals(0, assertInstanceOf(Outcome.Appended.class, Logs.await(outcome)).index());
      assertTrue(store.objects().containsKey("tail/0"));
    }
  }

  @Test
  void aStoreThatIsAwayCostsNothingButClassShippedAndNothingIsLostWhenItIsBack() throws Exception {
    var options = shipped(LONG, Duration.ofMillis(100));
    store.away(true);
    try (var log = DecisionLog.open(options)) {
      fill(log, 0, 5_000);
      var refused =
          assertInstanceOf(
              Outcome.Refused.class, Logs.append(log, Logs.bytes("waits"), Durability.SHIPPED));
      assertEquals(Refusal.UNSHIPPED, refused.reason());
      assertTrue(refused.detail().contains("the store is away"), refused.detail());
      Logs.appended(log, Logs.bytes("does not"), Durability.BOUNDED);
      var shipping = log.shipping().orElseThrow();
      assertTrue(shipping.lag().compareTo(Duration.ofMillis(90)) > 0, shipping.toString());
      assertTrue(shipping.failures() > 0);
      store.away(false);
    }
    assertEquals(5_002, size(verify(options)));
    var text = new StringBuilder();
    LogReader.open(new TailedSource(store))
        .forEach(
            4_998,
            record -> {
              text.append(new String(record.bytes(), StandardCharsets.UTF_8));
              return true;
            });
    assertEquals("entry 4998entry 4999waitsdoes not", text.toString());
  }

  @Test
  void lostAnswersAndStopsInTheMiddleAreNoFork() throws Exception {
    var options = shipped(Duration.ZERO, LONG);
    var lost = ConcurrentHashMap.<String>newKeySet();
    store.losesAnswers(lost::add); // the first answer to each
    for (int i = 0; i < 2; i++) {
      try (var log = DecisionLog.open(options)) {
        fill(log, 0, 300);
        Logs.appended(log, Logs.bytes("waits"), Durability.SHIPPED);
        assertEquals(0, log.shipping().orElseThrow().forks());
      }
    }
    assertEquals(2 * 301, size(verify(options)));
    // A tail that a process wrote and another did not hear of.
    var away = Logs.options(directory);
    try (var log = DecisionLog.open(away)) {
      fill(log, 0, 10);
    }
    var published = Files.readAllBytes(away.directory().resolve("checkpoint"));
    var text = SignedNote.parse(new String(published, StandardCharsets.UTF_8)).text();
    var cargo =
        new Cargo(
            TileSource.directory(away.directory()), store, away.key().verifier(away.origin()));
    long size = Checkpoint.parse(text).size();
    store.losesAnswers(_ -> false);
    store.create(Tail.name(2 * 301), cargo.tail(2 * 301, size, published));
    try (var log = DecisionLog.open(options)) {
      Logs.appended(log, Logs.bytes("waits"), Durability.SHIPPED);
      assertEquals(0, log.shipping().orElseThrow().forks());
    }
    assertEquals(size + 1, size(verify(options)));
  }

  @Test
  void otherBytesUnderTheNextNameAreAForkThatIsNamedAndEndsShipping() throws Exception {
    var options = shipped(LONG, LONG);
    try (var log = DecisionLog.open(options)) {
      Logs.appended(log, Logs.bytes("one"), Durability.SHIPPED);
      byte[] others = Logs.bytes("others");
      store.plant("tail/1", others);
      var refused =
          assertInstanceOf(
              Outcome.Refused.class, Logs.append(log, Logs.bytes("two"), Durability.SHIPPED));
      assertEquals(Refusal.UNSHIPPED, refused.reason());
      assertTrue(refused.detail().contains("tail/1: fork"), refused.detail());
      Logs.appended(log, Logs.bytes("three"), Durability.STRICT);
      assertEquals(1, log.shipping().orElseThrow().forks());
      assertArrayEquals(others, store.objects().get("tail/1"));
    }
  }

  @Test
  void twoLogsFromOneBackupAreAForkForTheSecond() throws Exception {
    var options = shipped(LONG, LONG);
    try (var log = DecisionLog.open(options)) {
      Logs.appended(log, Logs.bytes("one"), Durability.SHIPPED);
    }
    var other = options.withDirectory(directory.resolve("other"));
    try (var log = DecisionLog.open(other)) {
      var refused =
          assertInstanceOf(
              Outcome.Refused.class, Logs.append(log, Logs.bytes("else"), Durability.SHIPPED));
      assertTrue(refused.detail().contains("fork"), refused.detail());
    }
    assertEquals(1, size(verify(options)));
  }

  @Test
  void withoutAStoreClassShippedIsRefused() throws Exception {
    try (var log = DecisionLog.open(Logs.options(directory))) {
      var outcome = Logs.append(log, Logs.bytes("one"), Durability.SHIPPED);
      assertEquals(Refusal.UNSHIPPED, assertInstanceOf(Outcome.Refused.class, outcome).reason());
      assertEquals(0, log.size());
    }
  }

  @Test
  void keptCheckpointsThinOutToOneAMinuteAnHourAndADay() {
    var kept = new ArrayList<Listed>();
    var start = Instant.parse("2026-01-01T00:00:30Z");
    for (int minute = 0; minute < 5 * 24 * 60; minute++) {
      kept.add(new Listed(Integer.toString(minute), start.plusSeconds(60L * minute)));
      if (minute % 60 != 0) continue;
      var go = Thinning.superfluous(kept);
      kept.removeIf(one -> go.contains(one.name()));
    }
    var go = Thinning.superfluous(kept);
    kept.removeIf(one -> go.contains(one.name()));
    // Five days: three by the day, two by the hour, two hours by the minute.
    assertEquals(3 + 46 + 120, kept.size(), 3, kept.toString());
    var days = kept.stream().limit(3).map(one -> one.modified().toString()).toList();
    assertEquals(
        List.of("2026-01-01T00:00:30Z", "2026-01-02T00:00:30Z", "2026-01-03T00:00:30Z"), days);
    assertEquals("7199", kept.getLast().name());
    assertTrue(Thinning.superfluous(Arrays.asList()).isEmpty());
  }
}
