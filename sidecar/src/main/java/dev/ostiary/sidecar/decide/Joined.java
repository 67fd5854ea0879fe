package dev.ostiary.sidecar.decide;

import dev.ostiary.v1.Advice;
import dev.ostiary.v1.Obligation;
import java.util.List;
import java.util.TreeMap;

/**
 * The obligations and the advice of several policies, each named once with all policies that carry
 * it. Most decisions have at most one such policy, and share its lists.
 */
final class Joined {
  private Joined() {}

  /** By name; {@code policies} are in ascending order of their ids. */
  static List<Obligation> obligations(List<PolicyNotes> policies) {
    List<Obligation> joined = List.of();
    for (int i = 0; i < policies.size(); i++) {
      List<Obligation> own = policies.get(i).obligations();
      if (joined.isEmpty()) joined = own;
      else if (!own.isEmpty()) joined = join(joined, own);
    }
    return joined;
  }

  private static List<Obligation> join(List<Obligation> first, List<Obligation> second) {
    var byName = new TreeMap<String, Obligation>();
    for (Obligation obligation : first) byName.put(obligation.getName(), obligation);
    for (Obligation obligation : second)
      byName.merge(
          obligation.getName(),
          obligation,
          (a, b) -> a.toBuilder().addAllPolicyIds(b.getPolicyIdsList()).build());
    return List.copyOf(byName.values());
  }

  /** By kind and name; {@code policies} are in ascending order of their ids. */
  static List<Advice> advice(List<PolicyNotes> policies) {
    List<Advice> joined = List.of();
    for (int i = 0; i < policies.size(); i++) {
      List<Advice> own = policies.get(i).advice();
      if (joined.isEmpty()) joined = own;
      else if (!own.isEmpty()) joined = joinAdvice(joined, own);
    }
    return joined;
  }

  private static List<Advice> joinAdvice(List<Advice> first, List<Advice> second) {
    var byName = new TreeMap<String, Advice>();
    for (Advice advice : first) byName.put(key(advice), advice);
    for (Advice advice : second)
      byName.merge(
          key(advice),
          advice,
          (a, b) -> a.toBuilder().addAllPolicyIds(b.getPolicyIdsList()).build());
    return List.copyOf(byName.values());
  }

  private static String key(Advice advice) {
    return advice.getKindValue() + " " + advice.getName();
  }
}
