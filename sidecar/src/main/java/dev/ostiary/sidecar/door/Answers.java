package dev.ostiary.sidecar.door;

import com.google.protobuf.UnsafeByteOperations;
import dev.ostiary.log.Outcome;
import dev.ostiary.sidecar.contract.ContractWriter;
import dev.ostiary.sidecar.contract.MessageWriter;
import dev.ostiary.sidecar.decide.Answer;
import dev.ostiary.sidecar.decide.PolicyNotes;
import dev.ostiary.v1.CheckResponse;
import dev.ostiary.v1.Decision;
import dev.ostiary.v1.Receipt;
import java.util.HexFormat;

/** Answers as the wire has them: as a message, and as the bytes of the same message. */
final class Answers {
  private static final HexFormat HEX = HexFormat.of();

  private Answers() {}

  /**
   * An answer that is in the log.
   *
   * @param id its 16 bytes
   * @param origin of the log
   * @param outcome where it stands there
   * @param item its place in the entry
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Written(Answer answer, byte[] id, String origin, Outcome outcome, int item) {
    CheckResponse response() {
      return Answers.response(this);
    }
  }

  private static Decision decision(Answer answer) {
    return answer.allowed() ? Decision.DECISION_ALLOW : Decision.DECISION_DENY;
  }

  private static CheckResponse response(Written written) {
    Answer answer = written.answer;
    var receipt = Receipt.newBuilder().setOrigin(written.origin).setItem(written.item);
    if (written.outcome instanceof Outcome.Appended(long index, var leafHash, _))
      receipt.setIndex(index).setLeafHash(UnsafeByteOperations.unsafeWrap(leafHash.bytes()));
    var response =
        CheckResponse.newBuilder()
            .setDecision(decision(answer))
            .setDecisionId(HEX.formatHex(written.id))
            .setReasonCode(answer.reasonCode())
            .addAllErrors(answer.errors())
            .addAllObligations(answer.obligations())
            .addAllAdvice(answer.advice())
            .setPolicyRevision(ContractWriter.revision(answer.policyRevision()))
            .setDataRevision(ContractWriter.revision(answer.dataRevision()))
            .setReuse(Statuses.duration(answer.reuse()))
            .setReceipt(receipt);
    for (PolicyNotes policy : answer.determining()) response.addReasons(policy.reason());
    return response.build();
  }

  /** Writes the fields of a {@code CheckResponse}. */
  static void write(MessageWriter out, Written written) {
    Answer answer = written.answer;
    int end = out.mark();
    out.number(4, written.item);
    if (written.outcome instanceof Outcome.Appended(long index, var leafHash, _)) {
      out.bytes(3, leafHash.bytes());
      out.present(2, index);
    }
    out.text(1, written.origin);
    out.message(11, end);
    end = out.mark();
    out.number(2, answer.reuse().toNanosPart());
    out.number(1, answer.reuse().toSeconds());
    out.message(10, end);
    out.revision(9, answer.dataRevision());
    out.revision(8, answer.policyRevision());
    for (int i = answer.advice().size() - 1; i >= 0; i--) out.message(7, answer.advice().get(i));
    var obligations = answer.obligations();
    for (int i = obligations.size() - 1; i >= 0; i--) out.message(6, obligations.get(i));
    for (int i = answer.errors().size() - 1; i >= 0; i--) out.message(5, answer.errors().get(i));
    var determining = answer.determining();
    for (int i = determining.size() - 1; i >= 0; i--) out.bytes(4, determining.get(i).encoded());
    out.number(3, answer.reasonCode().getNumber());
    out.text(2, HEX.formatHex(written.id));
    out.number(1, decision(answer).getNumber());
  }
}
