package dev.ostiary.sidecar.decide;

import com.google.protobuf.ByteString;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.sidecar.bundle.Annotation;
import dev.ostiary.sidecar.bundle.LogClass;
import dev.ostiary.v1.Advice;
import dev.ostiary.v1.AdviceKind;
import dev.ostiary.v1.Obligation;
import dev.ostiary.v1.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a policy says beside its conditions: read from its annotations once, in the form in which
 * answers carry it.
 *
 * @param id its {@code @id}
 * @param effect what it does where it applies
 * @param reason its id, its {@code @reason} and all its annotations
 * @param encoded the bytes of {@code reason}
 * @param obligations what it asks for by itself, by name
 * @param advice what it advises by itself, by kind and name
 * @param logClass its {@code @log}, or the weakest class
 */
public record PolicyNotes(
    String id,
    Policy.Effect effect,
    Reason reason,
    ByteString encoded,
    List<Obligation> obligations,
    List<Advice> advice,
    LogClass logClass) {
  public PolicyNotes {
    obligations = List.copyOf(obligations);
    advice = List.copyOf(advice);
  }

  /** The notes of a policy whose annotations were found good. */
  static PolicyNotes of(Policy policy) {
    Map<String, String> annotations = policy.annotations();
    Reason reason = reason(policy);
    return new PolicyNotes(
        policy.id(),
        policy.effect(),
        reason,
        reason.toByteString(),
        names(annotations.get("obligation")).stream()
            .map(name -> Obligation.newBuilder().setName(name).addPolicyIds(policy.id()).build())
            .toList(),
        advice(policy),
        LogClass.named(annotations.getOrDefault("log", "")).orElse(LogClass.OBSERVE));
  }

  private static Reason reason(Policy policy) {
    var reason =
        Reason.newBuilder()
            .setPolicyId(policy.id())
            .setText(policy.annotations().getOrDefault("reason", ""));
    new TreeMap<>(policy.annotations())
        .forEach((name, value) -> reason.addAnnotationsBuilder().setName(name).setValue(value));
    return reason.build();
  }

  private static List<Advice> advice(Policy policy) {
    var advice = new ArrayList<Advice>();
    for (String name : names(policy.annotations().get("stepup")))
      advice.add(advice(AdviceKind.ADVICE_KIND_STEP_UP, name, policy));
    for (String name : names(policy.annotations().get("requestable")))
      advice.add(advice(AdviceKind.ADVICE_KIND_REQUESTABLE, name, policy));
    return advice;
  }

  private static Advice advice(AdviceKind kind, String name, Policy policy) {
    return Advice.newBuilder().setKind(kind).setName(name).addPolicyIds(policy.id()).build();
  }

  private static TreeSet<String> names(@org.jspecify.annotations.Nullable String value) {
    return value == null ? new TreeSet<>() : new TreeSet<>(Annotation.list(value));
  }
}
