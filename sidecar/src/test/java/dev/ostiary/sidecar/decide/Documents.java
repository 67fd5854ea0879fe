package dev.ostiary.sidecar.decide;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.sidecar.bundle.BundleText;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A bundle of documents that users read, and questions about them. */
final class Documents {
  private Documents() {}

  static final String SCHEMA =
      """
      entity User in [Group] { level: Long };
      entity Group in [Group];
      entity Folder;
      @inline("Folder")
      entity Doc in [Folder, Group] { owner?: User, open?: Bool };
      @virtual
      entity Site;
      entity Tier enum ["low", "high"];
      namespace Ostiary { @virtual entity Caller; }
      action read appliesTo { principal: [User, Tier], resource: [Doc, Site, Tier], context: { why?: String, count?: Long } };
      action timed in [group] appliesTo {
        principal: User,
        resource: Site,
        context: { now: datetime, caller: Ostiary::Caller, principal_proof: String, risk: Long, frozen: Set<Doc> },
      };
      action plain in [group] appliesTo { principal: User, resource: Site, context: { now: datetime } };
      action group;
      """;

  static final String ENTITIES =
      """
      [
        {"uid": {"type": "User", "id": "ada"}, "attrs": {"level": 3}, "parents": []},
        {"uid": {"type": "User", "id": "ben"}, "attrs": {"level": 9223372036854775807}, "parents": [{"type": "Group", "id": "suspended"}]},
        {"uid": {"type": "Doc", "id": "stored"}, "attrs": {}, "parents": [{"type": "Folder", "id": "public"}]},
        {"uid": {"type": "Folder", "id": "public"}, "attrs": {}, "parents": []}
      ]
      """;

  static final String SETTINGS =
      """
      name: docs
      version: 1
      reuse: {read: 2s, timed: 2s}
      obligations: [mask, tell]
      stepups: [mfa]
      requestables: [access]
      """;

  static final String ALLOW_ALL = "@id(\"all\") permit (principal, action, resource);\n";

  static Snapshot snapshot(String policies) {
    try {
      var bundle =
          new BundleText()
              .with("bundle.yaml", SETTINGS)
              .with("docs.cedarschema", SCHEMA)
              .with("entities/all.json", ENTITIES)
              .with("docs.cedar", policies)
              .read();
      return Snapshot.of(bundle, new Revision("test/facts", 1, 7));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  static EntityUid user(String id) {
    return EntityUid.of("User", id);
  }

  static final EntityUid SITE = EntityUid.of("Site", "all");

  static Question question(EntityUid principal, String action, EntityUid resource) {
    return question(principal, action, resource, RecordValue.EMPTY, List.of());
  }

  static Question question(
      EntityUid principal,
      String action,
      EntityUid resource,
      RecordValue context,
      List<Entity> entities) {
    return new Question(
        EntityUid.of(Caller.TYPE, "uid:1000"),
        Question.Proof.JWT,
        OptionalLong.of(86_400_000),
        principal,
        EntityUid.of("Action", action),
        resource,
        context,
        entities,
        Optional.empty());
  }

  static Answer answer(Question question, Snapshot snapshot) {
    return assertInstanceOf(Answer.class, Decider.decide(question, snapshot));
  }

  static Refused refused(Question question, Snapshot snapshot) {
    return assertInstanceOf(Refused.class, Decider.decide(question, snapshot));
  }

  static List<String> ids(Answer answer) {
    return answer.determining().stream().map(PolicyNotes::id).toList();
  }

  /** The same, asked at another time. */
  static Question withNow(Question q, OptionalLong now) {
    return new Question(
        q.caller(),
        q.proof(),
        now,
        q.principal(),
        q.action(),
        q.resource(),
        q.context(),
        q.entities(),
        q.atLeast());
  }
}
