package dev.ostiary.sidecar.identity;

import dev.ostiary.spiffe.SpiffeWorkloadAPIGrpc;
import dev.ostiary.spiffe.X509SVIDRequest;
import dev.ostiary.spiffe.X509SVIDResponse;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Credentials from an agent of SPIFFE on this machine, which tells of every change. Where it goes
 * away, what it told last stays in use and it is asked again.
 *
 * @see <a href="https://spiffe.io/docs/latest/spiffe-specs/spiffe_workload_api/">Workload API</a>
 */
public final class WorkloadApi implements AutoCloseable {
  private static final long LEAST_DELAY_MILLIS = 100;
  private static final long MOST_DELAY_MILLIS = 10_000;

  private final EventLoopGroup loops;
  private final ManagedChannel channel;
  private final Consumer<Credentials> use;
  private final Consumer<String> say;
  private volatile boolean closed;
  private long delayMillis = LEAST_DELAY_MILLIS;

  /**
   * Begins to ask.
   *
   * @param socket the agent's Unix socket
   * @param loops epoll event loops
   * @param use takes what the agent tells, in order
   * @param say takes what is worth telling an operator
   */
  public WorkloadApi(
      Path socket, EventLoopGroup loops, Consumer<Credentials> use, Consumer<String> say) {
    this.loops = loops;
    this.use = use;
    this.say = say;
    var header = new Metadata();
    // Required by the specification, so that nobody is talked into asking for somebody else.
    header.put(Metadata.Key.of("workload.spiffe.io", Metadata.ASCII_STRING_MARSHALLER), "true");
    this.channel =
        NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
            .channelType(EpollDomainSocketChannel.class, DomainSocketAddress.class)
            .eventLoopGroup(loops)
            .withOption(io.netty.channel.ChannelOption.SO_KEEPALIVE, null)
            .overrideAuthority("localhost")
            .usePlaintext()
            .directExecutor()
            .intercept(MetadataUtils.newAttachHeadersInterceptor(header))
            .build();
    ask();
  }

  private void ask() {
    if (closed) return;
    SpiffeWorkloadAPIGrpc.newStub(channel)
        .withWaitForReady()
        .fetchX509SVID(X509SVIDRequest.getDefaultInstance(), new Following());
  }

  private final class Following implements StreamObserver<X509SVIDResponse> {
    @Override
    public void onNext(X509SVIDResponse told) {
      try {
        use.accept(credentials(told));
        delayMillis = LEAST_DELAY_MILLIS;
      } catch (CertificateException e) {
        say.accept("the Workload API told what cannot be used: " + e.getMessage());
      }
    }

    @Override
    public void onError(Throwable fault) {
      if (!closed)
        say.accept(
            "the Workload API does not answer: " + io.grpc.Status.fromThrowable(fault).getCode());
      again();
    }

    @Override
    public void onCompleted() {
      again();
    }

    private void again() {
      if (closed) return;
      var _ = loops.next().schedule(WorkloadApi.this::ask, delayMillis, TimeUnit.MILLISECONDS);
      delayMillis = Math.min(MOST_DELAY_MILLIS, delayMillis * 2);
    }
  }

  static Credentials credentials(X509SVIDResponse told) throws CertificateException {
    if (told.getSvidsCount() == 0) throw new CertificateException("expected an SVID, got none");
    var own = told.getSvids(0);
    List<X509Certificate> chain = Pem.certificates(own.getX509Svid().toByteArray());
    if (chain.isEmpty()) throw new CertificateException("expected a certificate, got none");
    PrivateKey key = Pem.key(own.getX509SvidKey().toByteArray());
    SpiffeId id = SpiffeId.of(chain.getFirst());
    if (!id.text().equals(own.getSpiffeId())
        || !CertificateFiles.belong(chain.getFirst().getPublicKey(), key))
      throw new CertificateException("expected id, certificate and key of one SVID");
    var authorities = new HashMap<String, List<X509Certificate>>();
    for (var other : told.getFederatedBundlesMap().entrySet())
      authorities.put(
          SpiffeId.parse(other.getKey()).trustDomain(),
          Pem.certificates(other.getValue().toByteArray()));
    authorities.put(id.trustDomain(), Pem.certificates(own.getBundle().toByteArray()));
    return new Credentials(chain, key, Trust.byDomain(authorities));
  }

  @Override
  public void close() {
    closed = true;
    channel.shutdownNow();
  }
}
