package dev.ostiary.sidecar.door;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.sidecar.config.Limits;
import dev.ostiary.sidecar.config.Listener;
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Caller.Right;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.facts.FactLog;
import dev.ostiary.sidecar.identity.Tls;
import dev.ostiary.sidecar.limit.FairShare;
import dev.ostiary.sidecar.metrics.Meters;
import dev.ostiary.sidecar.record.Erasure;
import dev.ostiary.sidecar.record.Recorder;
import dev.ostiary.sidecar.subjects.Names;
import dev.ostiary.v1.DecisionServiceGrpc;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The gRPC listeners: decisions, health and reflection on a Unix socket and on loopback TCP. */
public final class GrpcDoor {
  private static final int RESET_WINDOW_SECONDS = 30;
  private static final Duration DRAINING_RETRY = Duration.ofSeconds(1);

  private static final int HANDSHAKE_SECONDS = 10;

  /** What a connection may have sent that nobody reads yet. */
  private static final int WINDOW_BYTES = 1 << 20;

  /** As much as a frame holds: a message that is kept keeps what was read with it. */
  private static final int READ_BYTES = 16 << 10;

  private final Asking asking;
  private final DecisionDoor decisions;
  private final FactDoor facts;
  private final ExtAuthzDoor extAuthz;
  private final LogDoor log;
  private final SubjectDoor subjects;
  private final Set<Follow<?, ?>> follows = ConcurrentHashMap.newKeySet();
  private final CallWatch watch;
  private final CallWatch adminWatch;
  private final Function<EntityUid, Caller> admission;
  private final FairShare connections;
  private final Limits limits;
  private final EventLoopGroup acceptors;
  private final EventLoopGroup loops;
  private final EventLoopGroup socketLoops;
  private final HealthStatusManager health = new HealthStatusManager();
  private final Meters meters;
  private final List<Server> servers = new ArrayList<>();

  /**
   * A door that listens nowhere yet.
   *
   * @param facts what is in force, and how that changes
   * @param erasure takes people out of the logs
   * @param names whom the logs' names stand for
   * @param decisionTree directory of the decision log's tree
   * @param blocking threads that may wait for the disk
   * @param admission what a caller may do, asked once for a connection
   * @param connections that may be open
   * @param acceptors epoll event loops that accept connections
   * @param loops epoll event loops that serve those of TCP
   * @param socketLoops epoll event loops that serve those of Unix sockets
   */
  public GrpcDoor(
      FactLog facts,
      Erasure erasure,
      Names names,
      Path decisionTree,
      Executor blocking,
      Asking asking,
      Recorder recorder,
      Meters meters,
      Function<EntityUid, Caller> admission,
      FairShare connections,
      Limits limits,
      EventLoopGroup acceptors,
      EventLoopGroup loops,
      EventLoopGroup socketLoops) {
    this.asking = asking;
    this.decisions =
        new DecisionDoor(asking, meters, limits.messageBytes(), limits.batch(), limits.pending());
    this.facts = new FactDoor(facts, names, blocking, asking, meters, follows);
    this.log = new LogDoor(decisionTree, recorder, names, asking, meters, blocking, follows);
    this.subjects = new SubjectDoor(erasure, names, recorder, blocking, asking, meters);
    this.extAuthz = new ExtAuthzDoor(asking, meters, limits.messageBytes(), limits.batch());
    this.watch = new CallWatch(limits.messageBytes());
    this.adminWatch = new CallWatch(FactDoor.MAX_BYTES);
    this.admission = admission;
    this.connections = connections;
    this.limits = limits;
    this.acceptors = acceptors;
    this.loops = loops;
    this.socketLoops = socketLoops;
    this.meters = meters;
    Noise.keepQuiet();
    serving(false);
  }

  /**
   * Listens on TCP and returns the port.
   *
   * @param tls what encrypts connections; without it they are plaintext
   * @param required whether callers on loopback must show a certificate too
   */
  public int listen(Listener listener, Optional<Tls> tls, boolean required) throws IOException {
    // Before a certificate is seen nobody knows whose connection it is: all have one share of
    // these, which is half.
    var unknown = new FairShare(2L * limits.connections()).of(EntityUid.of(Caller.TYPE, "tls"));
    Entrance.Shares shares = tls.isPresent() ? _ -> unknown : this::share;
    var server =
        server(
            listener.address(),
            () -> accepting(new EpollServerSocketChannel(), shares),
            loops,
            deciding(),
            watch);
    if (tls.isPresent()) {
      var peer = new TlsPeer(tls.get(), admission, connections, meters);
      server
          .sslContext(peer.context(required || !listener.isLoopback()))
          .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
          .addTransportFilter(peer);
    } else {
      server.protocolNegotiator(new Peer(admission, asking, meters));
    }
    return port(listener, start(server));
  }

  private FairShare.Share share(Channel connection) throws IOException {
    return connections.of(Peer.uid(connection));
  }

  private <C extends ServerChannel> C accepting(C listening, Entrance.Shares shares) {
    listening.pipeline().addLast(new Entrance(shares, meters));
    return listening;
  }

  private static int port(Listener listener, Server server) throws IOException {
    for (var address : server.getListenSockets())
      if (address instanceof InetSocketAddress tcp) return tcp.getPort();
    throw new IOException(listener + ": no port was bound");
  }

