package dev.ostiary.sidecar.facts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.log.LogOptions;
import dev.ostiary.log.note.LogKey;
import dev.ostiary.sidecar.bundle.Bundle;
import dev.ostiary.sidecar.bundle.BundleText;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.decide.Revision;
import dev.ostiary.sidecar.decide.Snapshot;
import dev.ostiary.sidecar.facts.FactLog.Changed;
import dev.ostiary.sidecar.subjects.Subjects;
import dev.ostiary.v1.EntityChange;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EntityFactsTest {
  private static final EntityUid ADA = EntityUid.of("User", "ada");

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

  private static final String SCHEMA =
      """
      entity User in [Group] { clearance?: Long };
      entity Group in [Group];
      entity Folder;
      @inline("Folder") entity Doc in [Folder];
      entity Note in [Doc];
      action read appliesTo { principal: User, resource: [Doc, Note], context: {} };
      """;

  private static BundleText text(long version, String schema) {
    return new BundleText().version(version).with("docs.cedarschema", schema);
  }

  private static Bundle bundle(long version) throws Exception {
    return text(version, SCHEMA).read();
  }

  @Test
  void changesComeIntoForceTogetherAndComeBackAfterARestart() throws Exception {
    Revision revision;
    try (FactLog facts = open()) {
      Snapshot activated = facts.activate(bundle(1));
      Snapshot changed = inForce(facts, put(user("bo", 3, "staff")), put(group("staff", "all")));
      revision = changed.dataRevision();
      assertEquals(new Revision("test/facts", 1, 2), revision);
      assertEquals(activated.policyRevision(), changed.policyRevision());
      assertSame(changed, facts.snapshot().orElseThrow());
      assertTrue(changed.entities().isIn(uid("User", "bo"), uid("Group", "all")));
    }
    try (FactLog facts = open()) {
      Snapshot again = facts.snapshot().orElseThrow();
      assertEquals(revision, again.dataRevision());
      assertEquals(1, again.policyRevision().size());
      assertTrue(again.entities().isIn(uid("User", "bo"), uid("Group", "all")));
    }
  }

  @Test
  void aPutWinsOverTheBundleOutlivesItAndItsEndUncoversTheNext() throws Exception {
    try (FactLog facts = open()) {
      facts.activate(bundle(1));
      inForce(facts, put(user("ada", 7, "staff")));
      assertEquals(Optional.of(user("ada", 7, "staff")), ada(facts));
      facts.activate(bundle(2));
      assertEquals(Optional.of(user("ada", 7, "staff")), ada(facts));
      inForce(facts, new Change.Delete(ADA));
      assertEquals(bundle(2).entities().find(ADA), ada(facts));
      assertNot(Why.ENTITY_NOT_PUT, "changes[0].delete", facts, new Change.Delete(ADA));
    }
  }

  @Test
  void aChangeThatMayNotBeIsNamedAndChangesNothing() throws Exception {
    try (FactLog facts = open()) {
      assertNot(Why.NO_SNAPSHOT, "", facts, put(user("bo", 1)));
      facts.activate(bundle(1));
      Snapshot before = inForce(facts, put(group("a", "b")));
      var bo = put(user("bo", 1));
      assertNot(Why.MALFORMED_REQUEST, "changes", facts);
      assertNot(
          Why.SCHEMA_MISMATCH, "changes[1].put.attributes.clearance", facts, bo, put(wrong()));
      assertNot(Why.SCHEMA_MISMATCH, "changes[0].put.uid", facts, put(entity("Robot", "x")));
      assertNot(Why.SCHEMA_MISMATCH, "changes[0].put.uid", facts, put(entity("Action", "read")));
      assertNot(Why.ENTITY_REFUSED, "changes[1]", facts, bo, put(group("b", "a")));
      assertNot(
          Why.ENTITY_NOT_PUT,
          "changes[2].delete",
          facts,
          bo,
          new Change.Delete(bo.uid()),
          new Change.Delete(bo.uid()));
      assertSame(before, facts.snapshot().orElseThrow());
    }
    try (FactLog facts = open()) {
      assertEquals(2, facts.snapshot().orElseThrow().dataRevision().size());
    }
  }

  @Test
  void anotherRevisionThanExpectedChangesNothing() throws Exception {
    try (FactLog facts = open()) {
      Revision first = facts.activate(bundle(1)).dataRevision();
      Revision second =
          ((Changed.InForce)
                  facts.change(messages(List.of(put(user("bo", 1)))), Optional.of(first)))
              .snapshot()
              .dataRevision();
      var late = facts.change(messages(List.of(put(user("cy", 1)))), Optional.of(first));
      assertEquals(Why.REVISION_DIFFERS, ((Changed.Not) late).refused().why());
      var other = new Revision("other/facts", 1, second.size());
      var foreign = facts.change(messages(List.of(put(user("cy", 1)))), Optional.of(other));
      assertEquals(Why.OTHER_REVISION, ((Changed.Not) foreign).refused().why());
      assertEquals(second, facts.snapshot().orElseThrow().dataRevision());
    }
  }

  @Test
  void aBundleWhoseSchemaDoesNotFitWhatWasPutIsRefused() throws Exception {
    try (FactLog facts = open()) {
      facts.activate(bundle(1));
      Snapshot before = inForce(facts, put(user("bo", 3)));
      var stricter = text(2, SCHEMA.replace("clearance?: Long", "clearance?: String")).read();
      var fault = assertThrows(ActivationException.class, () -> facts.activate(stricter));
      assertEquals(ActivationException.Reason.ENTITY_REFUSED, fault.reason());
      assertTrue(String.valueOf(fault.getMessage()).contains("User::\"bo\""), fault::toString);
      assertSame(before, facts.snapshot().orElseThrow());
      inForce(facts, new Change.Delete(uid("User", "bo")));
      assertEquals(2, facts.activate(stricter).bundle().version());
    }
  }

  @Test
  void everyWayToAFoldAgreesWithTwoPlainMaps() throws Exception {
    long seed = System.nanoTime();
    System.out.println("EntityFactsTest seed " + seed);
    var random = new SplittableRandom(seed);
    var put = new HashMap<EntityUid, Entity>();
    var expected = new TreeMap<Long, Map<EntityUid, Entity>>();
    Bundle active = bundle(1);
    try (FactLog facts = open()) {
      facts.activate(active);
      for (int step = 0; step < 200; step++) {
        if (random.nextInt(20) == 0) {
          boolean migrates = random.nextBoolean();
          active = migrates ? migrating(active.version() + 1) : bundle(active.version() + 1);
          facts.activate(active);
          if (migrates) {
            put.keySet().removeIf(uid -> uid.type().equals("Note"));
            put.replaceAll((uid, entity) -> uid.type().equals("User") ? cleared(entity) : entity);
          }
        }
        var changes = new ArrayList<Change>();
        var after = new HashMap<>(put);
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
          Change change = change(random);
          changes.add(change);
          switch (change) {
            case Change.Put(var entity) -> after.put(entity.uid(), entity);
            case Change.Delete(var uid) -> after.remove(uid);
          }
        }
        if (facts.change(messages(changes), Optional.empty()) instanceof Changed.InForce) {
          put.clear();
          put.putAll(after);
        }
        if (random.nextInt(30) == 0) facts.takeSnapshot();
        Snapshot snapshot = facts.snapshot().orElseThrow();
        expected.put(snapshot.dataRevision().size(), layered(active, put));
        assertIs(expected.lastEntry().getValue(), snapshot);
      }
    }
    try (FactLog facts = open()) {
      assertIs(expected.lastEntry().getValue(), facts.snapshot().orElseThrow());
      assertEquals(expected.lastKey(), facts.snapshot().orElseThrow().dataRevision().size());
    }
    var history = History.open(data.resolve("facts/1"), subjects);
    var revisions = new ArrayList<>(expected.keySet());
    for (int i = 0; i < 20; i++) revisions.add(revisions.get(random.nextInt(revisions.size())));
    for (long size : revisions) {
      Snapshot snapshot = history.at(new Revision("test/facts", 1, size)).orElseThrow();
      assertEquals(size, snapshot.dataRevision().size());
      assertIs(Objects.requireNonNull(expected.get(size)), snapshot);
    }
  }

  private static Bundle migrating(long version) throws Exception {
    return text(version, SCHEMA)
        .with(
            "migrations/" + version + ".json",
            """
            [{"type": "Note", "delete": true},
             {"type": "User", "remove": ["clearance"], "add": {"clearance": 77}}]
            """)
        .read();
  }

  private static Entity cleared(Entity user) {
    var attributes = RecordValue.of(Map.of("clearance", new LongValue(77)));
    return new Entity(user.uid(), attributes, user.tags(), user.parents());
  }

  @Test
  void migrationsSinceTheVersionInForceChangeWhatFactsPutAndComeBackAfterARestart()
      throws Exception {
    String renamed = SCHEMA.replace("clearance?: Long", "level: Long, grade: String");
    var text =
        text(7, renamed)
            .with("migrations/1.json", "[{\"type\": \"User\", \"delete\": true}]")
            .with(
                "migrations/3.json",
                "[{\"type\": \"User\", \"rename\": {\"clearance\": \"level\"}}]")
            .with(
                "migrations/5.json",
                "[{\"type\": \"User\", \"add\": {\"level\": 0, \"grade\": \"new\"}}]");
    Entity bo = user("bo", 3, "staff");
    var after = RecordValue.of(Map.of("level", new LongValue(3), "grade", new StringValue("new")));
    Entity expected = new Entity(bo.uid(), after, RecordValue.EMPTY, bo.parents());
    try (FactLog facts = open()) {
      facts.activate(bundle(2));
      Snapshot before = inForce(facts, put(bo));
      Bundle bare = text(7, renamed).with("entities/all.json", "[]").read();
      assertThrows(ActivationException.class, () -> facts.activate(bare));
      assertSame(before, facts.snapshot().orElseThrow());
      Snapshot migrated = facts.activate(text.with("entities/all.json", "[]").read());
      assertEquals(Optional.of(expected), migrated.entities().find(bo.uid()));
      assertEquals(migrated.policyRevision(), migrated.dataRevision());
      inForce(facts, put(group("staff", "all")));
    }
    try (FactLog facts = open()) {
      Snapshot again = facts.snapshot().orElseThrow();
      assertEquals(Optional.of(expected), again.entities().find(bo.uid()));
      assertTrue(again.entities().isIn(bo.uid(), uid("Group", "all")));
    }
  }

  private static void assertIs(Map<EntityUid, Entity> expected, Snapshot snapshot)
      throws Exception {
    assertEquals(expected, byUid(snapshot.entities()));
    var docs =
        expected.values().stream()
            .flatMap(entity -> entity.parents().stream())
            .filter(parent -> parent.type().equals("Doc"))
            .collect(Collectors.toSet());
    assertEquals(docs, snapshot.inlineParents());
    var anew = Entities.of(expected.values());
    for (EntityUid uid : expected.keySet())
      assertEquals(anew.ancestors(uid), snapshot.entities().ancestors(uid), uid::toString);
  }

  private static Map<EntityUid, Entity> byUid(Entities entities) {
    return entities.stream().collect(Collectors.toMap(Entity::uid, entity -> entity));
  }

  private static Map<EntityUid, Entity> layered(Bundle bundle, Map<EntityUid, Entity> put) {
    var both = new HashMap<>(byUid(bundle.entities()));
    both.putAll(put);
    return both;
  }

  private static Change change(SplittableRandom random) {
    String id = "n" + random.nextInt(6);
    return switch (random.nextInt(5)) {
      case 0 -> new Change.Delete(uid(random.nextBoolean() ? "Group" : "User", id));
      case 1 -> put(user(random.nextInt(3) == 0 ? "ada" : id, random.nextInt(9), "n2", "n4"));
      case 2 -> put(entity("Note", id, uid("Doc", "n" + random.nextInt(3))));
      case 3 -> put(entity("Doc", id));
      default -> put(group(id, "n" + random.nextInt(6)));
    };
  }

  private static Snapshot inForce(FactLog facts, Change... changes) throws Exception {
    var changed = facts.change(messages(List.of(changes)), Optional.empty());
    return assertInstanceOf(Changed.InForce.class, changed, changed::toString).snapshot();
  }

  private static void assertNot(Why why, String field, FactLog facts, Change... changes)
      throws Exception {
    var before = facts.snapshot();
    var changed = facts.change(messages(List.of(changes)), Optional.empty());
    Refused refused = assertInstanceOf(Changed.Not.class, changed, changed::toString).refused();
    assertEquals(why, refused.why(), refused::toString);
    assertEquals(field, refused.field(), refused::toString);
    assertEquals(before, facts.snapshot());
  }

  private static List<EntityChange> messages(List<Change> changes) {
    return changes.stream().map(Change::message).toList();
  }

  private static Optional<Entity> ada(FactLog facts) {
    return facts.snapshot().orElseThrow().entities().find(ADA);
  }

  private static Change put(Entity entity) {
    return new Change.Put(entity);
  }

  private static Entity user(String id, long clearance, String... groups) {
    var attributes = RecordValue.of(Map.of("clearance", new LongValue(clearance)));
    var parents = Stream.of(groups).map(group -> uid("Group", group)).collect(Collectors.toSet());
    return new Entity(uid("User", id), attributes, RecordValue.EMPTY, parents);
  }

  private static Entity group(String id, String parent) {
    return entity("Group", id, uid("Group", parent));
  }

  /** A user whose clearance is text. */
  private static Entity wrong() {
    var attributes = RecordValue.of(Map.of("clearance", new StringValue("high")));
    return new Entity(uid("User", "bad"), attributes, RecordValue.EMPTY, Set.of());
  }

  private static Entity entity(String type, String id, EntityUid... parents) {
    return new Entity(uid(type, id), RecordValue.EMPTY, RecordValue.EMPTY, Set.of(parents));
  }

  private static EntityUid uid(String type, String id) {
    return EntityUid.of(type, id);
  }
}
