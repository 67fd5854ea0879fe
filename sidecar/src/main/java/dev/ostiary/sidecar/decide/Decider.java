package dev.ostiary.sidecar.decide;

import dev.ostiary.cedar.Authorizer;
import dev.ostiary.cedar.DatetimeValue;
import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.EntitiesException;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.Response;
import dev.ostiary.cedar.SetValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.explain.Explanation;
import dev.ostiary.cedar.schema.ConformanceException;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.sidecar.bundle.LogClass;
import dev.ostiary.sidecar.bundle.ReservedContext;
import dev.ostiary.sidecar.bundle.Secrets;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.v1.EvaluationError;
import dev.ostiary.v1.ReasonCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Answers questions by snapshots. Pure: the same question on the same snapshot gets the same
 * result.
 *
 * <p>The engine is exactly Cedar; what is stricter is here. A forbid that has no value denies, and
 * a principal or resource that is not known denies, since a guard on its groups would be silently
 * false.
 */
public final class Decider {
  private static final ReservedContext[] RESERVED = ReservedContext.values();
  private static final LongValue NO_RISK = new LongValue(0);
  private static final SetValue NOTHING_FROZEN = SetValue.of(List.of());
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Question question;
  private final Snapshot snapshot;
  private final Rules rules;
  private Entities entities;

  /** What the policies were asked; null while they were not. */
  private @Nullable Request asked;

  private Decider(Question question, Snapshot snapshot) {
    this.question = withoutSecrets(question, snapshot.bundle().secrets());
    this.snapshot = snapshot;
    this.rules = snapshot.rules();
    this.entities = snapshot.entities();
  }

  /** What may not be written is not given to policies. */
  private static Question withoutSecrets(Question question, Secrets secrets) {
    if (secrets.isEmpty()) return question;
    return new Question(
        question.caller(),
        question.proof(),
        question.nowMillis(),
        question.principal(),
        question.action(),
        question.resource(),
        secrets.without(question.action(), question.context()),
        question.entities().stream().map(secrets::without).toList(),
        question.atLeast());
  }

  /** The result on a question. Any thread; never blocks. */
  public static Result decide(Question question, Snapshot snapshot) {
    return new Decider(question, snapshot).decide();
  }

  /** The same result, with what each policy said. */
  public static Explained explain(Question question, Snapshot snapshot) {
    var decider = new Decider(question, snapshot);
    Result result = decider.decide();
    Request asked = decider.asked;
    if (asked == null) return Explained.withoutPolicies(result);
    return new Explained(
        result, Trace.of(decider.rules, asked, decider.entities), decider.text(asked, result));
  }

  private String text(Request asked, Result result) {
    var explanation = Explanation.of(asked, rules.policies(), entities);
    String text = explanation.text(new SchemaMask(rules.bundle().schema(), asked));
    boolean stricter =
        explanation.decision() == Decision.ALLOW
            && result instanceof Answer answer
            && !answer.allowed();
    return stricter ? "denied, since a forbid could not be evaluated; without it:\n" + text : text;
  }

  private Result decide() {
    Refused refused = refusedRevision();
    if (refused != null) return refused;
    for (ReservedContext reserved : RESERVED) {
      if (question.context().find(reserved.key()) != null) return refusedReserved(reserved);
    }
    Rules.ActionRules action = rules.action(question.action());
    if (action == null)
      return Refused.of(
          Why.SCHEMA_MISMATCH,
          "action",
          "the action `" + question.action() + "` is not in the schema");
    if (action.now() && question.nowMillis().isEmpty())
      return Refused.later(
          Why.CLOCK_BEHIND,
          "the clock stands before the last entry, and this action asks for the time",
          RETRY);
    if (!question.entities().isEmpty()) {
      Optional<Refused> given = Given.refused(question.entities(), snapshot);
      if (given.isPresent()) return given.get();
      try {
        entities = Given.with(question.entities(), snapshot);
      } catch (EntitiesException e) {
        return Refused.of(Why.MALFORMED_REQUEST, "entities", String.valueOf(e.getMessage()));
      }
    }
    RecordValue timeless = stampedWithoutTime(action);
    RecordValue context = action.now() ? withTime(timeless) : timeless;
    Request request = request(context);
    try {
      rules.bundle().schema().check(request);
    } catch (ConformanceException e) {
      return Refused.of(Why.SCHEMA_MISMATCH, e.field(), String.valueOf(e.getMessage()));
    }
    boolean principalKnown = isKnown(question.principal());
    boolean resourceKnown = isKnown(question.resource());
    if (!principalKnown || !resourceKnown) return unknown(context, principalKnown, resourceKnown);
    asked = request;
    if (!action.mayReadTime() || action.reuse().isZero())
      return answer(context, action.reuse(), authorize(context));
    // Where no policy comes to read the time, this is the response at any time.
    Response anyTime = authorize(timeless);
    return anyTime.errors().isEmpty()
        ? answer(context, action.reuse(), anyTime)
        : answer(context, Duration.ZERO, authorize(context));
  }

  private Response authorize(RecordValue context) {
    return Authorizer.isAuthorized(request(context), rules.policies(), entities);
  }

  private Request request(RecordValue context) {
    return new Request(question.principal(), question.action(), question.resource(), context);
  }

