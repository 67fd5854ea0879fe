package dev.ostiary.sidecar.facts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.log.LogOptions;
import dev.ostiary.log.LogReader;
import dev.ostiary.log.ShipOptions;
import dev.ostiary.log.note.LogKey;
import dev.ostiary.log.store.Credentials;
import dev.ostiary.log.store.ObjectStore;
import dev.ostiary.log.store.S3Store;
import dev.ostiary.record.v1.Fact;
import dev.ostiary.sidecar.SmallBucket;
import dev.ostiary.sidecar.bundle.BundleText;
import dev.ostiary.sidecar.contract.ContractWriter;
import dev.ostiary.sidecar.subjects.Subjects;
import dev.ostiary.v1.Entity;
import dev.ostiary.v1.EntityChange;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an epoch begins with. */
final class EarlierFactsTest {
  private static final EntityUid BO = EntityUid.of("User", "bo");

  @TempDir Path data;
  private LogKey key;

  @BeforeEach
  void makeKey() throws Exception {
    key = LogKey.generate("test");
  }

  /** An end without a farewell, as far as the log's files go: nothing is appended any more. */
  private static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private FactLog open(long epoch, ObjectStore store, Subjects subjects, LongSupplier micros)
      throws Exception {
    var second = Duration.ofSeconds(1);
    var ships =
        new ShipOptions(
            store.below("facts/" + epoch),
            Duration.ofMillis(10),
            second,
            second.multipliedBy(20),
            second.multipliedBy(20));
    var options =
        LogOptions.of(data.resolve("facts/" + epoch), "test/facts/" + epoch, key)
            .withCheckpointEvery(Duration.ofMillis(10))
            .withShipping(ships);
    return FactLog.open(options, micros, subjects, Optional.of(store));
  }

  private static ObjectStore store(SmallBucket bucket) {
    return S3Store.of(
        "s3://logs/pod",
        Optional.of(URI.create(bucket.address())),
        "us-east-1",
        () -> new Credentials("a", "b", Optional.empty()),
        Optional.empty());
  }

  private static void assertAllThere(FactLog facts, EntityUid held) {
    var snapshot = facts.snapshot().orElseThrow();
    assertEquals(7, snapshot.bundle().version());
    assertTrue(snapshot.entities().find(BO).isPresent());
    assertTrue(snapshot.entities().find(EntityUid.of("User", "gone")).isEmpty());
    assertEquals(Set.of(held), facts.held());
  }

  private static EntityChange put(String user) {
    return EntityChange.newBuilder()
        .setPut(Entity.newBuilder().setUid(ContractWriter.uid(EntityUid.of("User", user))))
        .build();
  }

  @Test
  void aBeginningThatACrashCutShortIsMadeAnewAndNeverInForceInPart() throws Exception {
    try (var bucket = new SmallBucket();
        var subjects = Subjects.open(data, Subjects.standardKey(data), Optional.empty())) {
      var store = store(bucket);
      EntityUid held;
      try (FactLog first = open(1, store, subjects, () -> 1)) {
        first.activate(
            new BundleText()
                .version(7)
                .with(
                    "docs.cedarschema",
                    "@personal entity User; entity Doc;"
                        + " action read appliesTo { principal: User, resource: Doc };")
                .read());
        var both = List.of(put("bo"), put("gone"));
        assertInstanceOf(FactLog.Changed.InForce.class, first.change(both, Optional.empty()));
        var delete =
            EntityChange.newBuilder()
                .setDelete(ContractWriter.uid(EntityUid.of("User", "gone")))
                .build();
        assertInstanceOf(
            FactLog.Changed.InForce.class, first.change(List.of(delete), Optional.empty()));
        held = subjects.pseudonym(BO).orElseThrow();
        first.hold(held, true);
        assertAllThere(first, held);
      }
      // Five facts make the next one's beginning. Each start but the last two dies after one more
      // of them: on the disk that it had, then on another.
      long epoch = 2;
      for (int appends = 0; appends < 5; appends++) {
        var left = new AtomicInteger(appends);
        LongSupplier dying =
            () -> {
              if (left.getAndDecrement() == 0) throw new Crash();
              return 2;
            };
        long cut = epoch;
        assertThrows(Crash.class, () -> open(cut, store, subjects, dying));
        assertEquals(appends, LogReader.live(data.resolve("facts/" + cut)).size());
        assertEquals(Optional.empty(), folded(cut, subjects).snapshot());
        if (appends % 2 == 0) {
          try (FactLog sameDisk = open(epoch, store, subjects, () -> 3)) {
            assertAllThere(sameDisk, held);
          }
          assertEquals(appends + 5, LogReader.live(data.resolve("facts/" + cut)).size());
        }
        epoch++;
      }
      try (FactLog last = open(epoch, store, subjects, () -> 4)) {
        assertAllThere(last, held);
        assertEquals(5, last.snapshot().orElseThrow().dataRevision().size());
      }
      LogReader.live(data.resolve("facts/" + epoch))
          .forEach(
              0,
              record -> {
                var previous = fact(record.bytes()).getCarried().getPrevious();
                assertEquals("test/facts/6", previous.getOrigin()); // the newest that was whole
                assertEquals(9, previous.getSize());
                return false;
              });
    }
  }

  private Fold folded(long epoch, Subjects subjects) throws Exception {
    return Fold.of(data.resolve("facts/" + epoch), "test/facts", epoch, subjects);
  }

  private static Fact fact(byte[] bytes) {
    try {
      return Fact.parseFrom(bytes);
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }
}