  /**
   * Listens on a Unix socket that its owner and group may use. One that a killed process left is
   * removed.
   *
   * @throws IOException if the path is taken by something else, or somebody listens there
   */
  public void listen(Path socket) throws IOException {
    listen(socket, deciding(), watch, "rw-rw----");
  }

  /** Listens for whoever administers, in the same way, on a Unix socket of the owner's alone. */
  public void listenForAdmin(Path socket) throws IOException {
    var services = new ArrayList<>(deciding());
    services.add(facts.service());
    services.add(log.service());
    services.add(subjects.service());
    listen(socket, services, adminWatch, "rw-------");
  }

  private List<ServerServiceDefinition> deciding() {
    return List.of(decisions.service(), extAuthz.service());
  }

  private void listen(
      Path socket, List<ServerServiceDefinition> services, CallWatch watch, String mode)
      throws IOException {
    removeLeftOver(socket);
    start(
        server(
                new DomainSocketAddress(socket.toFile()),
                () -> accepting(new EpollServerDomainSocketChannel(), this::share),
                socketLoops,
                services,
                watch)
            .protocolNegotiator(new Peer(admission, asking, meters)));
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString(mode));
  }

  private static void removeLeftOver(Path socket) throws IOException {
    if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) return;
    if (!Files.readAttributes(socket, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .isOther())
      throw new IOException(socket + ": expected a socket or nothing there, got something else");
    try (var other = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      if (other.isConnected()) throw new IOException(socket + ": another process listens there");
    } catch (ConnectException e) {
      Files.delete(socket); // nobody listens
    }
  }

  private NettyServerBuilder server(
      SocketAddress address,
      ChannelFactory<? extends ServerChannel> channels,
      EventLoopGroup loops,
      List<ServerServiceDefinition> services,
      CallWatch watch) {
    return NettyServerBuilder.forAddress(address)
        .channelFactory(channels)
        .bossEventLoopGroup(acceptors)
        .workerEventLoopGroup(loops)
        .directExecutor()
        .addStreamTracerFactory(watch)
        .maxInboundMessageSize(Integer.MAX_VALUE) // the watch ends a call long before
        .withChildOption(
            ChannelOption.RECVBUF_ALLOCATOR,
            new AdaptiveRecvByteBufAllocator(512, 2_048, READ_BYTES).maxMessagesPerRead(1))
        .flowControlWindow(WINDOW_BYTES)
        .maxInboundMetadataSize(limits.headerBytes())
        .maxConcurrentCallsPerConnection(limits.callsPerConnection())
        .maxRstFramesPerWindow(limits.resets(), RESET_WINDOW_SECONDS)
        .maxConnectionIdle(limits.connectionIdle().toMillis(), TimeUnit.MILLISECONDS)
        .maxConnectionAge(limits.connectionAge().toMillis(), TimeUnit.MILLISECONDS)
        .maxConnectionAgeGrace(limits.connectionGrace().toMillis(), TimeUnit.MILLISECONDS)
        .permitKeepAliveTime(limits.keepalive().toMillis(), TimeUnit.MILLISECONDS)
        .permitKeepAliveWithoutCalls(true)
        .addServices(services)
        .addService(guarded(health.getHealthService(), Right.HEALTH))
        .addService(guarded(ProtoReflectionServiceV1.newInstance(), Right.REFLECT))
        .fallbackHandlerRegistry(new UnknownMethod(asking));
  }

  private Server start(NettyServerBuilder listening) throws IOException {
    Server server = listening.build();
    servers.add(server.start());
    return server;
  }

  private ServerServiceDefinition guarded(BindableService service, Right right) {
    return ServerInterceptors.intercept(
        service,
        new ServerInterceptor() {
          @Override
          public <Q, A> ServerCall.Listener<Q> interceptCall(
              ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            Caller caller = Objects.requireNonNull(call.getAttributes().get(Peer.CALLER));
            if (caller.may(right)) return next.startCall(call, headers);
            return asking.refuse(call, Statuses.notPermitted(caller));
          }
        });
  }

  /** Sends on to those who follow a log what was written since. Never blocks. */
  public void look() {
    follows.forEach(Follow::look);
  }

  /** What the health service says. */
  public void serving(boolean serving) {
    var status = serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
    health.setStatus(DecisionServiceGrpc.SERVICE_NAME, status);
  }

  /**
   * Stops in order: says so, takes no new calls, lets those that are there end, for at most {@code
   * grace}. Blocks; not on an event loop.
   */
  public void drain(Duration grace) throws InterruptedException {
    health.enterTerminalState();
    for (var server : servers) server.shutdown();
    decisions.drain();
    var why = Refused.later(Refused.Why.DRAINING, "the sidecar is stopping", DRAINING_RETRY);
    follows.forEach(follow -> follow.refuse(why));
    long deadline = System.nanoTime() + grace.toNanos();
    // Watchers of health and reflection never end by themselves: decisions are what is waited for.
    while (!terminated(Duration.ofMillis(20)) && System.nanoTime() < deadline) {
      if (meters.openCalls() > 0) continue;
      terminated(Duration.ofMillis(200)); // what was just completed may still be on its way out
      break;
    }
    stop();
    terminated(Duration.ofSeconds(1));
  }

  /** Stops at once. */
  public void stop() {
    for (var server : servers) server.shutdownNow();
  }

  private boolean terminated(Duration patience) throws InterruptedException {
    boolean all = true;
    for (var server : servers)
      all &= server.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
    return all;
  }
}
