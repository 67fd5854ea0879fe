package dev.ostiary.sidecar.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.ostiary.sidecar.Served;
import dev.ostiary.sidecar.config.Key;
import dev.ostiary.spiffe.SpiffeWorkloadAPIGrpc.SpiffeWorkloadAPIImplBase;
import dev.ostiary.spiffe.X509SVID;
import dev.ostiary.spiffe.X509SVIDRequest;
import dev.ostiary.spiffe.X509SVIDResponse;
import dev.ostiary.v1.CheckRequest;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Credentials from an agent of SPIFFE, which the test plays. */
final class WorkloadApiTest {
  private static final String MLFLOW = "spiffe://lab.example/ns/ml/mlflow";
  private static final CheckRequest ITSELF =
      Served.question().setPrincipal(Served.uid("User", MLFLOW)).build();

  @TempDir private Path directory;

  /** Tells what it was given last to whoever asks as the specification has it. */
  private static final class Agent extends SpiffeWorkloadAPIImplBase implements ServerInterceptor {
    private static final Metadata.Key<String> HEADER =
        Metadata.Key.of("workload.spiffe.io", Metadata.ASCII_STRING_MARSHALLER);
    private final Queue<StreamObserver<X509SVIDResponse>> asking = new ConcurrentLinkedQueue<>();
    private volatile X509SVIDResponse told;

    Agent(X509SVIDResponse told) {
      this.told = told;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      if ("true".equals(headers.get(HEADER))) return next.startCall(call, headers);
      call.close(Status.INVALID_ARGUMENT, new Metadata());
      return new ServerCall.Listener<>() {};
    }

    @Override
    public synchronized void fetchX509SVID(
        X509SVIDRequest request, StreamObserver<X509SVIDResponse> answer) {
      asking.add(answer);
      answer.onNext(told);
    }

    synchronized void tell(X509SVIDResponse next) {
      told = next;
      for (var answer : asking) answer.onNext(next);
    }

    /** Ends all streams, as an agent does that is restarted. */
    synchronized void hangUp() {
      for (var answer : asking) answer.onError(Status.UNAVAILABLE.asRuntimeException());
      asking.clear();
    }
  }

  private static X509SVIDResponse response(
      Authority authority, Authority.Issued own, Map<String, Authority> federated)
      throws Exception {
    var response =
        X509SVIDResponse.newBuilder()
            .addSvids(
                X509SVID
                    .newBuilder()
                    .setSpiffeId("spiffe://lab.example/ostiary")
                    .setX509Svid(ByteString.copyFrom(own.certificate().getEncoded()))
                    .setX509SvidKey(ByteString.copyFrom(own.key().getEncoded()))
                    .setBundle(ByteString.copyFrom(authority.certificate().getEncoded())));
    for (var other : federated.entrySet())
      response.putFederatedBundles(
          other.getKey(), ByteString.copyFrom(other.getValue().certificate().getEncoded()));
    return response.build();
  }

  @Test
  void whatTheAgentTellsIsInUseAtOnceAndStaysWhileItIsAway() throws Exception {
    MutualTlsTest.writeBundle(directory);
    var authority = new Authority("lab");
    var foreign = new Authority("foreign");
    var own = authority.svid("spiffe://lab.example/ostiary");
    var agent = new Agent(response(authority, own, Map.of("spiffe://other.example", foreign)));
    Path socket = directory.resolve("agent.sock");
    EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    Server server =
        NettyServerBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
            .channelType(EpollServerDomainSocketChannel.class)
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .intercept(agent)
            .addService(agent)
            .build()
            .start();
    var keys =
        Map.of(
            Key.TLS_WORKLOAD_API,
            "unix://" + socket,
            Key.TLS_REQUIRED,
            "true",
            Key.SVID_TYPE,
            "User");
    try (var served = Served.in(directory, keys)) {
      assertAllowed(new Client(served, authority, Optional.of(authority.svid(MLFLOW))));
      // An authority is believed for its own trust domain alone.
      assertStatus(
          Status.Code.PERMISSION_DENIED,
          new Client(served, authority, Optional.of(foreign.svid("spiffe://other.example/x"))));
      assertStatus(
          Status.Code.UNAVAILABLE,
          new Client(served, authority, Optional.of(foreign.svid(MLFLOW))));

      var next = new Authority("next");
      agent.tell(response(next, next.svid("spiffe://lab.example/ostiary"), Map.of()));
      served.await(s -> uses(s) == 2);
      assertAllowed(new Client(served, next, Optional.of(next.svid(MLFLOW))));
      assertStatus(
          Status.Code.UNAVAILABLE, new Client(served, next, Optional.of(authority.svid(MLFLOW))));

      // What cannot be used changes nothing.
      agent.tell(X509SVIDResponse.getDefaultInstance());
      served.await(s -> s.journal().contains("told what cannot be used"));
      assertAllowed(new Client(served, next, Optional.of(next.svid(MLFLOW))));
      agent.told = response(authority, own, Map.of());
      agent.hangUp();
      served.await(s -> uses(s) == 3);
      assertAllowed(new Client(served, authority, Optional.of(authority.svid(MLFLOW))));
      assertTrue(served.journal().contains("the Workload API does not answer"));
    } finally {
      server.shutdownNow();
      server.awaitTermination(10, TimeUnit.SECONDS);
      var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }

  private static long uses(Served served) {
    return served.journal().lines().filter(line -> line.contains("certificate in use")).count();
  }

  private static void assertAllowed(Client client) throws Exception {
    assertEquals(dev.ostiary.v1.Decision.DECISION_ALLOW, client.check(ITSELF).getDecision());
  }

  private static void assertStatus(Status.Code code, Client client) {
    var refused = assertThrows(StatusRuntimeException.class, () -> client.check(ITSELF));
    assertEquals(code, refused.getStatus().getCode(), refused.toString());
  }
}
