package dev.ostiary.sidecar.door;

import dev.ostiary.sidecar.decide.Refused;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What goes to the process's output from a door: defects of this program, but no stack trace of
 * gRPC and Netty for what a caller did wrong. Those calls are counted, and a caller must not be
 * able to fill the output.
 */
final class Noise {
  /** Held, since a logger that nobody holds forgets its level. */
  private static final List<Logger> QUIET =
      List.of(
          Logger.getLogger("io.grpc.netty.NettyServerStream"),
          Logger.getLogger("io.grpc.netty.NettyServerHandler"),
          Logger.getLogger("io.grpc.netty.NettyServerTransport"),
          Logger.getLogger("io.netty.bootstrap.ServerBootstrap"));

  private static final Logger OWN = Logger.getLogger("dev.ostiary");

  private Noise() {}

  /** Reports a defect of this program; its caller gets an error, never a decision. */
  static Refused defect(Throwable defect) {
    OWN.log(Level.SEVERE, "a question could not be answered", defect);
    return Refused.of(Refused.Why.INTERNAL, "", "the sidecar failed; its output has the reason");
  }

  static void keepQuiet() {
    for (var logger : QUIET) logger.setLevel(Level.OFF);
  }
}
