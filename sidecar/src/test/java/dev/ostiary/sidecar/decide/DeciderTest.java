package dev.ostiary.sidecar.decide;

import static dev.ostiary.sidecar.decide.Documents.ALLOW_ALL;
import static dev.ostiary.sidecar.decide.Documents.SITE;
import static dev.ostiary.sidecar.decide.Documents.answer;
import static dev.ostiary.sidecar.decide.Documents.ids;
import static dev.ostiary.sidecar.decide.Documents.question;
import static dev.ostiary.sidecar.decide.Documents.refused;
import static dev.ostiary.sidecar.decide.Documents.snapshot;
import static dev.ostiary.sidecar.decide.Documents.user;
import static dev.ostiary.sidecar.decide.Documents.withNow;
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
import dev.ostiary.v1.EvaluationError;
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

final class DeciderTest {
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
