package dev.ostiary.sidecar.door;

import dev.ostiary.sidecar.limit.FairShare;
import dev.ostiary.sidecar.metrics.Meters;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;

/**
 * Stands where a listener accepts connections, and closes those whose caller has its share of them
 * already, before anything is built for them. One listener.
 */
final class Entrance extends ChannelInboundHandlerAdapter {
  /** Whose share a connection is taken from. */
  interface Shares {
    FairShare.Share of(Channel connection) throws IOException;
  }

  private final Shares shares;
  private final Meters meters;

  Entrance(Shares shares, Meters meters) {
    this.shares = shares;
    this.meters = meters;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object accepted) throws Exception {
    var connection = (Channel) accepted;
    try {
      var share = shares.of(connection);
      if (share.take(1)) {
        connection.closeFuture().addListener(_ -> share.give(1));
        context.fireChannelRead(connection);
        return;
      }
    } catch (IOException e) {
      // it is gone already
    }
    meters.connectionRefused();
    connection.unsafe().closeForcibly();
  }
}
