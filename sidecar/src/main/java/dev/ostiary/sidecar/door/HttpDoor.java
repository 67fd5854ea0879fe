package dev.ostiary.sidecar.door;

import dev.ostiary.sidecar.config.Config;
import dev.ostiary.sidecar.config.Limits;
import dev.ostiary.sidecar.config.Listener;
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.limit.FairShare;
import dev.ostiary.sidecar.metrics.Meters;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Questions over HTTP/1.1 on loopback: one server on each event loop, all on one port. What is
 * asked, and in which words, is said by the doors behind it; this reads whole requests within
 * bounds, and counts them.
 */
public final class HttpDoor {
  private static final Duration RETRY = Duration.ofSeconds(1);

  /** What all bodies that are not answered yet may take together. */
  private static final long BUDGET_BYTES = 32L << 20;

  private static final int LINE_BYTES = 4096;
  private static final int IDLE_SECONDS = 60;

  private final Meters meters;
  private final Caller caller;
  private final Limits limits;
  private final Listener listener;
  private final Asking asking;
  private final AuthzenDoor authzen;
  private final OpaDoor opa;
  private final AuthRequestDoor authRequest;
  private final int loops;
  private final AtomicLong held = new AtomicLong();
  private final FairShare.Share places;
  private final FairShare.Share connections;
  private volatile int port;
  private volatile boolean draining;

  /**
   * A door that does not listen yet.
   *
   * @param connections that may be open
   * @param caller who everybody on loopback is
   */
  public HttpDoor(
      Asking asking,
      Meters meters,
      FairShare connections,
      Caller caller,
      Config config,
      Listener listener) {
    this.asking = asking;
    this.places = asking.places(caller);
    this.connections = connections.of(caller.uid());
    this.meters = meters;
    this.caller = caller;
    this.limits = config.limits();
    this.listener = listener;
    this.loops =
        config.threads() > 0 ? config.threads() : Runtime.getRuntime().availableProcessors();
    this.opa = new OpaDoor(asking);
    this.authRequest = new AuthRequestDoor(asking);
    this.authzen = new AuthzenDoor(asking, limits.batch(), config.authzenBaseUrl(), this::address);
  }

  /** Listens. */
  public Future<?> deploy(Vertx vertx) {
    return vertx.deployVerticle(Serving::new, new DeploymentOptions().setInstances(loops));
  }

  /** HOST:PORT, once it listens. */
  public String address() {
    return new Listener(listener.host(), port).toString();
  }

  /** Answers no question that comes from now on. */
  public void drain() {
    draining = true;
  }

  /** One server on one event loop. */
  private final class Serving extends VerticleBase {
    @Override
    public Future<?> start() {
      var options =
          new HttpServerOptions()
              .setHttp2ClearTextEnabled(false)
              .setMaxHeaderSize(limits.headerBytes())
              .setMaxInitialLineLength(LINE_BYTES)
              .setIdleTimeout(IDLE_SECONDS);
      // To servers of one process a negative port is one that is picked once, for all of them.
      int wanted = listener.port() == 0 ? -1 : listener.port();
      return vertx
          .createHttpServer(options)
          .connectionHandler(HttpDoor.this::admit)
          .invalidRequestHandler(HttpDoor.this::refuseUnread)
          .requestHandler(request -> receive(request, vertx))
          .listen(wanted, listener.address().getHostString())
          .onSuccess(server -> port = server.actualPort());
    }
  }

  private void admit(HttpConnection connection) {
    if (connections.take(1)) {
      connection.closeHandler(_ -> connections.give(1));
    } else {
      meters.connectionRefused();
      connection.close();
    }
  }

  /** What is no HTTP request, or has a line or headers over the bounds. */
  private void refuseUnread(HttpServerRequest request) {
    asking.count(
        Refused.of(Why.MALFORMED_REQUEST, "", "expected an HTTP request within bounds"),
        caller,
        "http");
    HttpServerRequest.DEFAULT_INVALID_REQUEST_HANDLER.handle(request);
  }

  private void receive(HttpServerRequest request, Vertx vertx) {
    meters.callOpened();
    var call = new HttpCall(request, caller, vertx, asking);
    var placed = new boolean[1];
    request.response().exceptionHandler(_ -> {});
    var body = Buffer.buffer();
    request.exceptionHandler(_ -> call.gone());
    request
        .response()
        .endHandler(_ -> {
          held.addAndGet(-body.length());
          if (placed[0]) places.give(1);
          meters.callClosed();
        });
    request.handler(chunk -> {
      if (call.isEnded()) return;
      if (body.length() + chunk.length() > limits.messageBytes()) {
        refuseRest(call, Received.tooLarge(limits.messageBytes()));
      } else if (held.addAndGet(chunk.length()) > BUDGET_BYTES) {
        held.addAndGet(-chunk.length());
        refuseRest(
            call, Refused.later(Why.OVERLOADED, "too many large bodies arrive at once", RETRY));
      } else {
        body.appendBuffer(chunk);
      }
    });
    request.endHandler(_ -> {
      if (call.isEnded()) return;
      placed[0] = places.take(1);
      if (placed[0]) dispatch(call, body);
      else call.refuse(Asking.overloaded());
    });
  }

  /** Answers before all of the request has come; what still comes of it is not read. */
  private static void refuseRest(HttpCall call, Refused refused) {
    call.request().response().putHeader("Connection", "close");
    call.refuse(refused);
  }

  private void dispatch(HttpCall call, Buffer body) {
    try {
      if (draining) call.refuse(Refused.later(Why.DRAINING, "the sidecar is stopping", RETRY));
      else route(call, body);
    } catch (RuntimeException | StackOverflowError defect) {
      call.refuse(Noise.defect(defect));
    }
  }

  private void route(HttpCall call, Buffer body) {
    if (!authRequest.answers(call) && !authzen.answers(call, body) && !opa.answers(call, body))
      call.refuse(Refused.of(Why.UNKNOWN_METHOD, "", "there is nothing at this path"));
  }
}
