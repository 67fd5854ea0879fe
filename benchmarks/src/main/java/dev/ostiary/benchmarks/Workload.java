package dev.ostiary.benchmarks;

import dev.ostiary.cedar.Authorizer;
import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.EntitiesException;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.List;

/**
 * Policies, entities and requests with the decisions that another program worked out.
 *
 * @param policies what decides
 * @param entities all that the requests are about, loaded before any of them
 * @param requests what is asked, in turn
 * @param expected the decision of each request
 */
public record Workload(
    PolicySet policies, Entities entities, List<Request> requests, List<Decision> expected) {

  /** Parsing and loading can fail only where a workload is broken, which ends the run. */
  @FunctionalInterface
  interface Loading<T> {
    T load() throws SourceException, EntitiesException;
  }

  static <T> T loaded(Loading<T> loading) {
    try {
      return loading.load();
    } catch (SourceException | EntitiesException broken) {
      throw new IllegalStateException("the workload cannot be loaded: " + broken, broken);
    }
  }

  /**
   * Asks everything once.
   *
   * @throws IllegalStateException on the first decision that is not the expected one, and on any
   *     error of a policy: no time counts before this has passed
   */
  Workload agreed() {
    for (int i = 0; i < requests.size(); i++) {
      var response = Authorizer.isAuthorized(requests.get(i), policies, entities);
      if (response.decision() != expected.get(i) || !response.errors().isEmpty()) {
        throw new IllegalStateException(
            "expected %s for request %d, got %s".formatted(expected.get(i), i, response));
      }
    }
    return this;
  }
}
