package dev.ostiary.sidecar;

import dev.ostiary.sidecar.admin.AdminServer;
import dev.ostiary.sidecar.config.Config;
import dev.ostiary.sidecar.config.Listener;
import dev.ostiary.sidecar.decide.Admission;
import dev.ostiary.sidecar.door.Asking;
import dev.ostiary.sidecar.door.GrpcDoor;
import dev.ostiary.sidecar.door.HttpDoor;
import dev.ostiary.sidecar.identity.Tls;
import dev.ostiary.sidecar.limit.FairShare;
import dev.ostiary.sidecar.metrics.Meters;
import dev.ostiary.sidecar.record.Erasure;
import dev.ostiary.sidecar.record.Recorder;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Where a sidecar listens: each listener with what it shows to callers. */
final class Doors {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Config config;
  private final Journal journal;
  private final Loops loops;
  private final Optional<Certificates> certificates;
  private final GrpcDoor grpc;
  private final AdminServer admin;
  private final Optional<HttpDoor> http;
  private Optional<Integer> grpcPort = Optional.empty();

  /**
   * Doors that do not listen yet.
   *
   * @param connections that may be open
   * @param unready why the process cannot decide or write now; empty if it can
   */
  Doors(
      Config config,
      Journal journal,
      Meters meters,
      Loops loops,
      Book book,
      Asking asking,
      Recorder recorder,
      Erasure erasure,
      Admission admission,
      FairShare connections,
      Supplier<Optional<String>> unready)
      throws StartException {
    this.config = config;
    this.journal = journal;
    this.loops = loops;
    this.certificates = Certificates.open(config, loops.tcp(), journal, meters);
    Optional<Tls> tls = certificates.map(Certificates::tls);
    var data = book.data();
    var vertx = loops.vertx();
    this.grpc =
        new GrpcDoor(
            book.facts(),
            erasure,
            book.subjects(),
            data.decisions(),
            task -> vertx.executeBlocking(Executors.callable(task), false),
            asking,
            recorder,
            meters,
            admission::admit,
            connections,
            config.limits(),
            loops.acceptors(),
            loops.tcp(),
            loops.sockets());
    this.admin =
        new AdminServer(
            config.admin().address(),
            meters,
            unready,
            config.dev() ? "ready; bundles come into force unsigned (--dev)" : "ready",
            admission::admit,
            config.data());
    this.http =
        config
            .http()
            .map(
                at -> new HttpDoor(asking, meters, tls, admission::admit, connections, config, at));
  }

  /** Listens; afterwards callers are told so by {@link #serving}. */
  void listen() throws StartException {
    try {
      grpc.listenForAdmin(config.adminSocket());
      if (config.socket().isPresent()) grpc.listen(config.socket().get());
      if (config.grpc().isPresent())
        grpcPort =
            Optional.of(
                grpc.listen(
                    config.grpc().get(),
                    certificates.map(Certificates::tls),
                    config.tlsRequired()));
    } catch (IOException e) {
      throw new StartException("cannot listen: " + e.getMessage() + cause(e));
    }
    if (http.isPresent()) await(http.get().deploy(loops.vertx()), config.http().orElseThrow());
    await(loops.vertx().deployVerticle(admin), config.admin());
  }

  private static void await(Future<?> listening, Listener where) throws StartException {
    try {
      listening
          .toCompletionStage()
          .toCompletableFuture()
          .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new StartException("cannot listen on " + where + cause(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartException("interrupted");
    }
  }

  private static String cause(Exception e) {
    return e.getCause() == null ? "" : ": " + e.getCause().getMessage();
  }

  /** Writes where it listens into the journal. */
  void tell() {
    config.socket().ifPresent(path -> journal.say("gRPC listens on unix:" + path));
    grpcAddress().ifPresent(address -> journal.say("gRPC listens on " + address));
    httpAddress().ifPresent(address -> journal.say("HTTP listens on " + address));
    journal.say("metrics and health on http://" + adminAddress());
  }

  /** The certificates that it shows; empty where nothing is encrypted. */
  Optional<Certificates> certificates() {
    return certificates;
  }

  /** What the health service says. */
  void serving(boolean serving) {
    grpc.serving(serving);
  }

  /** Sends on to those who follow a log what was written since. Never blocks. */
  void look() {
    grpc.look();
  }

  /** HOST:PORT of the gRPC door on TCP; empty where it is off. */
  Optional<String> grpcAddress() {
    return config
        .grpc()
        .flatMap(at -> grpcPort.map(port -> new Listener(at.host(), port).toString()));
  }

  /** HOST:PORT of the HTTP door; empty where it is off. */
  Optional<String> httpAddress() {
    return http.map(HttpDoor::address);
  }

  /** HOST:PORT of metrics and health. */
  String adminAddress() {
    return new Listener(config.admin().host(), admin.port()).toString();
  }

  /** Takes no new calls and lets those that are open end, within the configured time. Blocks. */
  void drain() {
    http.ifPresent(HttpDoor::drain);
    try {
      grpc.drain(config.drainGrace());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    stop();
  }

  /** Stops at once. */
  void stop() {
    grpc.stop();
    certificates.ifPresent(Certificates::close);
  }
}
