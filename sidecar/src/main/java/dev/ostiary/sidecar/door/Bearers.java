package dev.ostiary.sidecar.door;

import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Question.Proof;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.identity.Presented;
import dev.ostiary.sidecar.identity.Token;
import io.grpc.Metadata;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What a token makes of the caller that carries it. */
final class Bearers {
  private static final Duration RETRY = Duration.ofSeconds(2);

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private Bearers() {}

  /** The {@code authorization} of a gRPC call, as often as it comes. */
  static List<String> authorization(Metadata headers) {
    Iterable<String> found = headers.getAll(AUTHORIZATION);
    if (found == null) return List.of();
    var all = new ArrayList<String>();
    found.forEach(all::add);
    return all;
  }

  /**
   * The caller with its own token.
   *
   * @throws Unreadable where the token is not to be believed
   */
  static Caller caller(Caller caller, Presented presented) throws Unreadable {
    return switch (presented) {
      case Presented.Nothing() -> caller;
      case Presented.Valid(var token) -> caller.with(proven(token), token.subject());
      case Presented.Invalid _, Presented.Untold _ -> throw new Unreadable(refused(presented));
    };
  }

  /** The caller that passes on a request with a token of somebody else's. */
  static Caller passingOn(Caller caller, Presented presented) {
    return presented instanceof Presented.Valid(var token) ? caller.proving(proven(token)) : caller;
  }

  private static Caller.Proven proven(Token token) {
    return new Caller.Proven(token.principal(), Proof.JWT, token.untilMillis());
  }

  /** Why there is no token to go by. */
  static Refused refused(Presented presented) {
    return switch (presented) {
      case Presented.Untold() ->
          Refused.later(Why.KEYS_UNAVAILABLE, "the issuer's keys are not known", RETRY);
      case Presented.Invalid(var why) -> Refused.of(Why.TOKEN_REFUSED, "", why);
      case Presented.Nothing _, Presented.Valid _ ->
          Refused.of(Why.TOKEN_REFUSED, "", "expected a token");
    };
  }
}
