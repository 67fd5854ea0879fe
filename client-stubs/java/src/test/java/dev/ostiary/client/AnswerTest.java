package dev.ostiary.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.v1.CheckResponse;
import dev.ostiary.v1.CheckResult;
import dev.ostiary.v1.Decision;
import dev.ostiary.v1.ReasonCode;
import dev.ostiary.v1.Refusal;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AnswerTest {

  @Test
  void onlyAnAllowThatWasPermittedIsAllowed() {
    for (int decision = -1; decision <= 4; decision++) {
      for (int reason = -1; reason <= 7; reason++) {
        var response =
            CheckResponse.newBuilder().setDecisionValue(decision).setReasonCodeValue(reason);
        boolean expected =
            decision == Decision.DECISION_ALLOW_VALUE
                && reason == ReasonCode.REASON_CODE_PERMITTED_VALUE;
        var verdict = Answer.of(response.build()).enforce();
        assertEquals(expected, verdict.allowed(), decision + " for reason " + reason);
      }
    }
  }

  @Test
  void anEmptyMessageIsNoAnswer() {
    var answer = Answer.of(CheckResponse.getDefaultInstance());
    var failed = assertInstanceOf(Answer.Failed.class, answer);
    assertEquals(Failure.Kind.PROTOCOL, failed.failure().kind());
    assertInstanceOf(Answer.Failed.class, Answer.of(CheckResult.getDefaultInstance()));
  }

  @Test
  void anAllowWithAnUnknownObligationIsADenial() {
    var answer = Answer.of(FakeSidecar.allowIf("mask-pii", "drop-free-text"));
    assertFalse(answer.enforce().allowed());
    var denied = assertInstanceOf(Verdict.Denied.class, answer.enforce("mask-pii"));
    assertEquals(Verdict.Cause.UNKNOWN_OBLIGATION, denied.cause());
    assertTrue(denied.text().contains("`drop-free-text`"), denied.text());
    var allowed =
        assertInstanceOf(
            Verdict.Allowed.class, answer.enforce("mask-pii", "drop-free-text", "watermark"));
    assertEquals(List.of("mask-pii", "drop-free-text"), allowed.obligations());
  }

  @Test
  void aDenialCarriesTheReasonsForPeople() {
    var denied = assertInstanceOf(Verdict.Denied.class, Answer.of(FakeSidecar.DENY).enforce());
    assertEquals(Verdict.Cause.POLICY, denied.cause());
    assertEquals("export is forbidden", denied.text());
    var bare =
        CheckResponse.newBuilder()
            .setDecision(Decision.DECISION_DENY)
            .setReasonCode(ReasonCode.REASON_CODE_NO_PERMIT)
            .build();
    denied = assertInstanceOf(Verdict.Denied.class, Answer.of(bare).enforce());
    assertEquals("no policy permits this", denied.text());
  }

  @Test
  void aRefusalOfABatchIsAFailureWithItsField() {
    var refusal =
        Refusal.newBuilder()
            .setCode(3)
            .setReason("RESERVED_CONTEXT")
            .setMessage("`now` is reserved")
            .setField("context[0].name");
    var answer = Answer.of(CheckResult.newBuilder().setRefusal(refusal).build());
    var failure = assertInstanceOf(Answer.Failed.class, answer).failure();
    assertEquals(Failure.Kind.INVALID_REQUEST, failure.kind());
    assertEquals("context[0].name", failure.field());
    assertEquals("RESERVED_CONTEXT", failure.reason());
    assertFalse(answer.enforce().allowed());
  }
}
