package dev.ostiary.sidecar.decide;

import static dev.ostiary.sidecar.decide.Documents.ALLOW_ALL;
import static dev.ostiary.sidecar.decide.Documents.answer;
import static dev.ostiary.sidecar.decide.Documents.question;
import static dev.ostiary.sidecar.decide.Documents.refused;
import static dev.ostiary.sidecar.decide.Documents.snapshot;
import static dev.ostiary.sidecar.decide.Documents.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.sidecar.bundle.BundleText;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.v1.ReasonCode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Entities that come with a question. */
final class GivenTest {
  private static Entity entity(String type, String id, EntityUid... parents) {
    return new Entity(
        EntityUid.of(type, id), RecordValue.EMPTY, RecordValue.EMPTY, Set.of(parents));
  }

  private static Question giving(Entity... entities) {
    return question(
        user("ada"), "read", EntityUid.of("Doc", "new"), RecordValue.EMPTY, List.of(entities));
  }

  @Test
  void anInlineEntityHoldsForItsQuestionAlone() {
    var snapshot =
        snapshot("@id(\"public\") permit (principal, action, resource in Folder::\"public\");");
    var given = giving(entity("Doc", "new", EntityUid.of("Folder", "public")));
    assertTrue(answer(given, snapshot).allowed());
    assertEquals(ReasonCode.REASON_CODE_ENTITY_UNKNOWN, answer(giving(), snapshot).reasonCode());
  }

  @Test
  void onlyMarkedTypesMayBeGiven() {
    for (Entity entity :
        List.of(entity("User", "new"), entity("Action", "read"), entity("Robot", "r2"))) {
      var refused = refused(giving(entity("Doc", "new"), entity), snapshot(ALLOW_ALL));
      assertEquals(Why.ENTITY_NOT_INLINE, refused.why());
      assertEquals("entities[1].uid", refused.field());
    }
  }

  @Test
  void aGivenEntityDoesNotReplaceAKnownOne() {
    var refused = refused(giving(entity("Doc", "stored")), snapshot(ALLOW_ALL));
    assertEquals(Why.ENTITY_NOT_INLINE, refused.why());
    assertEquals("entities[0].uid", refused.field());
  }

  @Test
  void aGivenEntityHasOnlyParentsThatItsMarkNames() {
    var refused =
        refused(giving(entity("Doc", "new", EntityUid.of("Group", "admins"))), snapshot(ALLOW_ALL));
    assertEquals(Why.ENTITY_NOT_INLINE, refused.why());
    assertEquals("entities[0].parents", refused.field());
  }

  @Test
  void aGivenEntityConformsToTheSchema() {
    var doc =
        new Entity(
            EntityUid.of("Doc", "new"),
            RecordValue.of(Map.of("open", new LongValue(1))),
            RecordValue.EMPTY,
            Set.of());
    var refused = refused(giving(doc), snapshot(ALLOW_ALL));
    assertEquals(Why.SCHEMA_MISMATCH, refused.why());
    assertEquals("entities[0].attributes.open", refused.field());
  }

  @Test
  void anEntityIsGivenOnce() {
    var refused = refused(giving(entity("Doc", "new"), entity("Doc", "new")), snapshot(ALLOW_ALL));
    assertEquals(Why.MALFORMED_REQUEST, refused.why());
    assertEquals("entities[1].uid", refused.field());
  }

  @Test
  void aGivenEntityDoesNotMoveKnownOnes() throws Exception {
    var bundle =
        new BundleText()
            .with(
                "docs.cedarschema",
                """
                entity User;
                entity Folder;
                @inline("Folder") entity Doc in [Doc, Folder];
                action read appliesTo { principal: User, resource: Doc };
                """)
            .with(
                "entities/all.json",
                """
                [{"uid": {"type": "User", "id": "ada"}, "attrs": {}, "parents": []},
                 {"uid": {"type": "Doc", "id": "page"}, "attrs": {}, "parents": [{"type": "Doc", "id": "book"}]}]
                """)
            .with(
                "docs.cedar",
                "@id(\"public\") permit (principal, action, resource in Folder::\"public\");")
            .read();
    var snapshot = Snapshot.of(bundle, new Revision("test/facts", 1, 1));
    var question =
        question(
            user("ada"),
            "read",
            EntityUid.of("Doc", "page"),
            RecordValue.EMPTY,
            List.of(entity("Doc", "book", EntityUid.of("Folder", "public"))));
    assertEquals(Why.ENTITY_NOT_INLINE, refused(question, snapshot).why());
  }
}
