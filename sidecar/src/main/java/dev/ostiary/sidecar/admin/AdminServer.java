package dev.ostiary.sidecar.admin;

import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.metrics.Meters;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Serves {@code /metrics}, {@code /healthz} (the process runs) and {@code /readyz} (it can decide
 * and write) on loopback.
 */
public final class AdminServer extends VerticleBase {
  private final InetSocketAddress address;
  private final Meters meters;
  private final Supplier<Optional<String>> unready;
  private final Caller caller;
  private volatile int port;

  /**
   * A server that does not listen yet.
   *
   * @param unready why the process cannot decide or write now; empty if it can
   * @param caller who everybody on loopback is
   */
  public AdminServer(
      InetSocketAddress address, Meters meters, Supplier<Optional<String>> unready, Caller caller) {
    this.address = address;
    this.meters = meters;
    this.unready = unready;
    this.caller = caller;
  }

  @Override
  public Future<?> start() {
    var options =
        new HttpServerOptions()
            .setMaxHeaderSize(8192)
            .setMaxInitialLineLength(1024)
            .setIdleTimeout(30);
    return vertx
        .createHttpServer(options)
        .requestHandler(this::answer)
        .listen(address.getPort(), address.getHostString())
        .onSuccess((HttpServer server) -> port = server.actualPort());
  }

  /** The port that was bound, once the verticle is deployed. */
  public int port() {
    return port;
  }

  private void answer(HttpServerRequest request) {
    var response = request.response();
    String method = request.method().name();
    if (!method.equals("GET") && !method.equals("HEAD")) {
      end(response.putHeader("Allow", "GET, HEAD"), 405, "expected GET\n");
      return;
    }
    boolean metrics = "/metrics".equals(request.path());
    if (!caller.may(metrics ? Caller.Right.METRICS : Caller.Right.HEALTH)) {
      end(response, 403, "`" + caller.uid() + "` may not read this\n");
      return;
    }
    switch (String.valueOf(request.path())) {
      case "/metrics" -> {
        response.putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
        response.end(meters.scrape());
      }
      case "/healthz" -> end(response, 200, "ok\n");
      case "/readyz" -> {
        var why = unready.get();
        if (why.isEmpty()) end(response, 200, "ready\n");
        else end(response, 503, why.get() + "\n");
      }
      default -> end(response, 404, "expected /metrics, /healthz or /readyz\n");
    }
  }

  private static void end(HttpServerResponse response, int status, String text) {
    response.setStatusCode(status).putHeader("Content-Type", "text/plain; charset=utf-8").end(text);
  }
}
