package dev.ostiary.sidecar.decide;

import static dev.ostiary.sidecar.decide.Documents.ALLOW_ALL;
import static dev.ostiary.sidecar.decide.Documents.SITE;
import static dev.ostiary.sidecar.decide.Documents.answer;
import static dev.ostiary.sidecar.decide.Documents.ids;
import static dev.ostiary.sidecar.decide.Documents.question;
import static dev.ostiary.sidecar.decide.Documents.snapshot;
import static dev.ostiary.sidecar.decide.Documents.user;
import static dev.ostiary.sidecar.decide.Documents.withNow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.sidecar.bundle.LogClass;
import dev.ostiary.v1.AdviceKind;
import dev.ostiary.v1.Obligation;
import dev.ostiary.v1.ReasonCode;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an answer carries besides the decision, and how long it holds. */
final class AnswerTest {
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
}
