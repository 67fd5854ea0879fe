package dev.ostiary.sidecar.door;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.metrics.Meters;
import io.grpc.Attributes;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.util.function.Function;

/**
 * Finds out who holds the other end of a new connection, before its first byte is read: on a Unix
 * socket the user id that the kernel vouches for, else that it comes from this machine.
 */
final class Peer implements InternalProtocolNegotiator.ProtocolNegotiator {
  static final Attributes.Key<Caller> CALLER = Attributes.Key.create("ostiary-caller");

  private final Function<EntityUid, Caller> admission;
  private final Asking asking;
  private final Meters meters;

  Peer(Function<EntityUid, Caller> admission, Asking asking, Meters meters) {
    this.admission = admission;
    this.asking = asking;
    this.meters = meters;
  }

  @Override
  public AsciiString scheme() {
    return AsciiString.of("http");
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpc) {
    return InternalProtocolNegotiators.waitUntilActiveHandler(
        new Admitting(grpc), grpc.getNegotiationLogger());
  }

  private final class Admitting extends ChannelInboundHandlerAdapter {
    private final GrpcHttp2ConnectionHandler grpc;

    Admitting(GrpcHttp2ConnectionHandler grpc) {
      this.grpc = grpc;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
      if (!(event instanceof ProtocolNegotiationEvent negotiated)) {
        context.fireUserEventTriggered(event);
        return;
      }
      EntityUid uid = uid(context.channel());
      Caller caller = admission.apply(uid);
      grpc.decoder().frameListener(new Calm(grpc.decoder().frameListener()));
      Unread.watch(grpc.connection(), caller, asking, meters);
      var attributes =
          InternalProtocolNegotiationEvent.getAttributes(negotiated).toBuilder()
              .set(CALLER, caller)
              .build();
      context.pipeline().replace(this, null, grpc);
      grpc.handleProtocolNegotiationCompleted(attributes, null);
    }
  }

  /** Who holds the other end of a plaintext connection. */
  static EntityUid uid(Channel channel) throws IOException {
    String id =
        channel instanceof EpollDomainSocketChannel socket
            ? "uid:" + socket.peerCredentials().uid()
            : "loopback";
    return EntityUid.of(Caller.TYPE, id);
  }

  @Override
  public void close() {}
}
