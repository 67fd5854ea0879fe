package dev.ostiary.client;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * One managed channel with how it is to be used.
 *
 * @param channel the channel
 * @param executor runs what follows an answer
 * @param deadline for one question, all tries together
 * @param tries at most this many for one question, 1 or more
 */
record Connection(ManagedChannel channel, Executor executor, Duration deadline, int tries) {

  /**
   * Connects again without waiting out the channel's own back-off, which starts at a second: a
   * sidecar on this machine that was restarted is back sooner, and trying costs microseconds.
   */
  void reconnect() {
    if (channel.getState(true) == ConnectivityState.TRANSIENT_FAILURE) {
      channel.resetConnectBackoff();
    }
  }
}
