package dev.ostiary.client;

import dev.ostiary.v1.ExplainResponse;
import dev.ostiary.v1.PolicyOutcome;
import java.util.List;

/**
 * An answer with what led to it.
 *
 * @param answer the answer, as a check gives it
 * @param policies what each policy whose scope could match said, by id in ascending order; empty
 *     where the answer is a failure
 */
public record Explanation(Answer answer, List<PolicyOutcome> policies) {

  static Explanation of(ExplainResponse response) {
    return new Explanation(Answer.of(response.getResponse()), response.getPoliciesList());
  }

  static Explanation of(Failure failure) {
    return new Explanation(new Answer.Failed(failure), List.of());
  }
}
