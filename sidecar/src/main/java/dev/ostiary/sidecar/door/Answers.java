package dev.ostiary.sidecar.door;

import dev.ostiary.sidecar.contract.ContractWriter;
import dev.ostiary.sidecar.decide.Answer;
import dev.ostiary.sidecar.decide.PolicyNotes;
import dev.ostiary.v1.CheckResponse;
import dev.ostiary.v1.Decision;
import dev.ostiary.v1.Receipt;

/** Answers as the wire has them. */
final class Answers {
  private Answers() {}

  static CheckResponse response(Answer answer, String id, Receipt receipt) {
    var response =
        CheckResponse.newBuilder()
            .setDecision(answer.allowed() ? Decision.DECISION_ALLOW : Decision.DECISION_DENY)
            .setDecisionId(id)
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
}
