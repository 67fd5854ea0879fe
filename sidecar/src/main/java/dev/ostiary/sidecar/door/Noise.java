package dev.ostiary.sidecar.door;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Keeps gRPC and Netty from writing a stack trace for what a caller did wrong: those calls are
 * counted, and a caller must not be able to fill the process's output.
 */
final class Noise {
  /** Held, since a logger that nobody holds forgets its level. */
  private static final List<Logger> QUIET =
      List.of(
          Logger.getLogger("io.grpc.netty.NettyServerStream"),
          Logger.getLogger("io.grpc.netty.NettyServerHandler"),
          Logger.getLogger("io.netty.bootstrap.ServerBootstrap"));

  private Noise() {}

  static void keepQuiet() {
    for (var logger : QUIET) logger.setLevel(Level.OFF);
  }
}
