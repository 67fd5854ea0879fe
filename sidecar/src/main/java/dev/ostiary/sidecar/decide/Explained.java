package dev.ostiary.sidecar.decide;

import dev.ostiary.v1.PolicyOutcome;
import java.util.List;

/**
 * A result with what led to it.
 *
 * @param result as {@link Decider#decide} gives it
 * @param policies what each policy said whose scope could match, by id; empty where no policy was
 *     asked
 */
public record Explained(Result result, List<PolicyOutcome> policies) {
  public Explained {
    policies = List.copyOf(policies);
  }
}
