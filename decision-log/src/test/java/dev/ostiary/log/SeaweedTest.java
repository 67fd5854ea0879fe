package dev.ostiary.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.log.store.ObjectStore;
import dev.ostiary.log.store.Seaweed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real bucket with Object Lock: SeaweedFS. */
class SeaweedTest {
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

  @Test
  void objectsAreCreatedOnceAndLocked() throws Exception {
    var store = seaweed.store("objects");
    byte[] one = "one".getBytes(StandardCharsets.UTF_8);
    assertEquals(Optional.empty(), store.read("a"));
    assertTrue(store.create("a", one));
    assertFalse(store.create("a", one));
    assertFalse(store.create("a", "two".getBytes(StandardCharsets.UTF_8)));
    assertArrayEquals(one, store.read("a").orElseThrow());
    store.replace("checkpoint", one);
    store.replace("checkpoint", "two".getBytes(StandardCharsets.UTF_8));
    assertEquals("two", new String(store.read("checkpoint").orElseThrow(), StandardCharsets.UTF_8));
    assertTrue(store.create("deep/er/b c+d", one));
    var listing = store.list("");
    assertEquals(
        List.of("a", "checkpoint"),
        listing.objects().stream().map(ObjectStore.Listed::name).sorted().toList());
    assertEquals(List.of("deep"), listing.places());
    assertEquals(List.of("er"), store.list("deep").places());
    assertEquals("b c+d", store.below("deep").list("er").objects().getFirst().name());
    // Who may write may not take away what is locked, nor shorten the lock.
    var locked = seaweed.versions("objects/a");
    assertEquals(1, locked.size(), locked.toString());
    String version = "/logs/objects/a?versionId=" + locked.getFirst();
    assertEquals(403, seaweed.request("DELETE", version, java.util.Map.of()));
    store.delete("a"); // hides it
    assertEquals(Optional.empty(), store.read("a"));
    assertEquals(200, seaweed.request("GET", version, java.util.Map.of()));
  }

  @Test
  void aBucketThatRefusesSaysWhatWithoutASecret() {
    var stranger =
        dev.ostiary.log.store.S3Store.of(
            "s3://logs/objects",
            Optional.of(seaweed.endpoint()),
            "us-east-1",
            () ->
                new dev.ostiary.log.store.Credentials(
                    "AKIDEXAMPLE", "another-secret", Optional.empty()),
            Optional.empty());
    var refused = assertThrows(IOException.class, () -> stranger.read("a"));
    assertTrue(String.valueOf(refused.getMessage()).contains("403"), refused.getMessage());
    assertFalse(String.valueOf(refused.getMessage()).contains("secret"), refused.getMessage());
  }

  @Test
  void aBucketThatIsKilledUnderLoadAndReturnsLosesNothing() throws Exception {
    var store = seaweed.store("killed");
    var options =
        Logs.options(directory)
            .withShipping(
                new ShipOptions(
                    store,
                    Duration.ofMillis(50),
                    Duration.ofHours(1),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(60)));
    long size;
    try (var log = DecisionLog.open(options)) {
      for (int i = 0; i < 3_000; i++) {
        log.append(Logs.bytes("entry " + i), Durability.BOUNDED, _ -> {});
        if (i == 1_000) Logs.appended(log, Logs.bytes("waits"), Durability.SHIPPED);
        if (i == 1_500) seaweed.kill();
      }
      Logs.appended(log, Logs.bytes("does not wait"), Durability.STRICT);
      seaweed.start();
      Logs.appended(log, Logs.bytes("waits"), Durability.SHIPPED);
      size = log.size();
    }
    var verdict =
        Verifier.verify(
            new TailedSource(store),
            options.key().verifier(options.origin()),
            List.of(),
            (_, _) -> {});
    assertEquals(
        size, assertInstanceOf(Verdict.Valid.class, verdict, verdict.toString()).entries());
    var texts = new TreeSet<String>();
    LogReader.open(new TailedSource(store))
        .forEach(
            0,
            record -> {
              texts.add(new String(record.bytes(), StandardCharsets.UTF_8));
              return true;
            });
    for (int i = 0; i < 3_000; i++) assertTrue(texts.contains("entry " + i), "entry " + i);
  }
}
