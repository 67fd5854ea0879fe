package dev.ostiary.cedar.partial;

import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.partial.ResidualPolicy.Verdict;
import dev.ostiary.cedar.syntax.Policy;
import java.util.List;
import java.util.Optional;

/**
 * What can be said while something is open.
 *
 * @param decision the decision, where it is the same whatever is left open
 * @param policies what is left of each policy, in the order of the set
 */
public record PartialResponse(Optional<Decision> decision, List<ResidualPolicy> policies) {
  public PartialResponse {
    policies = List.copyOf(policies);
  }

  static PartialResponse of(List<ResidualPolicy> policies) {
    boolean forbidden = has(policies, Policy.Effect.FORBID, Verdict.TRUE);
    boolean maybeForbidden = has(policies, Policy.Effect.FORBID, Verdict.OPEN);
    boolean permitted = has(policies, Policy.Effect.PERMIT, Verdict.TRUE);
    boolean maybePermitted = has(policies, Policy.Effect.PERMIT, Verdict.OPEN);
    Optional<Decision> decision =
        forbidden || (!permitted && !maybePermitted)
            ? Optional.of(Decision.DENY)
            : permitted && !maybeForbidden ? Optional.of(Decision.ALLOW) : Optional.empty();
    return new PartialResponse(decision, policies);
  }

  private static boolean has(List<ResidualPolicy> policies, Policy.Effect effect, Verdict verdict) {
    return policies.stream()
        .anyMatch(each -> each.verdict() == verdict && each.policy().effect() == effect);
  }

  /** What is left, as policies for a request that leaves nothing open. */
  public List<Policy> residuals() {
    return policies.stream().map(ResidualPolicy::toPolicy).toList();
  }
}
