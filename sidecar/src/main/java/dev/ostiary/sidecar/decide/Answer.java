package dev.ostiary.sidecar.decide;

import dev.ostiary.cedar.RecordValue;
import dev.ostiary.sidecar.bundle.LogClass;
import dev.ostiary.sidecar.bundle.SchemaMarks;
import dev.ostiary.v1.Advice;
import dev.ostiary.v1.EvaluationError;
import dev.ostiary.v1.Obligation;
import dev.ostiary.v1.ReasonCode;
import java.time.Duration;
import java.util.List;

/**
 * A decision with all that it rests on.
 *
 * @param question what was asked
 * @param context the context decided on: the caller's and what the sidecar stamped
 * @param allowed the decision
 * @param reasonCode why
 * @param determining the policies that determined it, by id
 * @param errors what could not be evaluated, by policy id
 * @param obligations what the enforcement point must do, by name
 * @param advice what it may pass on, by kind and name
 * @param reuse how long the answer may be reused
 * @param logClass what must have become of its entry before it leaves
 * @param policyRevision the activation that decided
 * @param dataRevision the last fact that it could see
 * @param marks what of it the log must not show
 */
public record Answer(
    Question question,
    RecordValue context,
    boolean allowed,
    ReasonCode reasonCode,
    List<PolicyNotes> determining,
    List<EvaluationError> errors,
    List<Obligation> obligations,
    List<Advice> advice,
    Duration reuse,
    LogClass logClass,
    Revision policyRevision,
    Revision dataRevision,
    SchemaMarks marks)
    implements Result {}
