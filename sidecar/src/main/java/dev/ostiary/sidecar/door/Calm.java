package dev.ostiary.sidecar.door;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Settings;

/**
 * Ends a connection that sends more SETTINGS than any client has use for, each of which would have
 * to be applied and acknowledged. One connection, on its event loop.
 */
final class Calm extends Http2FrameListenerDecorator {
  private static final int MOST = 100;
  private static final long WINDOW_NANOS = 30_000_000_000L;

  private long began = System.nanoTime();
  private int settings;

  Calm(Http2FrameListener listener) {
    super(listener);
  }

  @Override
  public void onSettingsRead(ChannelHandlerContext context, Http2Settings read)
      throws Http2Exception {
    long now = System.nanoTime();
    if (now - began > WINDOW_NANOS) {
      began = now;
      settings = 0;
    }
    if (++settings > MOST)
      throw Http2Exception.connectionError(
          Http2Error.ENHANCE_YOUR_CALM, "too many SETTINGS on one connection");
    super.onSettingsRead(context, read);
  }
}
