package dev.ostiary.sidecar.facts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.log.LogOptions;
import dev.ostiary.log.note.LogKey;
import dev.ostiary.sidecar.bundle.Bundle;
import dev.ostiary.sidecar.bundle.BundleText;
import dev.ostiary.sidecar.bundle.SchemaMarks;
import dev.ostiary.sidecar.decide.Snapshot;
import dev.ostiary.sidecar.facts.FactLog.Changed;
import dev.ostiary.sidecar.subjects.Subjects;
import dev.ostiary.v1.EntityChange;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a start does with the snapshots that it finds. */
final class SnapshotFileTest {
  @TempDir Path data;
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
    var options = LogOptions.of(data.resolve("facts/1"), "test/facts/1", key);
    return FactLog.open(options, () -> 1_000_000, subjects, Optional.empty());
  }

  private static Bundle bundle(long version) throws Exception {
    return new BundleText()
        .version(version)
        .with(
            "docs.cedarschema",
            """
            entity User in [Group];
            entity Group in [Group];
            @inline("Folder") entity Doc in [Folder];
            entity Folder;
            action read appliesTo { principal: User, resource: Doc, context: {} };
            """)
        .read();
  }

  /** Two snapshots, and facts before, between and after them: 3 and 6 entries folded. */
  private Snapshot log() throws Exception {
    try (FactLog facts = open()) {
      facts.activate(bundle(1));
      put(facts, "User", "a", "Group", "x");
      put(facts, "User", "b", "Group", "x");
      assertEquals(facts.revision(3), facts.takeSnapshot().orElseThrow());
      delete(facts, "User", "a");
      put(facts, "Doc", "d", "Folder", "f");
      assertEquals(facts.revision(6), facts.takeSnapshot().orElseThrow());
      facts.activate(bundle(2));
      put(facts, "User", "c", "Group", "x");
      return facts.snapshot().orElseThrow();
    }
  }

  private void assertReturnsTo(Snapshot before, long from) throws Exception {
    try (FactLog facts = open()) {
      Snapshot again = facts.snapshot().orElseThrow();
      assertEquals(from, facts.foldedFrom());
      assertEquals(before.dataRevision(), again.dataRevision());
      assertEquals(before.policyRevision(), again.policyRevision());
      assertEquals(before.inlineParents(), again.inlineParents());
      assertEquals(byUid(before), byUid(again));
    }
  }

  private static Map<EntityUid, Entity> byUid(Snapshot snapshot) {
    var entities = new HashMap<EntityUid, Entity>();
    snapshot.entities().stream().forEach(entity -> entities.put(entity.uid(), entity));
    return entities;
  }

  @Test
  void aStartGoesOnFromTheLatestAndReturnsToTheExactRevision() throws Exception {
    Snapshot before = log();
    assertReturnsTo(before, 6);
  }

  @Test
  void aSnapshotAtTheVeryEndIsARevisionOfItsOwn() throws Exception {
    Snapshot before;
    try (FactLog facts = open()) {
      facts.activate(bundle(1));
      put(facts, "User", "a", "Group", "x");
      facts.takeSnapshot();
      before = facts.snapshot().orElseThrow();
    }
    assertReturnsTo(before, 2);
    try (FactLog facts = open()) {
      put(facts, "User", "b", "Group", "x");
      assertEquals(facts.revision(4), facts.snapshot().orElseThrow().dataRevision());
    }
  }

  @Test
  void aDamagedOneIsPassedOverForTheOneBeforeAndThatForTheFacts() throws Exception {
    Snapshot before = log();
    var random = new SplittableRandom(0x5eed);
    for (String size : new String[] {"6", "3"}) {
      Path file = data.resolve("snapshots/1").resolve(size);
      byte[] sound = Files.readAllBytes(file);
      for (int i = 0; i < 8; i++) {
        byte[] damaged = sound.clone();
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
        Files.write(file, damaged);
        assertReturnsTo(before, size.equals("6") ? 3 : 0);
      }
    }
  }

  @Test
  void oneThatTheLogKnowsNothingOfIsNotBelieved() throws Exception {
    Snapshot before = log();
    Path snapshots = data.resolve("snapshots/1");
    var read = SnapshotFile.read(snapshots.resolve("6"), subjects).orElseThrow();
    var root = new Entity(uid("User", "root"), RecordValue.EMPTY, RecordValue.EMPTY, Set.of());
    var put = new HashMap<EntityUid, Entity>();
    for (Change change : read.put())
      if (change instanceof Change.Put(var entity)) put.put(entity.uid(), entity);
    put.put(root.uid(), root);
    SnapshotFile.write(
        data.resolve("facts/1"), read.head(), put, subjects.hiding(SchemaMarks.NONE)::entity);
    assertReturnsTo(before, 3);
    Files.copy(snapshots.resolve("3"), snapshots.resolve("900"));
    assertReturnsTo(before, 3);
  }

  @Test
  void onlyTheLastTwoAreKept() throws Exception {
    log();
    try (FactLog facts = open()) {
      facts.takeSnapshot();
      put(facts, "User", "z", "Group", "x");
      facts.takeSnapshot();
    }
    try (var files = Files.list(data.resolve("snapshots/1"))) {
      List<String> names = files.map(file -> file.getFileName().toString()).sorted().toList();
      assertEquals(2, names.size(), names::toString);
      assertTrue(names.stream().allMatch(name -> Long.parseLong(name) > 6), names::toString);
    }
  }

  private static void put(FactLog facts, String type, String id, String parent, String parentId)
      throws Exception {
    change(
        facts,
        new Change.Put(
            new Entity(
                uid(type, id),
                RecordValue.EMPTY,
                RecordValue.EMPTY,
                Set.of(uid(parent, parentId)))));
  }

  private static void delete(FactLog facts, String type, String id) throws Exception {
    change(facts, new Change.Delete(uid(type, id)));
  }

  private static void change(FactLog facts, Change change) throws Exception {
    List<EntityChange> messages = List.of(change.message());
    var changed = facts.change(messages, Optional.empty());
    assertTrue(changed instanceof Changed.InForce, changed::toString);
  }

  private static EntityUid uid(String type, String id) {
    return EntityUid.of(type, id);
  }
}
