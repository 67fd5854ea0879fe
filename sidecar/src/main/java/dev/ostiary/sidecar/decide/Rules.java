package dev.ostiary.sidecar.decide;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.schema.ActionDeclaration;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.schema.Type;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.sidecar.bundle.Bundle;
import dev.ostiary.sidecar.bundle.ReservedContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a bundle comes to for deciding, worked out once: its policies compiled, its notes read. */
final class Rules {
  private final Bundle bundle;
  private final PolicySet policies;
  private final int worstCandidateCount;
  private final PolicySet scopes;
  private final Map<String, PolicyNotes> notes = new HashMap<>();
  private final Map<EntityUid, ActionRules> actions = new HashMap<>();

  /**
   * What holds for one action.
   *
   * @param now whether its context has that reserved name; so of the others
   * @param mayReadTime whether a policy that concerns it reads {@code context.now} as an attribute
   * @param reuse how long its answers may be reused where they did not; zero where that cannot be
   *     told
   */
  record ActionRules(
      boolean now,
      boolean caller,
      boolean proof,
      boolean risk,
      boolean frozen,
      boolean mayReadTime,
      Duration reuse) {}

  /** A policy that depends on the time. */
  private record Timed(Policy policy, TimeReading.Kind kind) {}

  Rules(Bundle bundle) {
    this.bundle = bundle;
    try {
      this.policies = PolicySet.of(bundle.policies(), List.of());
    } catch (SourceException e) {
      throw new IllegalArgumentException(e); // ids are unique and there is no template
    }
    this.worstCandidateCount = policies.worstCandidateCount();
    this.scopes = Trace.scopes(bundle.policies());
    for (Policy policy : bundle.policies()) notes.put(policy.id(), PolicyNotes.of(policy));
    var timed =
        bundle.policies().stream()
            .map(policy -> new Timed(policy, TimeReading.of(policy)))
            .filter(policy -> policy.kind() != TimeReading.Kind.NEVER)
            .toList();
    for (ActionDeclaration action : bundle.schema().actions().values())
      actions.put(action.uid(), actionRules(action, timed, bundle.schema()));
  }

  private ActionRules actionRules(ActionDeclaration action, List<Timed> timed, Schema schema) {
    Type.RecordType context = action.context();
    var time = TimeReading.Kind.NEVER;
    for (Timed policy : timed)
      if (TimeReading.concerns(policy.policy(), action.uid(), schema))
        time = time.or(policy.kind());
    Duration reuse = bundle.settings().reuse().getOrDefault(action.uid(), Duration.ZERO);
    return new ActionRules(
        has(context, ReservedContext.NOW),
        has(context, ReservedContext.CALLER),
        has(context, ReservedContext.PRINCIPAL_PROOF),
        has(context, ReservedContext.RISK),
        has(context, ReservedContext.FROZEN),
        time == TimeReading.Kind.AS_ATTRIBUTE,
        time == TimeReading.Kind.OPAQUE ? Duration.ZERO : reuse);
  }

  private static boolean has(Type.RecordType context, ReservedContext reserved) {
    return context.attributes().containsKey(reserved.key());
  }

  Bundle bundle() {
    return bundle;
  }

  PolicySet policies() {
    return policies;
  }

  int worstCandidateCount() {
    return worstCandidateCount;
  }

  /** See {@link Trace#scopes}. */
  PolicySet scopes() {
    return scopes;
  }

  /** The policy of that id, which is one of this bundle. */
  Policy policy(String id) {
    Policy policy = policies.policies().get(id);
    if (policy == null) throw new IllegalArgumentException("no policy " + id);
    return policy;
  }

  /** The notes of a policy of this bundle. */
  PolicyNotes notes(Policy policy) {
    PolicyNotes found = notes.get(policy.id());
    if (found == null) throw new IllegalArgumentException("no policy " + policy.id());
    return found;
  }

  /** What holds for that action, or null where the schema has none. */
  @Nullable ActionRules action(EntityUid action) {
    return actions.get(action);
  }
}
