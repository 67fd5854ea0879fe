package dev.ostiary.sidecar.door;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.log.Outcome;
import dev.ostiary.log.tile.Hash;
import dev.ostiary.sidecar.bundle.LogClass;
import dev.ostiary.sidecar.bundle.SchemaMarks;
import dev.ostiary.sidecar.contract.MessageWriter;
import dev.ostiary.sidecar.decide.Answer;
import dev.ostiary.sidecar.decide.PolicyNotes;
import dev.ostiary.sidecar.decide.Question;
import dev.ostiary.sidecar.decide.Revision;
import dev.ostiary.v1.Advice;
import dev.ostiary.v1.AdviceKind;
import dev.ostiary.v1.EvaluationError;
import dev.ostiary.v1.Obligation;
import dev.ostiary.v1.Reason;
import dev.ostiary.v1.ReasonCode;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class AnswersTest {
  private static final EntityUid UID = EntityUid.of("User", "ann");
  private static final Revision REVISION = new Revision("lab/facts", 1, 300);

  private static Answer answer(boolean allowed, int count, Duration reuse) {
    var reason = Reason.newBuilder().setPolicyId("p").setText("für alle").build();
    var notes =
        new PolicyNotes(
            "p",
            Policy.Effect.PERMIT,
            reason,
            reason.toByteString(),
            List.of(),
            List.of(),
            LogClass.BOUNDED);
    var obligation = Obligation.newBuilder().setName("mask").addPolicyIds("p").build();
    var advice = Advice.newBuilder().setKind(AdviceKind.ADVICE_KIND_STEP_UP).setName("mfa").build();
    var error = EvaluationError.newBuilder().setMessage("principal is unknown").build();
    return new Answer(
        new Question(
            UID,
            Question.Proof.ASSERTED,
            OptionalLong.empty(),
            UID,
            UID,
            UID,
            RecordValue.EMPTY,
            List.of(),
            Optional.empty()),
        RecordValue.EMPTY,
        allowed,
        allowed ? ReasonCode.REASON_CODE_PERMITTED : ReasonCode.REASON_CODE_NO_PERMIT,
        times(count, notes),
        times(count, error),
        times(count, obligation),
        times(count, advice),
        reuse,
        LogClass.BOUNDED,
        REVISION,
        new Revision("", 0, 0),
        SchemaMarks.NONE);
  }

  private static <T> List<T> times(int count, T one) {
    return Collections.nCopies(count, one);
  }

  @Test
  void theBytesAreThoseOfTheMessage() {
    byte[] id = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, -1, -128};
    var hash = Hash.at(new byte[64], 3);
    for (int count = 0; count < 3; count++) {
      for (var outcome :
          List.of(
              new Outcome.Accepted(),
              new Outcome.Appended(0, hash, 1),
              new Outcome.Appended(70_000, hash, 2))) {
        for (var reuse : List.of(Duration.ZERO, Duration.ofMillis(1_500))) {
          var answer = answer(count > 0, count, reuse);
          var written = new Answers.Written(answer, id, "lab/decisions/1", outcome, count);
          var out = new MessageWriter();
          Answers.write(out, written);
          assertArrayEquals(written.response().toByteArray(), out.take());
        }
      }
    }
  }
}
