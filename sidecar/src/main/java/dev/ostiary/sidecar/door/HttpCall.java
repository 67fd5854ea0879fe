package dev.ostiary.sidecar.door;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonWriter;
import dev.ostiary.record.v1.Door;
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.identity.Presented;
import dev.ostiary.sidecar.record.Call;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One request over HTTP, which is answered once, from any thread. */
final class HttpCall {
  private static final String REQUEST_ID = "X-Request-ID";
  private static final int MAX_REQUEST_ID_BYTES = 256;

  private final HttpServerRequest request;
  private Caller caller;
  private Presented presented = new Presented.Nothing();
  private final Vertx vertx;
  private final Context context;
  private final Asking asking;
  private final long arrivedNanos = System.nanoTime();
  private final AtomicBoolean ended = new AtomicBoolean();

  HttpCall(HttpServerRequest request, Caller caller, Vertx vertx, Asking asking) {
    this.request = request;
    this.caller = caller;
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.asking = asking;
  }

  HttpServerRequest request() {
    return request;
  }

  Caller caller() {
    return caller;
  }

  /** What came of the token that it carries; nothing until {@link #identify}. */
  Presented presented() {
    return presented;
  }

  /** Goes on with {@code next}, on its event loop, once it is known what its token is worth. */
  void identify(Runnable next) {
    asking.presented(
        () -> request.headers().getAll("Authorization"),
        told ->
            onLoop(() -> {
              presented = told;
              next.run();
            }));
  }

  /** Whether the token, if one came, holds for the caller itself; else the call is refused. */
  boolean authenticated() {
    try {
      caller = Bearers.caller(caller, presented);
      return true;
    } catch (Unreadable e) {
      refuse(e.refused());
      return false;
    }
  }

  /** Whether the caller may do that; where it may not, the call is refused. */
  boolean permitted(Caller.Right right) {
    if (caller.may(right)) return true;
    refuse(Statuses.notPermitted(caller));
    return false;
  }

  Vertx vertx() {
    return vertx;
  }

  /**
   * The path as it was sent, which names the method in counts of refusals only where it is known.
   */
  String path() {
    String path = request.path();
    return path == null ? "" : path;
  }

  boolean isEnded() {
    return ended.get();
  }

  /** What an entry says of this call. */
  Call call(Door door) {
    return new Call(
        door, requestId(), TraceParent.parse(request.getHeader("traceparent")), arrivedNanos);
  }

  /** The caller's id of the request; empty where it sent none, or one that is too long. */
  private String requestId() {
    String id = request.getHeader(REQUEST_ID);
    return id == null || id.length() > MAX_REQUEST_ID_BYTES ? "" : id;
  }

  /** The value of a header that must not come twice; null where it is absent. */
  @Nullable String header(String name) throws Unreadable {
    List<String> values = request.headers().getAll(name);
    if (values.size() > 1)
      throw new Unreadable(Refused.of(Why.DUPLICATED_INPUT, name, "the header comes twice"));
    return values.isEmpty() ? null : values.getFirst();
  }

  /** Whether nobody waits for the answer any more. */
  boolean isAbandoned() {
    return request.response().closed();
  }

  /** The caller went away before its request was whole. */
  void gone() {
    if (!ended.getAndSet(true))
      asking.count(Refused.of(Why.CANCELLED, "", "the caller went away"), caller, method());
  }

  /** Ends it with a document. */
  void end(int status, Json body) {
    end(status, "application/json", JsonWriter.compact(body));
  }

  /** Ends it. */
  void end(int status, String type, String body) {
    if (ended.getAndSet(true)) return;
    onLoop(() -> send(status, type, body));
  }

  /** Ends it without an answer, and counts that. */
  void refuse(Refused refused) {
    if (ended.getAndSet(true)) return;
    count(refused);
    onLoop(() -> {
      refused
          .retryAfter()
          .ifPresent(delay -> header("Retry-After", Long.toString(Math.max(1, delay.toSeconds()))));
      if (refused.why() == Why.TOKEN_REFUSED) header("WWW-Authenticate", Challenges.INVALID_TOKEN);
      send(
          Problems.status(refused.why()),
          "application/problem+json",
          JsonWriter.compact(Problems.json(refused)));
    });
  }

  /** Counts a question that got no decision, whatever its caller is told. */
  void count(Refused refused) {
    asking.count(refused, caller, method());
  }

  /** What refusals are counted under: few names, whatever callers send. */
  private String method() {
    String path = path();
    if (path.startsWith("/access/v1/") && path.length() <= 32) {
      for (String known : AuthzenDoor.PATHS) if (path.equals(known)) return known;
    }
    if (path.startsWith("/v1/data/")) return "/v1/data";
    return path.equals("/auth_request") ? path : "http";
  }

  private void header(String name, String value) {
    request.response().putHeader(name, value);
  }

  private void send(int status, String type, String body) {
    var response = request.response();
    if (response.closed()) return;
    String id = request.getHeader(REQUEST_ID);
    if (id != null) response.putHeader(REQUEST_ID, id);
    response
        .setStatusCode(status)
        .putHeader("Content-Type", type)
        .putHeader("Cache-Control", "no-store")
        .end(body);
  }

  /** Adds a header to the answer; before it ends, and on any thread. */
  void answerHeader(String name, String value) {
    onLoop(() -> header(name, value));
  }

  private void onLoop(Runnable work) {
    if (context.equals(Vertx.currentContext())) work.run();
    else context.runOnContext(_ -> work.run());
  }
}
