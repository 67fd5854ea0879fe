package dev.ostiary.cedar;

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
}
