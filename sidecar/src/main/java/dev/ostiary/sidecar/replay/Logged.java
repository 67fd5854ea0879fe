package dev.ostiary.sidecar.replay;

import dev.ostiary.cedar.DatetimeValue;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.record.v1.DecisionRecord;
import dev.ostiary.sidecar.bundle.ReservedContext;
import dev.ostiary.sidecar.contract.ContractException;
import dev.ostiary.sidecar.contract.ContractReader;
import dev.ostiary.sidecar.decide.Answer;
import dev.ostiary.sidecar.decide.Decider;
import dev.ostiary.sidecar.decide.PolicyNotes;
import dev.ostiary.sidecar.decide.Question;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Revision;
import dev.ostiary.sidecar.decide.Snapshot;
import dev.ostiary.sidecar.subjects.Names;
import dev.ostiary.v1.Decision;
import dev.ostiary.v1.Obligation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** A decision as the log has it, and the question that it answered. */
final class Logged {
  private Logged() {}

  /** The revision that it was made at. */
  static Revision revision(DecisionRecord logged) {
    return ContractReader.revision(logged.getDataRevision());
  }

  /** What came of making a decision again. */
  sealed interface Made {
    /** It is the same. */
    record Same() implements Made {}

    /** It is not. */
    record Differs(List<Difference.Part> parts) implements Made {}

    /** It could not be made. */
    record Not(String why) implements Made {}
  }

  /**
   * Makes a decision again and compares.
   *
   * @param names whom its names stand for
   * @throws ContractException if the record holds no question
   */
  static Made again(DecisionRecord logged, Snapshot snapshot, Names names)
      throws ContractException {
    var personal = snapshot.bundle().marks().personal();
    List<EntityUid> asked =
        List.of(uid(logged.getPrincipal(), "principal"), uid(logged.getResource(), "resource"));
    for (EntityUid name : asked)
      if (personal.contains(name.type()) && names.reveal(name).equals(name))
        return new Made.Not(unreadable(names, name));
    RecordValue sent = RecordValue.EMPTY;
    if (!logged.getSealedContext().isEmpty()) {
      var opened = names.attributes(logged.getSealedContext(), asked);
      if (opened.isEmpty()) return new Made.Not(unreadable(names, asked.getFirst()));
      sent = names.record(opened.get(), "sealed_context");
    }
    var entities = new ArrayList<Entity>(logged.getEntitiesCount());
    for (int i = 0; i < logged.getEntitiesCount(); i++) {
      var entity = names.read(logged.getEntities(i), "entities[" + i + "]");
      if (entity.isEmpty()) return new Made.Not(unreadable(names, asked.getFirst()));
      entities.add(entity.get());
    }
    var parts = differences(logged, question(logged, names, sent, entities), snapshot);
    return parts.isEmpty() ? new Made.Same() : new Made.Differs(parts);
  }

  private static String unreadable(Names names, EntityUid name) {
    if (!names.areHere()) return "the tables of subjects are not here";
    return names.isErased(name)
        ? "a subject that it is about was erased"
        : "a subject that it is about is not in the tables";
  }

  private static List<Difference.Part> differences(
      DecisionRecord logged, Question question, Snapshot snapshot) {
    return switch (Decider.decide(question, snapshot)) {
      case Answer answer -> differences(logged, answer);
      case Refused(var why, var message, var field, _) ->
          List.of(
              new Difference.Part(
                  "decision",
                  logged.getDecision().name(),
                  why + (field.isEmpty() ? "" : " " + field) + ": " + message));
    };
  }

  /** The sidecar's own words are taken out of the context again, so that it says them once more. */
  private static Question question(
      DecisionRecord logged, Names names, RecordValue sealed, List<Entity> entities)
      throws ContractException {
    RecordValue decidedOn = names.record(logged.getContextList(), "context");
    Map<String, Value> sent = new TreeMap<>(decidedOn.attributes());
    sent.putAll(sealed.attributes());
    for (ReservedContext reserved : ReservedContext.values()) sent.remove(reserved.key());
    return new Question(
        uid(logged.getCaller(), "caller"),
        proof(logged),
        decidedOn.find(ReservedContext.NOW.key()) instanceof DatetimeValue(long millis)
            ? OptionalLong.of(millis)
            : OptionalLong.empty(),
        names.reveal(uid(logged.getPrincipal(), "principal")),
        uid(logged.getAction(), "action"),
        names.reveal(uid(logged.getResource(), "resource")),
        RecordValue.of(sent),
        entities,
        Optional.empty());
  }

  private static EntityUid uid(dev.ostiary.v1.EntityUid uid, String field)
      throws ContractException {
    return ContractReader.named(true, uid, field);
  }

  private static Question.Proof proof(DecisionRecord logged) {
    return switch (logged.getPrincipalProof()) {
      case PRINCIPAL_PROOF_JWT -> Question.Proof.JWT;
      case PRINCIPAL_PROOF_SVID -> Question.Proof.SVID;
      case PRINCIPAL_PROOF_BACKEND -> Question.Proof.BACKEND;
      case PRINCIPAL_PROOF_ASSERTED, PRINCIPAL_PROOF_UNSPECIFIED, UNRECOGNIZED ->
          Question.Proof.ASSERTED;
    };
  }

  private static List<Difference.Part> differences(DecisionRecord logged, Answer answer) {
    var parts = new ArrayList<Difference.Part>(0);
    Decision decision = answer.allowed() ? Decision.DECISION_ALLOW : Decision.DECISION_DENY;
    compare("decision", logged.getDecision(), decision, parts);
    compare("reason_code", logged.getReasonCode(), answer.reasonCode(), parts);
    compare(
        "policy_ids",
        List.copyOf(logged.getPolicyIdsList()),
        answer.determining().stream().map(PolicyNotes::id).toList(),
        parts);
    compare("errors", logged.getErrorsList(), answer.errors(), parts);
    compare(
        "obligations",
        List.copyOf(logged.getObligationsList()),
        answer.obligations().stream().map(Obligation::getName).toList(),
        parts);
    compare("policy_size", logged.getPolicySize(), answer.policyRevision().size(), parts);
    return parts;
  }

  private static void compare(
      String field, Object logged, Object again, List<Difference.Part> parts) {
    if (!logged.equals(again))
      parts.add(new Difference.Part(field, logged.toString(), again.toString()));
  }
}
