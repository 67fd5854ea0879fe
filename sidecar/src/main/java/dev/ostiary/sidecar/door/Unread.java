package dev.ostiary.sidecar.door;

import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.metrics.Meters;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.concurrent.FastThreadLocal;
import org.jspecify.annotations.Nullable;

/**
 * Counts calls that end before gRPC hands them over: headers over the bound, paths and types that
 * are none; and connections that are ended for what they did. One connection, on its event loop.
 *
 * <p>gRPC asks for a call's tracer while it reads the headers that began the stream, so a stream of
 * which no tracer was made was never a call.
 */
final class Unread extends Http2ConnectionAdapter {
  /** The stream that began last on an event loop. */
  private static final FastThreadLocal<Unread[]> LAST =
      new FastThreadLocal<>() {
        @Override
        protected Unread[] initialValue() {
          return new Unread[1];
        }
      };

  private final Caller caller;
  private final Asking asking;
  private final Meters meters;
  private final Http2Connection.PropertyKey called;
  private @Nullable Http2Stream last;

  private Unread(Http2Connection connection, Caller caller, Asking asking, Meters meters) {
    this.caller = caller;
    this.asking = asking;
    this.meters = meters;
    this.called = connection.newKey();
  }

  static void watch(Http2Connection connection, Caller caller, Asking asking, Meters meters) {
    connection.addListener(new Unread(connection, caller, asking, meters));
  }

  /** Says that the stream that began last on this event loop is a call. */
  static void isCall() {
    Unread connection = LAST.get()[0];
    if (connection != null && connection.last != null)
      connection.last.setProperty(connection.called, Boolean.TRUE);
  }

  @Override
  public void onStreamActive(Http2Stream stream) {
    last = stream;
    LAST.get()[0] = this;
  }

  @Override
  public void onStreamClosed(Http2Stream stream) {
    if (stream.getProperty(called) != null) return;
    asking.count(
        Refused.of(Why.MALFORMED_REQUEST, "", "expected a call within bounds"), caller, "unread");
  }

  @Override
  public void onGoAwaySent(int lastStream, long error, ByteBuf debugData) {
    if (error != Http2Error.NO_ERROR.code()) meters.connectionEnded();
  }
}
