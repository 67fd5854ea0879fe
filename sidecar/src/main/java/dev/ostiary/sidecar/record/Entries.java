package dev.ostiary.sidecar.record;

import com.google.protobuf.UnsafeByteOperations;
import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.DatetimeValue;
import dev.ostiary.cedar.DecimalValue;
import dev.ostiary.cedar.DurationValue;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.IpValue;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.SetValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.record.v1.DecisionRecord;
import dev.ostiary.record.v1.PrincipalProof;
import dev.ostiary.sidecar.bundle.LogClass;
import dev.ostiary.sidecar.decide.Answer;
import dev.ostiary.sidecar.decide.Question;
import dev.ostiary.sidecar.decide.Revision;
import dev.ostiary.v1.Attribute;
import dev.ostiary.v1.Decision;
import dev.ostiary.v1.Entity;
import dev.ostiary.v1.Obligation;
import dev.ostiary.v1.Record;
import dev.ostiary.v1.Set;
import dev.ostiary.v1.Value;
import java.util.ArrayList;
import java.util.List;

/** Decisions as entries have them. */
final class Entries {
  private Entries() {}

  static DecisionRecord decision(
      Answer answer, Call call, byte[] id, LogClass logClass, long nowNanos) {
    Question question = answer.question();
    var record =
        DecisionRecord.newBuilder()
            .setDecisionId(UnsafeByteOperations.unsafeWrap(id))
            .setCaller(uid(question.caller()))
            .setPrincipalProof(proof(question.proof()))
            .setPrincipal(uid(question.principal()))
            .setAction(uid(question.action()))
            .setResource(uid(question.resource()))
            .addAllContext(attributes(answer.context()))
            .setDecision(answer.allowed() ? Decision.DECISION_ALLOW : Decision.DECISION_DENY)
            .setReasonCode(answer.reasonCode())
            .addAllErrors(answer.errors())
            .setPolicySize(answer.policyRevision().size())
            .setDataRevision(revision(answer.dataRevision()))
            .setCorrelationId(call.correlationId())
            .setTraceId(call.trace().traceId())
            .setSpanId(call.trace().spanId())
            .setLatencyNanos(Math.max(0, nowNanos - call.arrivedNanos()))
            .setDoor(call.door())
            .setLogClass(logClass(logClass));
    for (var entity : question.entities()) record.addEntities(entity(entity));
    for (var policy : answer.determining()) record.addPolicyIds(policy.id());
    for (Obligation obligation : answer.obligations()) record.addObligations(obligation.getName());
    return record.build();
  }

  static dev.ostiary.v1.Revision revision(Revision revision) {
    return dev.ostiary.v1.Revision.newBuilder()
        .setOrigin(revision.origin())
        .setEpoch(revision.epoch())
        .setSize(revision.size())
        .build();
  }

  static dev.ostiary.v1.EntityUid uid(EntityUid uid) {
    return dev.ostiary.v1.EntityUid.newBuilder().setType(uid.type()).setId(uid.id()).build();
  }

  private static dev.ostiary.record.v1.LogClass logClass(LogClass logClass) {
    return switch (logClass) {
      case OBSERVE -> dev.ostiary.record.v1.LogClass.LOG_CLASS_OBSERVE;
      case BOUNDED -> dev.ostiary.record.v1.LogClass.LOG_CLASS_BOUNDED;
      case STRICT -> dev.ostiary.record.v1.LogClass.LOG_CLASS_STRICT;
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

  private static Entity entity(dev.ostiary.cedar.Entity entity) {
    var built =
        Entity.newBuilder()
            .setUid(uid(entity.uid()))
            .addAllAttributes(attributes(entity.attributes()))
            .addAllTags(attributes(entity.tags()));
    entity.parents().stream().sorted().forEach(parent -> built.addParents(uid(parent)));
    return built.build();
  }

  private static List<Attribute> attributes(RecordValue record) {
    var attributes = new ArrayList<Attribute>(record.attributes().size());
    record
        .attributes()
        .forEach((name, value) ->
            attributes.add(Attribute.newBuilder().setName(name).setValue(value(value)).build()));
    return attributes;
  }

  private static Value value(dev.ostiary.cedar.Value value) {
    var built = Value.newBuilder();
    switch (value) {
      case BoolValue bool -> built.setBoolean(bool.value());
      case LongValue(long number) -> built.setLong(number);
      case StringValue(String text) -> built.setString(text);
      case EntityUid uid -> built.setEntity(uid(uid));
      case SetValue set -> {
        var elements = Set.newBuilder();
        for (var element : set.elements()) elements.addElements(value(element));
        built.setSet(elements);
      }
      case RecordValue record ->
          built.setRecord(Record.newBuilder().addAllAttributes(attributes(record)));
      case IpValue ip -> built.setIp(ip.text());
      case DecimalValue decimal -> built.setDecimal(decimal.text());
      case DatetimeValue(long millis) -> built.setDatetimeMillis(millis);
      case DurationValue(long millis) -> built.setDurationMillis(millis);
    }
    return built.build();
  }
}
