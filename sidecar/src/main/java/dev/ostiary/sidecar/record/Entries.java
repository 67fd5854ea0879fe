package dev.ostiary.sidecar.record;

import com.google.protobuf.UnsafeByteOperations;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.record.v1.DecisionRecord;
import dev.ostiary.record.v1.PrincipalProof;
import dev.ostiary.record.v1.SearchRecord;
import dev.ostiary.sidecar.bundle.LogClass;
import dev.ostiary.sidecar.contract.ContractWriter;
import dev.ostiary.sidecar.decide.Answer;
import dev.ostiary.sidecar.decide.Question;
import dev.ostiary.sidecar.subjects.Hiding;
import dev.ostiary.v1.Decision;
import dev.ostiary.v1.Obligation;
import java.util.TreeMap;

/** Decisions as entries have them. */
final class Entries {
  private Entries() {}

  static DecisionRecord decision(
      Answer answer, Call call, byte[] id, LogClass logClass, long nowNanos, Hiding hiding) {
    Question question = answer.question();
    var sealed =
        hiding.context(
            question.principal(), question.action(), question.resource(), question.context());
    RecordValue context =
        sealed.isEmpty() ? answer.context() : stamped(answer.context(), question.context());
    var record =
        DecisionRecord.newBuilder()
            .setDecisionId(UnsafeByteOperations.unsafeWrap(id))
            .setCaller(ContractWriter.uid(question.caller()))
            .setPrincipalProof(proof(question.proof()))
            .setPrincipal(hiding.apply(question.principal()))
            .setAction(ContractWriter.uid(question.action()))
            .setResource(hiding.apply(question.resource()))
            .addAllContext(ContractWriter.attributes(context, hiding))
            .setDecision(answer.allowed() ? Decision.DECISION_ALLOW : Decision.DECISION_DENY)
            .setReasonCode(answer.reasonCode())
            .addAllErrors(answer.errors())
            .setPolicySize(answer.policyRevision().size())
            .setDataRevision(ContractWriter.revision(answer.dataRevision()))
            .setCorrelationId(call.correlationId())
            .setTraceId(call.trace().traceId())
            .setSpanId(call.trace().spanId())
            .setLatencyNanos(Math.max(0, nowNanos - call.arrivedNanos()))
            .setDoor(call.door())
            .setLogClass(logClass(logClass));
    for (var entity : question.entities()) record.addEntities(hiding.entity(entity));
    sealed.ifPresent(record::setSealedContext);
    for (var policy : answer.determining()) record.addPolicyIds(policy.id());
    for (Obligation obligation : answer.obligations()) record.addObligations(obligation.getName());
    return record.build();
  }

  /** What the sidecar said of the circumstances. */
  private static RecordValue stamped(RecordValue all, RecordValue sent) {
    var stamped = new TreeMap<String, Value>(all.attributes());
    stamped.keySet().removeAll(sent.attributes().keySet());
    return RecordValue.of(stamped);
  }

  static SearchRecord search(Recorder.Searched searched, Hiding hiding) {
    Question question = searched.question();
    var record =
        SearchRecord.newBuilder()
            .setCaller(ContractWriter.uid(question.caller()))
            .setPrincipal(hiding.apply(question.principal()))
            .setAction(ContractWriter.uid(question.action()))
            .setResource(hiding.apply(question.resource()));
    hiding
        .context(question.principal(), question.action(), question.resource(), question.context())
        .ifPresentOrElse(
            record::setSealedContext,
            () -> record.addAllContext(ContractWriter.attributes(question.context(), hiding)));
    return record
        .setCorrelationId(searched.call().correlationId())
        .setTraceId(searched.call().trace().traceId())
        .setSpanId(searched.call().trace().spanId())
        .setDataRevision(ContractWriter.revision(searched.revision()))
        .build();
  }

  private static dev.ostiary.record.v1.LogClass logClass(LogClass logClass) {
    return switch (logClass) {
      case OBSERVE -> dev.ostiary.record.v1.LogClass.LOG_CLASS_OBSERVE;
      case BOUNDED -> dev.ostiary.record.v1.LogClass.LOG_CLASS_BOUNDED;
      case STRICT -> dev.ostiary.record.v1.LogClass.LOG_CLASS_STRICT;
      case SHIPPED -> dev.ostiary.record.v1.LogClass.LOG_CLASS_SHIPPED;
    };
  }

  private static PrincipalProof proof(Question.Proof proof) {
    return switch (proof) {
      case ASSERTED -> PrincipalProof.PRINCIPAL_PROOF_ASSERTED;
      case JWT -> PrincipalProof.PRINCIPAL_PROOF_JWT;
      case SVID -> PrincipalProof.PRINCIPAL_PROOF_SVID;
      case BACKEND -> PrincipalProof.PRINCIPAL_PROOF_BACKEND;
    };
  }
}
