package dev.ostiary.sidecar.door;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.sidecar.config.Config;
import dev.ostiary.sidecar.config.Limits;
import dev.ostiary.sidecar.config.Listener;
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.identity.Tls;
import dev.ostiary.sidecar.limit.FairShare;
import dev.ostiary.sidecar.limit.Patience;
import dev.ostiary.sidecar.metrics.Meters;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Questions over HTTP/1.1: one server on each event loop, all on one port. What is asked, and in
 * which words, is said by the doors behind it; this reads whole requests within bounds, and counts
 * them.
 */
public final class HttpDoor {
  private static final Duration RETRY = Duration.ofSeconds(1);

  /** What all bodies that are not answered yet may take together. */
  private static final long BUDGET_BYTES = 32L << 20;

  private static final int LINE_BYTES = 4096;
  private static final Duration MOST_PATIENCE = Duration.ofMinutes(1);

  private final Meters meters;
  private final Optional<TlsPeer> peer;
  private final Optional<Tls> encryption;
  private final Caller loopback;
  private final boolean required;
  private final Limits limits;
  private final Listener listener;
  private final Asking asking;
  private final AuthzenDoor authzen;
  private final OpaDoor opa;
  private final AuthRequestDoor authRequest;
  private final int loops;
  private final AtomicLong held = new AtomicLong();
  private final FairShare connections;
  private volatile int port;
  private volatile boolean draining;

  /**
   * A door that does not listen yet.
   *
   * @param tls what encrypts connections; without it they are plaintext
   * @param admission what a caller may do, asked once for a connection
   * @param connections that may be open
   */
  public HttpDoor(
      Asking asking,
      Meters meters,
      Optional<Tls> tls,
      Function<EntityUid, Caller> admission,
      FairShare connections,
      Config config,
      Listener listener) {
    this.asking = asking;
    this.connections = connections;
    this.meters = meters;
    this.peer = tls.map(known -> new TlsPeer(known, admission, connections, meters));
    this.encryption = tls;
    this.loopback = admission.apply(EntityUid.of(Caller.TYPE, "loopback"));
    this.required = config.tlsRequired();
    this.limits = config.limits();
    this.listener = listener;
    this.loops =
        config.threads() > 0 ? config.threads() : Runtime.getRuntime().availableProcessors();
    this.opa = new OpaDoor(asking);
    this.authRequest = new AuthRequestDoor(asking, limits.batch());
    this.authzen =
        new AuthzenDoor(
            asking,
            limits.batch(),
            () ->
                config
                    .authzenBaseUrl()
                    .orElseGet(() -> (tls.isPresent() ? "https://" : "http://") + address()));
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

  /** One server on one event loop, which alone knows who its connections are. */
  private final class Serving extends VerticleBase {
    private final IdentityHashMap<HttpConnection, Caller> callers = new IdentityHashMap<>();

    private void admit(HttpConnection connection, Patience patience) {
      try {
        Caller caller = peer.isPresent() ? peer.get().caller(connection.sslSession()) : loopback;
        var share = connections.of(caller.uid());
        if (!share.take(1)) {
          meters.connectionRefused();
          var _ = connection.close();
          return;
        }
        callers.put(connection, caller);
        patience.expect(connection);
        connection.closeHandler(_ -> {
          callers.remove(connection);
          patience.rest(connection);
          share.give(1);
        });
      } catch (CertificateException e) {
        // its certificate was good for an earlier handshake, and is no more
        var _ = connection.close();
      }
    }

    /** What is no HTTP request, or has a line or headers over the bounds. */
    private void refuseUnread(HttpServerRequest request) {
      asking.count(
          Refused.of(Why.MALFORMED_REQUEST, "", "expected an HTTP request within bounds"),
          callers.getOrDefault(request.connection(), loopback),
          "http");
      HttpServerRequest.DEFAULT_INVALID_REQUEST_HANDLER.handle(request);
    }

    private void encrypt(HttpServerOptions options, Tls tls) throws UnknownHostException {
      options
          .setSsl(true)
          .setUseAlpn(false)
          .setKeyCertOptions(KeyCertOptions.wrap(tls.keys()))
          .setTrustOptions(TrustOptions.wrap(tls.trust()))
          .setClientAuth(
              required || !listener.isLoopback() ? ClientAuth.REQUIRED : ClientAuth.REQUEST);
    }

    @Override
    public Future<?> start() throws UnknownHostException {
      var options =
          new HttpServerOptions()
              .setHttp2ClearTextEnabled(false)
              .setMaxHeaderSize(limits.headerBytes())
              .setMaxInitialLineLength(LINE_BYTES)
              .setIdleTimeout(Math.toIntExact(MOST_PATIENCE.toSeconds()));
      if (encryption.isPresent()) encrypt(options, encryption.get());
      var idle = limits.connectionIdle();
      var patience = new Patience(vertx, idle.compareTo(MOST_PATIENCE) < 0 ? idle : MOST_PATIENCE);
      // To servers of one process a negative port is one that is picked once, for all of them.
      int wanted = listener.port() == 0 ? -1 : listener.port();
      return vertx
          .createHttpServer(options)
          .connectionHandler(connection -> admit(connection, patience))
          .invalidRequestHandler(this::refuseUnread)
          .requestHandler(request -> {
            Caller caller = callers.get(request.connection());
            if (caller != null) receive(request, caller, vertx, patience);
          })
          .listen(wanted, listener.address().getHostString())
          .onSuccess(server -> port = server.actualPort());
    }
  }

  private void receive(HttpServerRequest request, Caller caller, Vertx vertx, Patience patience) {
    meters.callOpened();
    var call = new HttpCall(request, caller, vertx, asking);
    var places = asking.places(caller);
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
          patience.expect(request.connection());
        });
    request.handler(chunk -> {
      if (call.isEnded()) return;
      if (body.length() + chunk.length() > limits.messageBytes()) {
        refuseRest(call, Received.tooLarge("request", limits.messageBytes()));
      } else if (held.addAndGet(chunk.length()) > BUDGET_BYTES) {
        held.addAndGet(-chunk.length());
        refuseRest(
            call, Refused.later(Why.OVERLOADED, "too many large bodies arrive at once", RETRY));
      } else {
        body.appendBuffer(chunk);
      }
    });
    request.endHandler(_ -> {
      patience.rest(request.connection());
      if (call.isEnded()) return;
      placed[0] = places.take(1);
      if (placed[0]) call.identify(() -> dispatch(call, body));
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
