package dev.ostiary.sidecar.cli;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.file.Path;
import java.util.concurrent.ThreadFactory;

/** Connections from the command line to a sidecar on this machine. */
final class Channels {
  private static final ThreadFactory DAEMON = new DefaultThreadFactory("ostiary-channel", true);

  private Channels() {}

  /** A plaintext channel to {@code HOST:PORT}. */
  static ManagedChannel to(String address) {
    if (!address.matches(".+:[0-9]{1,5}"))
      throw new UserException("expected HOST:PORT, got `" + address + "`");
    return NettyChannelBuilder.forTarget("dns:///" + address).usePlaintext().build();
  }

  /** A channel to the Unix socket at {@code path}; its one thread ends with the process. */
  static ManagedChannel to(Path path) {
    var loops = new MultiThreadIoEventLoopGroup(1, DAEMON, EpollIoHandler.newFactory());
    return NettyChannelBuilder.forAddress(new DomainSocketAddress(path.toFile()))
        .overrideAuthority("localhost")
        .channelType(EpollDomainSocketChannel.class)
        .eventLoopGroup(loops)
        .usePlaintext()
        .build();
  }
}
