package dev.ostiary.sidecar.cli;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;

/** Connections from the command line to a sidecar on this machine. */
final class Channels {
  private Channels() {}

  /** A plaintext channel to {@code HOST:PORT}. */
  static ManagedChannel to(String address) {
    if (!address.matches(".+:[0-9]{1,5}"))
      throw new UserException("expected HOST:PORT, got `" + address + "`");
    return NettyChannelBuilder.forTarget("dns:///" + address).usePlaintext().build();
  }
}
