package dev.ostiary.sidecar.record;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.record.v1.PrincipalProof;
import dev.ostiary.record.v1.SearchRecord;
import dev.ostiary.sidecar.bundle.LogClass;
import dev.ostiary.sidecar.contract.ContractWriter;
import dev.ostiary.sidecar.contract.MessageWriter;
import dev.ostiary.sidecar.decide.Answer;
import dev.ostiary.sidecar.decide.Question;
import dev.ostiary.sidecar.subjects.Hiding;
import dev.ostiary.v1.Decision;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Records of decisions as bytes, those that protobuf writes for a {@code DecisionLogEntry}. */
final class Entries {
  private static final ThreadLocal<MessageWriter> WRITERS =
      ThreadLocal.withInitial(MessageWriter::new);

  private Entries() {}

  /** The record of one decision. */
  static byte[] decision(Recorder.Item item, LogClass logClass, long timeMicros, Hiding hiding) {
    var out = WRITERS.get();
    out.clear();
    decision(out, 5, item, logClass, hiding);
    out.number(1, timeMicros);
    return out.take();
  }

  /** The record of a batch, or of a search with its results. */
  static byte[] batch(
      List<Recorder.Item> items,
      Optional<Recorder.Searched> search,
      LogClass logClass,
      long timeMicros,
      Hiding hiding) {
    var out = WRITERS.get();
    out.clear();
    search.ifPresent(searched -> out.message(2, search(searched, hiding)));
    for (int i = items.size() - 1; i >= 0; i--) decision(out, 1, items.get(i), logClass, hiding);
    out.message(6, 0);
    out.number(1, timeMicros);
    return out.take();
  }

  private static void decision(
      MessageWriter out, int field, Recorder.Item item, LogClass logClass, Hiding hiding) {
    Answer answer = item.answer();
    Call call = item.call();
    Question question = answer.question();
    var sealed =
        hiding.context(
            question.principal(), question.action(), question.resource(), question.context());
    RecordValue context =
        sealed.isEmpty() ? answer.context() : stamped(answer.context(), question.context());
    int end = out.mark();
    if (sealed.isPresent()) out.bytes(23, sealed.get());
    out.number(22, logClass(logClass).getNumber());
    out.number(20, call.door().getNumber());
    out.number(19, Math.max(0, System.nanoTime() - call.arrivedNanos()));
    bytes(out, 18, call.trace().spanId());
    bytes(out, 17, call.trace().traceId());
    out.text(16, call.correlationId());
    out.revision(15, answer.dataRevision());
    out.number(14, answer.policyRevision().size());
    var obligations = answer.obligations();
    for (int i = obligations.size() - 1; i >= 0; i--) out.present(13, obligations.get(i).getName());
    for (int i = answer.errors().size() - 1; i >= 0; i--) out.message(12, answer.errors().get(i));
    var determining = answer.determining();
    for (int i = determining.size() - 1; i >= 0; i--) out.present(11, determining.get(i).id());
    out.number(10, answer.reasonCode().getNumber());
    out.number(
        9, (answer.allowed() ? Decision.DECISION_ALLOW : Decision.DECISION_DENY).getNumber());
    var entities = question.entities();
    for (int i = entities.size() - 1; i >= 0; i--) out.message(8, hiding.entity(entities.get(i)));
    out.attributes(7, context, hiding);
    out.uid(6, question.resource(), hiding);
    out.uid(5, question.action());
    out.uid(4, question.principal(), hiding);
    out.number(3, proof(question.proof()).getNumber());
    out.uid(2, question.caller());
    out.bytes(1, item.id());
    out.message(field, end);
  }

  private static void bytes(MessageWriter out, int field, ByteString bytes) {
    if (!bytes.isEmpty()) out.bytes(field, bytes);
  }

  /** What the sidecar said of the circumstances. */
  private static RecordValue stamped(RecordValue all, RecordValue sent) {
    var stamped = new TreeMap<String, Value>(all.attributes());
    stamped.keySet().removeAll(sent.attributes().keySet());
    return RecordValue.of(stamped);
  }

  private static SearchRecord search(Recorder.Searched searched, Hiding hiding) {
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
            sealed -> record.setSealedContext(UnsafeByteOperations.unsafeWrap(sealed)),
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
