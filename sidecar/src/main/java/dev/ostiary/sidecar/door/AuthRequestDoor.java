package dev.ostiary.sidecar.door;

import dev.ostiary.record.v1.Door;
import dev.ostiary.sidecar.decide.Caller.Right;
import dev.ostiary.sidecar.decide.Question;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.v1.Decision;
import io.vertx.core.MultiMap;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Sub-requests of nginx's {@code auth_request}: 200 lets the request pass, 401 and 403 refuse it,
 * everything else fails it. The request itself is in two headers that nginx sets.
 *
 * <p>The target is the one that was sent, not the decoded {@code $uri}: a line break in that would
 * write headers of its own into the sub-request. So what nginx would normalise is refused instead.
 *
 * @see <a href="https://nginx.org/en/docs/http/ngx_http_auth_request_module.html">the module</a>
 */
final class AuthRequestDoor {
  static final String PATH = "/auth_request";
  private static final String METHOD_HEADER = "X-Original-Method";
  private static final String URI_HEADER = "X-Original-URI";

  private final Asking asking;

  private final int batch;

  /**
   * A door to {@code asking}.
   *
   * @param batch how much a request may ask at most
   */
  AuthRequestDoor(Asking asking, int batch) {
    this.asking = asking;
    this.batch = batch;
  }

  /** Whether the request was for this door; then it is answered. */
  boolean answers(HttpCall call) {
    if (!call.path().equals(PATH)) return false;
    if (!call.permitted(Right.AUTH_REQUEST)) return true;
    var snapshot = asking.snapshot();
    if (snapshot.isEmpty()) {
      call.refuse(Asking.noSnapshot());
      return true;
    }
    List<Question> questions;
    try {
      var request =
          new GatewayRequest(
              required(call, METHOD_HEADER),
              required(call, URI_HEADER),
              new Sent(call.request().headers()),
              Map.of(),
              "",
              call.presented(),
              GatewayRequest.NO_BODY);
      questions =
          request.questions(
              snapshot.get(), call.caller(), Right.VOUCH_AUTH_REQUEST, asking.nowMillis(), batch);
    } catch (Unreadable e) {
      end(call, new Asking.Reply.Without(e.refused()));
      return true;
    }
    if (call.isAbandoned()) call.gone();
    else
      Together.ask(
          asking,
          questions,
          call.caller(),
          Right.AUTH_REQUEST,
          snapshot.get(),
          call.call(Door.DOOR_AUTH_REQUEST),
          reply -> end(call, reply));
    return true;
  }

  private record Sent(MultiMap headers) implements GatewayRequest.Headers {
    @Override
    public Collection<String> names() {
      return headers.names().stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    }

    @Override
    public List<String> values(String name) {
      return headers.getAll(name);
    }
  }

  private static String required(HttpCall call, String name) throws Unreadable {
    String value = call.header(name);
    if (value != null) return value;
    throw new Unreadable(Why.MALFORMED_REQUEST, name, "expected the header");
  }

  private static void end(HttpCall call, Asking.Reply reply) {
    switch (reply) {
      case Asking.Reply.Answered(var written) -> {
        var response = written.response();
        if (response.getDecision() == Decision.DECISION_ALLOW) {
          call.answerHeader(Challenges.DECISION_ID, response.getDecisionId());
          String obligations = Challenges.obligations(response);
          if (!obligations.isEmpty()) call.answerHeader(Challenges.OBLIGATIONS, obligations);
          call.end(200, "text/plain", "");
        } else {
          deny(call, Challenges.of(response));
        }
      }
      case Asking.Reply.Without(var refused) -> {
        if (Problems.isOwnFault(refused.why())) {
          call.refuse(refused);
        } else {
          call.count(refused);
          deny(call, Challenges.of(refused));
        }
      }
    }
  }

  private static void deny(HttpCall call, Challenges challenges) {
    challenges.headers().forEach(call::answerHeader);
    call.end(challenges.status(), "application/json", challenges.body());
  }
}
