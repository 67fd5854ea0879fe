package dev.ostiary.cedar;

import dev.ostiary.cedar.eval.Tracer;
import java.util.List;

/**
 * Decides requests. A permit that applies allows, unless a forbid applies; what nothing permits is
 * denied. A policy that cannot be evaluated is skipped and reported.
 *
 * @see <a href="https://docs.cedarpolicy.com/auth/authorization.html">Cedar: authorization</a>
 */
public final class Authorizer {
  private Authorizer() {}

  /** The decision with all its reasons and errors. Blocks on nothing; any thread may call it. */
  public static Response isAuthorized(Request request, PolicySet policies, Entities entities) {
    return policies.compiled().decide(request, entities.store());
  }

  /** The decision alone. It stops as soon as nothing can change it any more. */
  public static Decision decide(Request request, PolicySet policies, Entities entities) {
    return policies.compiled().decision(request, entities.store());
  }

  /** Decides each of {@code requests} as {@link #isAuthorized} does, in their order. */
  public static List<Response> isAuthorized(
      List<Request> requests, PolicySet policies, Entities entities) {
    return requests.stream().map(request -> isAuthorized(request, policies, entities)).toList();
  }

  /**
   * What every policy of the set came to, in its order. For explanations: it takes time for each
   * policy, whether or not its scope matches.
   */
  public static List<Trace> trace(Request request, PolicySet policies, Entities entities) {
    var tracer = new Tracer(request, entities.store());
    return policies.compiled().policies().stream().map(tracer::trace).toList();
  }
}