  private @Nullable Refused refusedRevision() {
    if (question.atLeast().isEmpty()) return null;
    Revision least = question.atLeast().get();
    Revision here = snapshot.dataRevision();
    if (!least.origin().equals(here.origin()) || least.epoch() != here.epoch())
      return Refused.of(
          Why.OTHER_REVISION,
          "at_least",
          "expected a revision of `" + here.origin() + "/" + here.epoch() + "`");
    if (least.size() > here.size())
      return Refused.later(
          Why.REVISION_NOT_REACHED, "the revision here is still " + here.size(), RETRY);
    return null;
  }

  private static Refused refusedReserved(ReservedContext reserved) {
    return Refused.of(
        Why.RESERVED_CONTEXT,
        "context." + reserved.key(),
        "`" + reserved.key() + "` is given by the sidecar, never by a caller");
  }

  /** The caller's context and what the sidecar says, where the action's context declares it. */
  private RecordValue stampedWithoutTime(Rules.ActionRules action) {
    RecordValue context = question.context();
    if (action.caller()) context = context.with(ReservedContext.CALLER.key(), question.caller());
    if (action.proof())
      context =
          context.with(
              ReservedContext.PRINCIPAL_PROOF.key(), new StringValue(question.proof().notation()));
    // No fact raises a score or freezes anything yet, so the fold of those is this.
    if (action.risk()) context = context.with(ReservedContext.RISK.key(), NO_RISK);
    if (action.frozen()) context = context.with(ReservedContext.FROZEN.key(), NOTHING_FROZEN);
    return context;
  }

  private RecordValue withTime(RecordValue context) {
    var now = new DatetimeValue(question.nowMillis().orElseThrow());
    return context.with(ReservedContext.NOW.key(), now);
  }

  /** Whether there is such an entity, or need not be: its type is virtual or lists its ids. */
  private boolean isKnown(EntityUid uid) {
    if (entities.contains(uid) || rules.bundle().marks().virtual().contains(uid.type()))
      return true;
    var type = rules.bundle().schema().entityTypes().get(uid.type());
    return type != null && type.enumeration().isPresent(); // the schema check knows the ids
  }

  private Answer unknown(RecordValue context, boolean principalKnown, boolean resourceKnown) {
    var errors = new ArrayList<EvaluationError>(2);
    if (!principalKnown) errors.add(error("", "principal is unknown"));
    if (!resourceKnown) errors.add(error("", "resource is unknown"));
    return new Answer(
        question,
        context,
        false,
        ReasonCode.REASON_CODE_ENTITY_UNKNOWN,
        List.of(),
        errors,
        List.of(),
        List.of(),
        Duration.ZERO,
        rules.bundle().settings().logClass(),
        snapshot.policyRevision(),
        snapshot.dataRevision(),
        rules.bundle().marks());
  }

  private Answer answer(RecordValue context, Duration reuse, Response response) {
    List<PolicyNotes> determining = determining(response);
    ReasonCode code = ReasonCode.REASON_CODE_PERMITTED;
    if (response.decision() == Decision.DENY)
      code =
          determining.isEmpty()
              ? ReasonCode.REASON_CODE_NO_PERMIT
              : ReasonCode.REASON_CODE_FORBIDDEN;
    List<EvaluationError> errors = List.of();
    if (!response.errors().isEmpty()) {
      errors = errors(response);
      List<PolicyNotes> erroredForbids = erroredForbids(response);
      if (code != ReasonCode.REASON_CODE_FORBIDDEN && !erroredForbids.isEmpty()) {
        code = ReasonCode.REASON_CODE_FORBID_ERRORED;
        determining = erroredForbids;
      }
    }
    LogClass logClass = rules.bundle().settings().logClass();
    for (int i = 0; i < determining.size(); i++)
      logClass = logClass.or(determining.get(i).logClass());
    return new Answer(
        question,
        context,
        code == ReasonCode.REASON_CODE_PERMITTED,
        code,
        determining,
        errors,
        Joined.obligations(determining),
        Joined.advice(determining),
        logClass.compareTo(LogClass.STRICT) >= 0 ? Duration.ZERO : reuse,
        logClass,
        snapshot.policyRevision(),
        snapshot.dataRevision(),
        rules.bundle().marks());
  }

  private List<PolicyNotes> determining(Response response) {
    List<Policy> reasons = response.reasons();
    if (reasons.isEmpty()) return List.of();
    if (reasons.size() == 1) return List.of(rules.notes(reasons.getFirst()));
    var notes = new ArrayList<PolicyNotes>(reasons.size());
    for (int i = 0; i < reasons.size(); i++) notes.add(rules.notes(reasons.get(i)));
    notes.sort(Comparator.comparing(PolicyNotes::id));
    return notes;
  }

  /** By id, as the response has them. */
  private List<PolicyNotes> erroredForbids(Response response) {
    var notes = new ArrayList<PolicyNotes>(1);
    for (var error : response.errors())
      if (error.policy().effect() == Policy.Effect.FORBID) notes.add(rules.notes(error.policy()));
    return notes;
  }

  private static List<EvaluationError> errors(Response response) {
    var errors = new ArrayList<EvaluationError>(response.errors().size());
    for (var error : response.errors())
      errors.add(error(error.policy().id(), Outcomes.message(error.error())));
    return errors;
  }

  private static EvaluationError error(String policy, String message) {
    return EvaluationError.newBuilder().setPolicyId(policy).setMessage(message).build();
  }
}
