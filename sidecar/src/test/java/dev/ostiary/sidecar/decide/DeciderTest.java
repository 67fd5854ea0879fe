package dev.ostiary.sidecar.decide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.DatetimeValue;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.SetValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.sidecar.bundle.BundleText;
import dev.ostiary.sidecar.bundle.LogClass;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.v1.AdviceKind;
import dev.ostiary.v1.EvaluationError;
import dev.ostiary.v1.Obligation;
import dev.ostiary.v1.ReasonCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeciderTest {
  private static final String SCHEMA =
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

  private static final String ENTITIES =
      """
      [
        {"uid": {"type": "User", "id": "ada"}, "attrs": {"level": 3}, "parents": []},
        {"uid": {"type": "User", "id": "ben"}, "attrs": {"level": 9223372036854775807}, "parents": [{"type": "Group", "id": "suspended"}]},
        {"uid": {"type": "Doc", "id": "stored"}, "attrs": {}, "parents": [{"type": "Folder", "id": "public"}]},
        {"uid": {"type": "Folder", "id": "public"}, "attrs": {}, "parents": []}
      ]
      """;

  private static final String SETTINGS =
      """
      name: docs
      version: 1
      reuse: {read: 2s, timed: 2s}
      obligations: [mask, tell]
      stepups: [mfa]
      requestables: [access]
      """;

  private static final String ALLOW_ALL = "@id(\"all\") permit (principal, action, resource);\n";

  private static Snapshot snapshot(String policies) {
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

  private static EntityUid user(String id) {
    return EntityUid.of("User", id);
  }

  private static final EntityUid SITE = EntityUid.of("Site", "all");

  private static Question question(EntityUid principal, String action, EntityUid resource) {
    return question(principal, action, resource, RecordValue.EMPTY, List.of());
  }

  private static Question question(
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

  private static Answer answer(Question question, Snapshot snapshot) {
    return assertInstanceOf(Answer.class, Decider.decide(question, snapshot));
  }

  private static Refused refused(Question question, Snapshot snapshot) {
    return assertInstanceOf(Refused.class, Decider.decide(question, snapshot));
  }

  private static List<String> ids(Answer answer) {
    return answer.determining().stream().map(PolicyNotes::id).toList();
  }

  // ---- strictness ----

  @Test
  void aForbidThatErrorsDeniesThoughCedarWouldSkipIt() {
    Answer answer =
        answer(
            question(user("ben"), "read", SITE),
            snapshot(
                ALLOW_ALL
                    + "@id(\"guard\") @log(\"strict\") forbid (principal is User, action =="
                    + " Action::\"read\", resource) when { principal.level + 1 < 3 };"));
    assertEquals(false, answer.allowed());
    assertEquals(ReasonCode.REASON_CODE_FORBID_ERRORED, answer.reasonCode());
    assertEquals(List.of("guard"), ids(answer));
    assertEquals(LogClass.STRICT, answer.logClass());
    EvaluationError error = answer.errors().getFirst();
    assertEquals("guard", error.getPolicyId());
    assertTrue(error.getMessage().startsWith("docs.cedar:2:"), error.getMessage());
    assertTrue(error.getMessage().contains("`principal.level + 1`"), error.getMessage());
  }

  @Test
  void aForbidThatErrorsDeniesWhereNothingPermitsAsWell() {
    Answer answer =
        answer(
            question(user("ben"), "read", SITE),
            snapshot(
                "@id(\"guard\") forbid (principal is User, action, resource) when { principal.level"
                    + " + 1 < 3 };"));
    assertEquals(ReasonCode.REASON_CODE_FORBID_ERRORED, answer.reasonCode());
  }

  @Test
  void aForbidThatAppliesIsTheReasonEvenIfAnotherErrors() {
    Answer answer =
        answer(
            question(user("ben"), "read", SITE),
            snapshot(
                "@id(\"guard\") forbid (principal is User, action, resource) when { principal.level"
                    + " + 1 < 3 };@id(\"no\") forbid (principal, action, resource);"));
    assertEquals(ReasonCode.REASON_CODE_FORBIDDEN, answer.reasonCode());
    assertEquals(List.of("no"), ids(answer));
    assertEquals(1, answer.errors().size());
  }

  @Test
  void aPermitThatErrorsIsSkippedAndReported() {
    Answer answer =
        answer(
            question(user("ben"), "read", SITE),
            snapshot(
                ALLOW_ALL
                    + "@id(\"more\") permit (principal is User, action, resource) when {"
                    + " principal.level + 1 > 3 };"));
    assertTrue(answer.allowed());
    assertEquals(List.of("all"), ids(answer));
    assertEquals("more", answer.errors().getFirst().getPolicyId());
  }

  @Test
  void aPrincipalThatIsNotKnownIsDenied() {
    Answer answer = answer(question(user("mallory"), "read", SITE), snapshot(ALLOW_ALL));
    assertEquals(false, answer.allowed());
    assertEquals(ReasonCode.REASON_CODE_ENTITY_UNKNOWN, answer.reasonCode());
    assertEquals(List.of(), ids(answer));
    assertEquals(
        List.of(EvaluationError.newBuilder().setMessage("principal is unknown").build()),
        answer.errors());
    assertEquals(Duration.ZERO, answer.reuse());
  }

  @Test
  void aResourceThatIsNotKnownIsDenied() {
    Answer answer =
        answer(question(user("ada"), "read", EntityUid.of("Doc", "gone")), snapshot(ALLOW_ALL));
    assertEquals(ReasonCode.REASON_CODE_ENTITY_UNKNOWN, answer.reasonCode());
    assertEquals("resource is unknown", answer.errors().getFirst().getMessage());
    assertEquals(List.of(), Decider.explain(answer.question(), snapshot(ALLOW_ALL)).policies());
  }

  @Test
  void bothUnknownAreBothNamed() {
    Answer answer =
        answer(question(user("x"), "read", EntityUid.of("Doc", "y")), snapshot(ALLOW_ALL));
    assertEquals(2, answer.errors().size());
  }

  @Test
  void anEntityOfAVirtualTypeNeedNotBeKnown() {
    assertTrue(answer(question(user("ada"), "read", SITE), snapshot(ALLOW_ALL)).allowed());
  }

  @Test
  void anEnumeratedEntityIsKnownByTheSchema() {
    var low = EntityUid.of("Tier", "low");
    assertTrue(answer(question(low, "read", low), snapshot(ALLOW_ALL)).allowed());
    var other = refused(question(low, "read", EntityUid.of("Tier", "mid")), snapshot(ALLOW_ALL));
    assertEquals(Why.SCHEMA_MISMATCH, other.why());
    assertEquals("resource", other.field());
  }

  // ---- reserved context ----

  @ParameterizedTest
  @ValueSource(strings = {"now", "caller", "principal_proof", "risk", "frozen"})
  void aCallerThatSendsReservedContextIsRefused(String key) {
    for (String action : List.of("read", "timed")) {
      var context = RecordValue.of(Map.of(key, new LongValue(0)));
      var refused =
          refused(question(user("ada"), action, SITE, context, List.of()), snapshot(ALLOW_ALL));
      assertEquals(Why.RESERVED_CONTEXT, refused.why());
      assertEquals("context." + key, refused.field());
    }
  }

  @Test
  void reservedContextIsGivenWhereTheSchemaDeclaresIt() {
    Answer answer = answer(question(user("ada"), "timed", SITE), snapshot(ALLOW_ALL));
    Map<String, Value> expected =
        Map.of(
            "now", new DatetimeValue(86_400_000),
            "caller", EntityUid.of(Caller.TYPE, "uid:1000"),
            "principal_proof", new StringValue("jwt"),
            "risk", new LongValue(0),
            "frozen", SetValue.of(List.of()));
    assertEquals(RecordValue.of(expected), answer.context());
  }

  @Test
  void reservedContextIsNotGivenWhereTheSchemaDoesNot() {
    Answer answer = answer(question(user("ada"), "read", SITE), snapshot(ALLOW_ALL));
    assertEquals(RecordValue.EMPTY, answer.context());
  }

  @Test
  void policiesSeeTheStampedContext() {
    var snapshot =
        snapshot(
            "@id(\"a\") permit (principal, action == Action::\"timed\", resource) when {"
                + " context.now == datetime(\"1970-01-02\") && context.caller =="
                + " Ostiary::Caller::\"uid:1000\" && context.principal_proof == \"jwt\" &&"
                + " context.risk == 0 && context.frozen.isEmpty() };");
    assertTrue(answer(question(user("ada"), "timed", SITE), snapshot).allowed());
  }

  @Test
  void withoutABelievableClockOnlyWhatNeedsNoTimeIsAnswered() {
    var at = question(user("ada"), "timed", SITE);
    var timeless = withNow(at, OptionalLong.empty());
    var refused = refused(timeless, snapshot(ALLOW_ALL));
    assertEquals(Why.CLOCK_BEHIND, refused.why());
    assertTrue(refused.retryAfter().isPresent());
    var read = withNow(question(user("ada"), "read", SITE), OptionalLong.empty());
    assertTrue(answer(read, snapshot(ALLOW_ALL)).allowed());
  }

  private static Question withNow(Question q, OptionalLong now) {
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

  // ---- the schema ----

  @ParameterizedTest
  @CsvSource({
    "User, ada, delete, Site, all, action",
    "Site, all, read, Site, all, principal",
    "Robot, r2, read, Site, all, principal",
    "User, ada, read, User, ada, resource",
    "User, ada, group, Site, all, principal",
  })
  void whatDoesNotFitTheSchemaIsRefused(
      String principalType, String principal, String action, String type, String id, String field) {
    var refused =
        refused(
            question(EntityUid.of(principalType, principal), action, EntityUid.of(type, id)),
            snapshot(ALLOW_ALL));
    assertEquals(Why.SCHEMA_MISMATCH, refused.why());
    assertEquals(field, refused.field());
  }

  @Test
  void contextThatDoesNotFitTheSchemaIsRefused() {
    for (var context : List.of(Map.of("why", new LongValue(1)), Map.of("what", new LongValue(1)))) {
      var refused =
          refused(
              question(user("ada"), "read", SITE, RecordValue.of(context), List.of()),
              snapshot(ALLOW_ALL));
      assertEquals(Why.SCHEMA_MISMATCH, refused.why());
      assertEquals("context." + context.keySet().iterator().next(), refused.field());
    }
  }

  // ---- entities given with the question ----

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

  // ---- what policies carry ----

  @Test
  void obligationsOfAllDeterminingPoliciesAreJoined() {
    Answer answer =
        answer(
            question(user("ada"), "read", SITE),
            snapshot(
                "@id(\"b\") @obligation(\"tell, mask\") permit (principal, action,"
                    + " resource);@id(\"a\") @obligation(\"mask\") permit (principal, action,"
                    + " resource);@id(\"c\") @obligation(\"tell\") permit (principal =="
                    + " User::\"ben\", action, resource);"));
    assertEquals(List.of("a", "b"), ids(answer));
    assertEquals(
        List.of(
            Obligation.newBuilder().setName("mask").addPolicyIds("a").addPolicyIds("b").build(),
            Obligation.newBuilder().setName("tell").addPolicyIds("b").build()),
        answer.obligations());
  }

  @Test
  void adviceIsJoinedByKindAndName() {
    Answer answer =
        answer(
            question(user("ada"), "read", SITE),
            snapshot(
                "@id(\"b\") @stepup(\"mfa\") forbid (principal, action, resource);@id(\"a\")"
                    + " @requestable(\"access\") @stepup(\"mfa\") forbid (principal, action,"
                    + " resource);"));
    assertEquals(
        List.of("mfa [a, b]", "access [a]"),
        answer.advice().stream()
            .map(advice -> advice.getName() + " " + List.copyOf(advice.getPolicyIdsList()))
            .toList());
    assertEquals(AdviceKind.ADVICE_KIND_STEP_UP, answer.advice().getFirst().getKind());
  }

  @Test
  void reasonsCarryTheSentenceAndAllAnnotationsByName() {
    Answer answer =
        answer(
            question(user("ada"), "read", SITE),
            snapshot(
                "@reason(\"Because.\") @id(\"a\") @author(\"ada\") permit (principal, action,"
                    + " resource);"));
    var reason = answer.determining().getFirst().reason();
    assertEquals("Because.", reason.getText());
    assertEquals(
        List.of("author", "id", "reason"),
        reason.getAnnotationsList().stream().map(dev.ostiary.v1.Annotation::getName).toList());
  }

  @Test
  void theLogClassIsRaisedAndNeverLowered() {
    var snapshot =
        snapshot(
            "@id(\"a\") @log(\"observe\") permit (principal, action == Action::\"read\","
                + " resource);@id(\"b\") @log(\"strict\") permit (principal, action =="
                + " Action::\"plain\", resource);");
    assertEquals(
        LogClass.BOUNDED, answer(question(user("ada"), "read", SITE), snapshot).logClass());
    assertEquals(
        LogClass.STRICT, answer(question(user("ada"), "plain", SITE), snapshot).logClass());
  }

  // ---- reuse ----

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          permit (principal, action, resource);                              | 2000
          permit (principal, action == Action::"read", resource) when { context == context }; | 2000
          forbid (principal, action == Action::"timed", resource) when { principal == User::"zoe" && context.now > datetime("1960-01-01") }; | 2000
          forbid (principal == User::"zoe", action == Action::"timed", resource) when { context.now > datetime("1960-01-01") }; | 2000
          forbid (principal, action == Action::"timed", resource) when { principal == User::"ada" && context["now"] < datetime("1960-01-01") }; | 0
          permit (principal, action in [Action::"timed"], resource) when { context.now > datetime("1960-01-01") }; | 0
          permit (principal, action in Action::"group", resource) when { {a: [context.now]} == {a: [datetime("1960-01-01")]} }; | 0
          permit (principal == User::"zoe", action == Action::"timed", resource) when { context has now }; | 0
          permit (principal == User::"zoe", action == Action::"timed", resource) when { [context].contains(context) }; | 0
          permit (principal is User, action, resource) when { principal.level < 2 }; | 2000
          """)
  void anAnswerIsReusedOnlyWhereNoPolicyReadTheTime(String policy, long millis) {
    Answer answer =
        answer(question(user("ada"), "timed", SITE), snapshot(ALLOW_ALL + "@id(\"b\") " + policy));
    assertEquals(Duration.ofMillis(millis), answer.reuse());
    assertTrue(answer.allowed());
  }

  @Test
  void thatNoPolicyReadTheTimeIsFoundWithoutChangingTheAnswer() {
    var timed =
        "@id(\"b\") forbid (principal, action == Action::\"timed\", resource)"
            + " when { principal.level + 1 < 3 || context.now > datetime(\"1970-01-03\") };";
    Answer early = answer(question(user("ada"), "timed", SITE), snapshot(ALLOW_ALL + timed));
    assertTrue(early.allowed());
    assertEquals(Duration.ZERO, early.reuse());
    assertTrue(early.errors().isEmpty());
    var late = withNow(early.question(), OptionalLong.of(3 * 86_400_000L));
    assertEquals(List.of("b"), ids(answer(late, snapshot(ALLOW_ALL + timed))));
    Answer errored = answer(question(user("ben"), "timed", SITE), snapshot(ALLOW_ALL + timed));
    assertEquals(ReasonCode.REASON_CODE_FORBID_ERRORED, errored.reasonCode());
  }

  @Test
  void aStrictAnswerIsNotReused() {
    var snapshot =
        snapshot(
            "@id(\"a\") @log(\"strict\") permit (principal == User::\"ada\", action, resource);"
                + "@id(\"b\") permit (principal == User::\"ben\", action, resource);");
    assertEquals(Duration.ZERO, answer(question(user("ada"), "read", SITE), snapshot).reuse());
    assertEquals(
        Duration.ofSeconds(2), answer(question(user("ben"), "read", SITE), snapshot).reuse());
  }

  // ---- revisions ----

  @Test
  void anAnswerNamesItsRevisions() {
    Answer answer = answer(question(user("ada"), "read", SITE), snapshot(ALLOW_ALL));
    assertEquals(new Revision("test/facts", 1, 7), answer.policyRevision());
    assertEquals(new Revision("test/facts", 1, 7), answer.dataRevision());
  }

  @ParameterizedTest
  @CsvSource({
    "test/facts, 1, 7, ",
    "test/facts, 1, 0, ",
    "test/facts, 1, 8, REVISION_NOT_REACHED",
    "test/facts, 2, 1, OTHER_REVISION",
    "other/facts, 1, 1, OTHER_REVISION",
  })
  void aCallerIsNeverAnsweredFromBeforeTheRevisionThatItAsksFor(
      String origin, long epoch, long size, String why) {
    var q = question(user("ada"), "read", SITE);
    var asking =
        new Question(
            q.caller(),
            q.proof(),
            q.nowMillis(),
            q.principal(),
            q.action(),
            q.resource(),
            q.context(),
            q.entities(),
            Optional.of(new Revision(origin, epoch, size)));
    Result result = Decider.decide(asking, snapshot(ALLOW_ALL));
    if (why == null) assertInstanceOf(Answer.class, result);
    else assertEquals(Why.valueOf(why), assertInstanceOf(Refused.class, result).why());
  }

  // ---- secrets ----

  @Test
  void whatIsSecretIsNeitherDecidedOnNorInTheAnswer() throws Exception {
    var bundle =
        new BundleText()
            .with(
                "docs.cedarschema",
                """
                entity User;
                @inline entity Doc { open: Bool, @secret link: String };
                action read appliesTo {
                  principal: User, resource: Doc,
                  context: { card: { @secret number: Long, kind: Long }, @secret pin?: String },
                };
                """)
            .with(
                "docs.cedar",
                "@id(\"read\") permit (principal, action, resource)"
                    + " when { resource.open && context.card.kind == 1 };")
            .read();
    var snapshot = Snapshot.of(bundle, new Revision("test/facts", 1, 1));
    var kind = Map.of("kind", new LongValue(1));
    var card = RecordValue.of(Map.of("kind", new LongValue(1), "number", new LongValue(4_711)));
    var given =
        new Entity(
            EntityUid.of("Doc", "new"),
            RecordValue.of(Map.of("open", BoolValue.TRUE, "link", new StringValue("canary"))),
            RecordValue.EMPTY,
            Set.of());
    Answer answer =
        answer(
            question(
                user("ada"),
                "read",
                given.uid(),
                RecordValue.of(Map.of("card", card, "pin", new StringValue("canary"))),
                List.of(given)),
            snapshot);
    assertTrue(answer.allowed());
    assertEquals(RecordValue.of(Map.of("card", RecordValue.of(kind))), answer.context());
    assertEquals(answer.context(), answer.question().context());
    assertEquals(
        RecordValue.of(Map.of("open", BoolValue.TRUE)),
        answer.question().entities().getFirst().attributes());
  }

  // ---- purity ----

  @Test
  void theSameQuestionOnTheSameSnapshotGetsTheSameAnswer() {
    var question = question(user("ada"), "timed", SITE);
    var snapshot = snapshot(ALLOW_ALL);
    assertEquals(Decider.decide(question, snapshot), Decider.decide(question, snapshot));
    assertEquals(Decider.decide(question, snapshot), Decider.decide(question, snapshot(ALLOW_ALL)));
  }

  @Test
  void noMessageHoldsAValueOfTheRequest() {
    long count = 4_611_686_018_427_387_905L;
    var context =
        RecordValue.of(
            Map.of("why", new StringValue("canary-7f3a"), "count", new LongValue(count)));
    Answer answer =
        answer(
            question(user("ada"), "read", SITE, context, List.of()),
            snapshot(
                "@id(\"a\") permit (principal, action == Action::\"read\", resource) when { context"
                    + " has count && context.count + context.count > 0 };@id(\"b\") permit"
                    + " (principal, action == Action::\"read\", resource) when { context has why &&"
                    + " context.why == \"canary-7f3a\" && context has count && context.count * 2 >"
                    + " 0 };"));
    assertEquals(2, answer.errors().size());
    for (EvaluationError error : answer.errors()) {
      assertEquals(-1, error.getMessage().indexOf("canary"), error.getMessage());
      assertEquals(-1, error.getMessage().indexOf(Long.toString(count)), error.getMessage());
    }
  }
}
