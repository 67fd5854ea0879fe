package dev.ostiary.client;

import io.grpc.ClientInterceptor;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Says where the sidecar is and how to ask it. For one thread. */
public final class OstiaryClientBuilder {
  /** One thread for all clients on Unix sockets: it only moves bytes. */
  private static final class UnixLoop {
    static final EventLoopGroup GROUP =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("ostiary-client", true), NioIoHandler.newFactory());
  }

  /** Threads that come and go, since what callers attach may block on another question. */
  private static final class Callbacks {
    static final Executor EXECUTOR =
        Executors.newCachedThreadPool(new DefaultThreadFactory("ostiary-callback", true));
  }

  private final NettyChannelBuilder channel;
  private @Nullable Executor executor;
  private Duration deadline = Duration.ofMillis(250);
  private int tries = 3;

  private OstiaryClientBuilder(NettyChannelBuilder channel) {
    this.channel = channel.usePlaintext();
  }

  /**
   * A sidecar that listens on loopback.
   *
   * @param address {@code HOST:PORT}
   */
  public static OstiaryClientBuilder tcp(String address) {
    return new OstiaryClientBuilder(NettyChannelBuilder.forTarget(address));
  }

  /** A sidecar that listens on a Unix socket. */
  public static OstiaryClientBuilder unix(Path socket) {
    return new OstiaryClientBuilder(
        NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
            .overrideAuthority("localhost")
            .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
            .eventLoopGroup(UnixLoop.GROUP));
  }

  /**
   * How long one question may take, all tries together; 250 milliseconds if not set.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public OstiaryClientBuilder deadline(Duration deadline) {
    if (deadline.isNegative() || deadline.isZero()) {
      throw new IllegalArgumentException("expected a positive deadline, got " + deadline);
    }
    this.deadline = deadline;
    return this;
  }

  /**
   * How often one question may be tried; 3 if not set, 1 for no second try. A question is tried
   * again only where the sidecar cannot have decided it, and then within the deadline.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public OstiaryClientBuilder tries(int tries) {
    if (tries < 1) throw new IllegalArgumentException("expected at least 1 try, got " + tries);
    this.tries = tries;
    return this;
  }

  /**
   * Runs what callers attach to a future; threads that come and go if not set. {@code
   * Runnable::run} saves a hop where nothing attached ever blocks.
   */
  public OstiaryClientBuilder executor(Executor executor) {
    this.executor = executor;
    return this;
  }

  /** Sees every call, for example to send W3C trace context. */
  public OstiaryClientBuilder intercept(ClientInterceptor interceptor) {
    channel.intercept(interceptor);
    return this;
  }

  /** Starts to connect, in the background. */
  public OstiaryClient build() {
    var callbacks = executor == null ? Callbacks.EXECUTOR : executor;
    return new OstiaryClient(
        new Connection(channel.executor(callbacks).build(), callbacks, deadline, tries));
  }
}
