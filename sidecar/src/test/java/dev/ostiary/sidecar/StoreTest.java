package dev.ostiary.sidecar;

import static dev.ostiary.sidecar.Served.question;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.ostiary.log.LogReader;
import dev.ostiary.log.TailedSource;
import dev.ostiary.log.Verdict;
import dev.ostiary.log.Verifier;
import dev.ostiary.log.note.LogKey;
import dev.ostiary.log.store.Credentials;
import dev.ostiary.log.store.S3Store;
import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.sidecar.config.Key;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What outlives a sidecar whose disk does not. */
final class StoreTest {
  @TempDir Path directory;

  private Map<Key, String> keys(SmallBucket bucket) throws Exception {
    Path credentials = directory.resolve("credentials");
    Files.writeString(credentials, "aws_access_key_id = a\naws_secret_access_key = hidden\n");
    Path key = directory.resolve("log.skey");
    if (!Files.exists(key)) LogKey.loadOrCreate(key, "test.example");
    return Map.ofEntries(
        Map.entry(Key.LOG_KEY, key.toString()),
        Map.entry(Key.SUBJECTS_KEY, directory.resolve("subjects.kek").toString()),
        Map.entry(Key.STORE_URL, "s3://logs/pod"),
        Map.entry(Key.STORE_TABLES, "s3://tables/pod"),
        Map.entry(Key.STORE_ENDPOINT, bucket.address()),
        Map.entry(Key.STORE_CREDENTIALS, credentials.toString()),
        Map.entry(Key.STORE_EVERY, "50ms"),
        Map.entry(Key.STORE_DISK, "lost"),
        Map.entry(Key.STORE_DRAIN, "2s"),
        Map.entry(Key.STORE_LAG_BOUNDED, "1s"),
        Map.entry(Key.STORE_LAG_SHIPPED, "20s"));
  }

  private static S3Store store(SmallBucket bucket, String place) {
    return S3Store.of(
        "s3://logs/pod/" + place,
        Optional.of(java.net.URI.create(bucket.address())),
        "us-east-1",
        () -> new Credentials("a", "b", Optional.empty()),
        Optional.empty());
  }

  private static List<DecisionLogEntry> entries(SmallBucket bucket, String place)
      throws IOException {
    return Served.entries(LogReader.open(new TailedSource(store(bucket, place))));
  }

  private static boolean has(SmallBucket bucket, String place) {
    try {
      return !entries(bucket, place).isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void loseTheDisk() throws IOException {
    try (var files = Files.walk(directory.resolve("data"))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
    }
  }

  @Test
  void afterALostDiskTheNextEpochNamesWhatTheStoreHasAndTheFactsGoOn() throws Exception {
    Served.writeBundle(directory, 1, "");
    try (var bucket = new SmallBucket()) {
      var keys = keys(bucket);
      try (var served = Served.in(directory, keys)) {
        served.await(s -> s.sidecar().unready().isEmpty());
        served.client().check(question().build());
      }
      // It shipped everything before it ended.
      var first = entries(bucket, "decisions/1");
      assertTrue(first.getLast().hasClosed(), first.toString());
      assertEquals(first, Served.entries(directory.resolve("data/decisions/1")));
      loseTheDisk();
      Files.move(directory.resolve("bundle"), directory.resolve("gone"));
      Files.createDirectories(directory.resolve("bundle"));
      var withoutBundle = new java.util.EnumMap<>(keys);
      withoutBundle.put(Key.BUNDLE, "");
      try (var served = Served.in(directory, withoutBundle)) {
        served.await(s -> s.sidecar().unready().isEmpty());
        assertEquals(1, served.sidecar().snapshot().orElseThrow().bundle().version());
        assertFalse(served.journal().contains("silent"), served.journal());
        var started = Served.entries(directory.resolve("data/decisions/2")).getFirst().getStarted();
        assertEquals("test.example/decisions/1", started.getPrevious().getOrigin());
        assertEquals(first.size(), started.getPrevious().getSize());
        served.await(_ -> has(bucket, "decisions/2"));
        served.client().check(question().build());
        bucket.refuses(true); // the disk goes and the last word is not heard
      }
      bucket.refuses(false);
      loseTheDisk();
      try (var served = Served.in(directory, withoutBundle)) {
        assertTrue(served.journal().contains("decisions/2 fell silent"), served.journal());
        served.await(s -> s.sidecar().unready().isEmpty());
      }
      var key = LogKey.load(directory.resolve("log.skey"));
      for (int epoch = 1; epoch <= 3; epoch++) {
        for (String log : new String[] {"decisions/", "facts/"}) {
          var verdict =
              Verifier.verify(
                  new TailedSource(store(bucket, log + epoch)),
                  key.named("test.example").verifier("test.example/" + log + epoch),
                  List.of(),
                  (_, _) -> {});
          assertInstanceOf(Verdict.Valid.class, verdict, verdict.toString());
        }
      }
      assertFalse(bucket.seen().contains("hidden"));
    }
  }

  @Test
  void answersEndWhereTheStoreIsBehindByMoreThanTheirClassMayLoseAndBeginAgainByThemselves()
      throws Exception {
    Served.writeBundle(
        directory,
        1,
        "@id(\"ships\") @log(\"shipped\")"
            + " permit (principal == User::\"ada\", action == Action::\"erase\", resource);\n");
    try (var bucket = new SmallBucket();
        var served = Served.in(directory, keys(bucket))) {
      served.await(s -> s.sidecar().unready().isEmpty());
      var shipped = question().setAction(Served.uid("Action", "erase")).build();
      long index = served.client().check(shipped).getReceipt().getIndex();
      assertTrue(entries(bucket, "decisions/1").size() > index);
      bucket.refuses(true);
      served.client().check(question().build()); // within its bound
      served.await(s -> s.sidecar().unready().isPresent());
      var refused =
          assertThrows(
              StatusRuntimeException.class, () -> served.client().check(question().build()));
      assertEquals(Status.Code.UNAVAILABLE, refused.getStatus().getCode());
      var details = Objects.requireNonNull(StatusProto.fromThrowable(refused)).getDetailsList();
      assertTrue(details.stream().anyMatch(detail -> detail.is(RetryInfo.class)));
      assertEquals("LOG_UNAVAILABLE", details.getFirst().unpack(ErrorInfo.class).getReason());
      bucket.refuses(false);
      served.await(s -> s.sidecar().unready().isEmpty());
      served.client().withDeadlineAfter(10, TimeUnit.SECONDS).check(question().build());
    }
  }
}
