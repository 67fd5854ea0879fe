package dev.ostiary.sidecar.admin;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Caller.Right;
import dev.ostiary.sidecar.limit.Patience;
import dev.ostiary.sidecar.metrics.Meters;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Serves {@code /metrics}, {@code /healthz} (the process runs), {@code /readyz} (it can decide and
 * write) and, to callers that may read the log, the tiles and checkpoints of the logs, on loopback.
 */
public final class AdminServer extends VerticleBase {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final InetSocketAddress address;
  private final Meters meters;
  private final Supplier<Optional<String>> unready;
  private final String ready;
  private final Function<EntityUid, Caller> admission;
  private final Caller anybody;
  private final LogFiles logs;
  private volatile int port;

  /**
   * A server that does not listen yet.
   *
   * @param unready why the process cannot decide or write now; empty if it can
   * @param ready what to say if it can
   * @param admission what a caller may do
   * @param data where the logs are
   */
  public AdminServer(
      InetSocketAddress address,
      Meters meters,
      Supplier<Optional<String>> unready,
      String ready,
      Function<EntityUid, Caller> admission,
      Path data) {
    this.address = address;
    this.meters = meters;
    this.unready = unready;
    this.ready = ready;
    this.admission = admission;
    this.anybody = admission.apply(EntityUid.of(Caller.TYPE, "loopback"));
    this.logs = new LogFiles(data);
  }

  @Override
  public Future<?> start() {
    var options =
        new HttpServerOptions()
            .setMaxHeaderSize(8192)
            .setMaxInitialLineLength(1024)
            .setIdleTimeout(Math.toIntExact(PATIENCE.toSeconds()));
    var patience = new Patience(vertx, PATIENCE);
    return vertx
        .createHttpServer(options)
        .connectionHandler(connection -> {
          patience.expect(connection);
          connection.closeHandler(_ -> patience.rest(connection));
        })
        .requestHandler(request -> {
          patience.rest(request.connection());
          request.response().endHandler(_ -> patience.expect(request.connection()));
          answer(request);
        })
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
    String path = String.valueOf(request.path());
    if (LogFiles.isPath(path)) {
      answerWithLog(request, path);
      return;
    }
    if (!anybody.may(path.equals("/metrics") ? Right.METRICS : Right.HEALTH)) {
      end(response, 403, "`" + anybody.uid() + "` may not read this\n");
      return;
    }
    switch (path) {
      case "/metrics" -> {
        String accept = request.getHeader("Accept");
        var page = meters.scrape(accept == null ? "" : accept);
        response.putHeader("Content-Type", page.contentType()).end(page.text());
      }
      case "/healthz" -> end(response, 200, "ok\n");
      case "/readyz" -> {
        var why = unready.get();
        if (why.isEmpty()) end(response, 200, ready + "\n");
        else end(response, 503, why.get() + "\n");
      }
      default ->
          end(
              response,
              404,
              "expected /metrics, /healthz, /readyz, or a log such as /decisions/1/checkpoint\n");
    }
  }

  /** The log is for whoever may read it, so the user at the other end is found out first. */
  private void answerWithLog(HttpServerRequest request, String path) {
    var response = request.response();
    var peer = request.connection().remoteAddress();
    var here = request.connection().localAddress();
    vertx
        .executeBlocking(() -> read(path, peer, here), false)
        .onSuccess(read -> {
          switch (read) {
            case Read.Forbidden(var caller) ->
                end(response, 403, "`" + caller.uid() + "` may not read this\n");
            case Read.Absent() -> end(response, 404, "the log has no such file\n");
            case Read.There(var file) ->
                response
                    .putHeader("Content-Type", file.contentType())
                    .putHeader("Cache-Control", file.cacheControl())
                    .end(Buffer.buffer(file.content()));
          }
        })
        .onFailure(_ -> end(response, 500, "the file cannot be read\n"));
  }

  private sealed interface Read {
    record There(LogFiles.Found file) implements Read {}

    record Absent() implements Read {}

    record Forbidden(Caller caller) implements Read {}
  }

  private Read read(String path, SocketAddress peer, SocketAddress here) throws IOException {
    Right right = LogFiles.right(path);
    Caller caller = anybody;
    if (!caller.may(right)) {
      var uid = LoopbackOwner.uid(inet(peer), inet(here));
      if (uid.isPresent())
        caller = admission.apply(EntityUid.of(Caller.TYPE, "uid:" + uid.getAsLong()));
    }
    if (!caller.may(right)) return new Read.Forbidden(caller);
    return logs.find(path).<Read>map(Read.There::new).orElseGet(Read.Absent::new);
  }

  private static InetSocketAddress inet(SocketAddress address) {
    return new InetSocketAddress(address.hostAddress(), address.port());
  }

  private static void end(HttpServerResponse response, int status, String text) {
    response.setStatusCode(status).putHeader("Content-Type", "text/plain; charset=utf-8").end(text);
  }
}
