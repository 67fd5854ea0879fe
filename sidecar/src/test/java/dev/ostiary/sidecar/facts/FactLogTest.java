package dev.ostiary.sidecar.facts;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.UnknownFieldSet;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.log.CannotOpenException;
import dev.ostiary.log.DecisionLog;
import dev.ostiary.log.Durability;
import dev.ostiary.log.LogOptions;
import dev.ostiary.log.LogReader;
import dev.ostiary.log.Outcome;
import dev.ostiary.log.note.LogKey;
import dev.ostiary.record.v1.Activation;
import dev.ostiary.record.v1.Fact;
import dev.ostiary.sidecar.bundle.Bundle;
import dev.ostiary.sidecar.bundle.BundleReader;
import dev.ostiary.sidecar.bundle.BundleText;
import dev.ostiary.sidecar.decide.Answer;
import dev.ostiary.sidecar.decide.Decider;
import dev.ostiary.sidecar.decide.Question;
import dev.ostiary.sidecar.decide.Revision;
import dev.ostiary.sidecar.decide.Snapshot;
import dev.ostiary.sidecar.subjects.Subjects;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FactLogTest {
  @TempDir Path data;
  private final AtomicLong micros = new AtomicLong(1_000_000);
  private LogKey key;
  private Subjects subjects;

  @AfterEach
  void letGo() {
    subjects.close();
  }

  @BeforeEach
  void makeKey() throws Exception {
    subjects = Subjects.open(data, Subjects.standardKey(data), Optional.empty());
    key = LogKey.generate("test");
  }

  private FactLog open() throws Exception {
    return FactLog.open(
        LogOptions.of(data.resolve("facts/1"), "test/facts/1", key),
        micros::get,
        subjects,
        Optional.empty());
  }

  private static Bundle bundle(long version) throws Exception {
    return new BundleText().version(version).read();
  }

  @Test
  void anEmptyLogHasNoSnapshot() throws Exception {
    try (FactLog facts = open()) {
      assertEquals(Optional.empty(), facts.snapshot());
      assertEquals(0, facts.lastMicros());
    }
  }

  @Test
  void anActivationIsInForceAtItsRevision() throws Exception {
    try (FactLog facts = open()) {
      Snapshot snapshot = facts.activate(bundle(1));
      assertEquals(new Revision("test/facts", 1, 1), snapshot.policyRevision());
      assertEquals(snapshot.policyRevision(), snapshot.dataRevision());
      assertSame(snapshot, facts.snapshot().orElseThrow());
      assertEquals(1_000_000, facts.lastMicros());
    }
  }

  @Test
  void theBundleInForceIsNotAppendedAgain() throws Exception {
    try (FactLog facts = open()) {
      Snapshot first = facts.activate(bundle(1));
      assertSame(first, facts.activate(bundle(1)));
      Snapshot second = facts.activate(bundle(2));
      assertEquals(2, second.policyRevision().size());
      assertNotSame(first, second);
    }
  }

  @Test
  void whatComesIntoForceIsToldOnceItIsAFactAndBeforeAnythingIsDecidedByIt() throws Exception {
    var told = new ArrayList<Revision>();
    try (FactLog facts = open()) {
      facts.activate(bundle(1));
      Snapshot first = facts.snapshot().orElseThrow();
      facts.beforeInForce(next -> {
        assertSame(first, facts.snapshot().orElseThrow());
        told.add(next.policyRevision());
      });
      facts.activate(bundle(1));
      assertEquals(List.of(), told);
      assertEquals(List.of(facts.activate(bundle(2)).policyRevision()), told);
    }
  }

  @Test
  void aVersionThatDoesNotRiseIsRefusedAndTheOldOneStays() throws Exception {
    try (FactLog facts = open()) {
      Snapshot inForce = facts.activate(bundle(2));
      var other = new BundleText().version(2).with("more.cedar", "// changed").read();
      var same = assertThrows(ActivationException.class, () -> facts.activate(other));
      assertEquals(ActivationException.Reason.VERSION_NOT_RISING, same.reason());
      assertThrows(ActivationException.class, () -> facts.activate(bundle(1)));
      assertSame(inForce, facts.snapshot().orElseThrow());
      assertEquals(3, facts.activate(bundle(3)).bundle().version());
      assertEquals(2, facts.snapshot().orElseThrow().policyRevision().size());
    }
  }

  @Test
  void aRestartComesBackToTheSameRevisionWithoutTheDirectory() throws Exception {
    Revision revision;
    Bundle bundle = new BundleText().with("more.cedar", guard("restart")).read();
    try (FactLog facts = open()) {
      facts.activate(bundle);
      revision = facts.activate(bundle(2)).policyRevision();
    }
    micros.set(5);
    try (FactLog facts = open()) {
      Snapshot snapshot = facts.snapshot().orElseThrow();
      assertEquals(revision, snapshot.policyRevision());
      assertEquals(revision, snapshot.dataRevision());
      assertArrayEquals(bundle(2).digest(), snapshot.bundle().digest());
      assertEquals(bundle(2).policies(), snapshot.bundle().policies());
      assertEquals(1_000_000, facts.lastMicros());
      assertSame(snapshot, facts.activate(bundle(2)));
    }
  }

  @Test
  void timeInFactsDoesNotRunBackwards() throws Exception {
    try (FactLog facts = open()) {
      facts.activate(bundle(1));
      micros.set(5);
      facts.activate(bundle(2));
      assertEquals(1_000_000, facts.lastMicros());
    }
  }

  @Test
  void theLabIsAChainOfEntriesAndComesBackWhole() throws Exception {
    Bundle lab = BundleReader.read(Path.of(System.getProperty("ostiary.root"), "examples", "lab"));
    Revision revision;
    try (FactLog facts = open()) {
      revision = facts.activate(lab).policyRevision();
      assertTrue(revision.size() > 10, "expected a chain, got " + revision.size() + " entries");
    }
    try (FactLog facts = open()) {
      Snapshot snapshot = facts.snapshot().orElseThrow();
      assertEquals(revision, snapshot.policyRevision());
      assertArrayEquals(lab.digest(), snapshot.bundle().digest());
      assertEquals(lab.entities().size(), snapshot.bundle().entities().size());
    }
  }

  @Test
  void aFactOfAnUnknownKindStopsTheFold() throws Exception {
    var later =
        Fact.newBuilder()
            .setTimeMicros(7)
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                    .build())
            .build();
    assertFoldStops(later.toByteArray(), CannotFoldException.Reason.UNKNOWN_FACT);
  }

  @Test
  void aFieldOfALaterVersionStopsTheFold() throws Exception {
    var field =
        UnknownFieldSet.newBuilder()
            .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
            .build();
    var later =
        Fact.newBuilder().setActivation(Activation.newBuilder().setUnknownFields(field)).build();
    assertFoldStops(later.toByteArray(), CannotFoldException.Reason.UNKNOWN_FACT);
  }

  @Test
  void bytesThatAreNoFactStopTheFold() throws Exception {
    assertFoldStops(new byte[] {(byte) 0xff}, CannotFoldException.Reason.UNKNOWN_FACT);
  }

  @Test
  void anActivationOfOtherBytesThanItNamesStopsTheFold() throws Exception {
    var wrong =
        Fact.newBuilder()
            .setActivation(Activation.newBuilder().setName("docs").setVersion(2))
            .build();
    assertFoldStops(wrong.toByteArray(), CannotFoldException.Reason.DIGEST_DIFFERS);
  }

  private void assertFoldStops(byte[] record, CannotFoldException.Reason reason) throws Exception {
    try (FactLog facts = open()) {
      facts.activate(bundle(1));
    }
    Path directory = data.resolve("facts/1");
    try (var log = DecisionLog.open(LogOptions.of(directory, "test/facts/1", key))) {
      var outcome = new CompletableFuture<Outcome>();
      log.append(record, Durability.STRICT, outcome::complete);
      assertTrue(outcome.get() instanceof Outcome.Appended);
    }
    var fault = assertThrows(CannotFoldException.class, this::open);
    assertEquals(reason, fault.reason());
    // The lock is let go of, so that another version can open it.
    DecisionLog.open(LogOptions.of(directory, "test/facts/1", key)).close();
  }

  @Test
  void aSecondProcessIsRefused() throws Exception {
    try (FactLog facts = open()) {
      assertEquals(0, facts.lastMicros());
      var fault = assertThrows(CannotOpenException.class, this::open);
      assertEquals(CannotOpenException.Reason.LOCKED, fault.reason());
    }
  }

  @Test
  void whatTheLogDoesNotTakeDoesNotComeIntoForce() throws Exception {
    FactLog facts = open();
    Snapshot inForce = facts.activate(bundle(1));
    facts.close();
    var fault = assertThrows(ActivationException.class, () -> facts.activate(bundle(2)));
    assertEquals(ActivationException.Reason.LOG_UNAVAILABLE, fault.reason());
    assertSame(inForce, facts.snapshot().orElseThrow());
  }

  @Test
  void whatIsInForceIsInTheLogAlready() throws Exception {
    try (FactLog facts = open()) {
      facts.activate(bundle(1));
      facts.activate(bundle(2));
      var versions = new ArrayList<Long>();
      LogReader.live(data.resolve("facts/1"))
          .forEach(
              0,
              record -> {
                try {
                  return versions.add(Fact.parseFrom(record.bytes()).getActivation().getVersion());
                } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                  throw new AssertionError(e);
                }
              });
      assertEquals(List.of(1L, 2L), versions);
    }
  }

  @Test
  void anAnswerNamesTheRevisionThatItWasMadeAt() throws Exception {
    try (FactLog facts = open()) {
      facts.activate(bundle(1));
      Snapshot old = facts.snapshot().orElseThrow();
      facts.activate(new BundleText().version(2).with("more.cedar", guard("all")).read());
      Answer before = (Answer) Decider.decide(question(), old);
      Answer after = (Answer) Decider.decide(question(), facts.snapshot().orElseThrow());
      assertTrue(before.allowed());
      assertEquals(1, before.policyRevision().size());
      assertEquals("all", after.determining().getFirst().id());
      assertEquals(2, after.policyRevision().size());
    }
  }

  private static String guard(String id) {
    return "@id(\"" + id + "\") forbid (principal, action, resource);";
  }

  private static Question question() {
    return new Question(
        EntityUid.of("Ostiary::Caller", "loopback"),
        Question.Proof.ASSERTED,
        OptionalLong.of(0),
        EntityUid.of("User", "ada"),
        EntityUid.of("Action", "read"),
        EntityUid.of("Site", "all"),
        RecordValue.EMPTY,
        List.of(),
        Optional.empty());
  }
}
