package dev.ostiary.sidecar.decide;

import dev.ostiary.v1.PolicyOutcome;
import java.util.List;

/**
 * A result with what led to it.
 *
 * @param result as {@link Decider#decide} gives it
 * @param policies what each policy said whose scope could match, by id; empty where no policy was
 *     asked
 * @param text why, for people: without what the schema marks as not to be told; empty where no
 *     policy was asked
 */
public record Explained(Result result, List<PolicyOutcome> policies, String text) {
  public Explained {
    policies = List.copyOf(policies);
  }

  /** Of a result that no policy had a part in. */
  public static Explained withoutPolicies(Result result) {
    return new Explained(result, List.of(), "");
  }
}
