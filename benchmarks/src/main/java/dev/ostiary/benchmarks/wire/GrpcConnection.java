package dev.ostiary.benchmarks.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * gRPC as a client speaks it, with nothing behind it: calls of one method, each a HEADERS and a
 * DATA frame, or messages on one stream. A call is answered well if a message came before its
 * trailers. It takes a fraction of what a gRPC library takes, so that the server is what is
 * measured.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9113">RFC 9113</a>
 */
final class GrpcConnection extends Connection {
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_FRAME = 16 << 10;
  private static final int FRAME_HEADER = 9;
  private static final int MESSAGE_HEADER = 5;
  private static final int ALL = Integer.MAX_VALUE;
  private static final int REFILL = 1 << 29;
  private static final int CALLS = 1 << 18;

  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RESET = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GOAWAY = 7;
  private static final int WINDOW_UPDATE = 8;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;
  private static final int ACK = 1;

  private final byte[] firstHeaders;
  private final byte[] headers;
  private final boolean streams;
  private int nextStream = 1;
  private int unreported;

  /** By the number of the call: when it was scheduled, and whether a message came. */
  private final long[] scheduled = new long[CALLS];

  private final boolean[] answered = new boolean[CALLS];

  /** On a stream: bytes missing of the message that is arriving, and of its header. */
  private int missing;

  private int headerSeen;
  private int length;

  private @Nullable ByteArrayOutputStream kept;

  /** Connects; {@code streams} is whether all messages go on one stream. */
  GrpcConnection(String address, String method, boolean streams, Selector selector)
      throws IOException {
    super(address, selector);
    this.streams = streams;
    this.firstHeaders = headers(address, "/" + method);
    // The same from the table that the first ones filled.
    this.headers =
        new byte[] {
          (byte) 0x83,
          (byte) 0x86,
          (byte) 0xC3,
          (byte) 0xC2,
          (byte) 0xC1,
          (byte) 0xC0,
          (byte) 0xBF,
          (byte) 0xBE
        };
    gather(PREFACE);
    frame(6, SETTINGS, 0, 0);
    gather(4, 2); // initial window of a stream
    gather(ALL, 4);
    frame(4, WINDOW_UPDATE, 0, 0);
    gather(ALL - 65_535, 4);
    if (streams) begin(0);
    flush();
  }

  private static byte[] headers(String authority, String path) {
    var block = new ByteArrayOutputStream();
    block.write(0x83); // :method POST
    block.write(0x86); // :scheme http
    literal(block, 0x44, "", path);
    literal(block, 0x41, "", authority);
    literal(block, 0x5F, "", "application/grpc");
    literal(block, 0x40, "te", "trailers");
    literal(block, 0x40, "user-agent", "bench/1");
    literal(block, 0x40, "grpc-accept-encoding", "gzip");
    return block.toByteArray();
  }

  private static void literal(ByteArrayOutputStream block, int form, String name, String value) {
    block.write(form);
    if (!name.isEmpty()) text(block, name);
    text(block, value);
  }

  private static void text(ByteArrayOutputStream block, String text) {
    if (text.length() > 126) throw new IllegalArgumentException("too long: " + text);
    block.write(text.length());
    block.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }

  private void frame(int payload, int type, int flags, int stream) {
    gather(payload, 3);
    gather(type, 1);
    gather(flags, 1);
    gather(stream, 4);
  }

  private int begin(long when) {
    byte[] block = nextStream == 1 ? firstHeaders : headers;
    int stream = nextStream;
    nextStream += 2;
    frame(block.length, HEADERS, END_HEADERS, stream);
    gather(block);
    int call = call(stream);
    scheduled[call] = when;
    answered[call] = false;
    return stream;
  }

  private static int call(int stream) {
    return (stream >>> 1) & (CALLS - 1);
  }

  /** Keeps the bytes of messages in {@code to}. */
  void keep(ByteArrayOutputStream to) {
    kept = to;
  }

  @Override
  void ask(byte[] message, long when) {
    int payload = MESSAGE_HEADER + message.length;
    if (payload > MAX_FRAME) throw new IllegalArgumentException("a frame holds no " + payload);
    int stream = streams ? 1 : begin(when);
    frame(payload, DATA, streams ? 0 : END_STREAM, stream);
    gather(0, 1);
    gather(message.length, 4);
    gather(message);
  }

  @Override
  int take(byte[] bytes, int from, int to, Listener listener) {
    int at = from;
    while (to - at >= FRAME_HEADER) {
      int payload = number(bytes, at) >>> 8;
      if (to - at < FRAME_HEADER + payload) break;
      int type = bytes[at + 3];
      int flags = bytes[at + 4];
      int stream = number(bytes, at + 5) & Integer.MAX_VALUE;
      at += FRAME_HEADER;
      take(type, flags, stream, bytes, at, payload, listener);
      at += payload;
    }
    return at;
  }

  private void take(
      int type, int flags, int stream, byte[] bytes, int at, int payload, Listener listener) {
    switch (type) {
      case DATA -> {
        answered[call(stream)] = true;
        if (kept != null) kept.write(bytes, at, payload);
        refill(stream, payload);
        if (streams) messages(bytes, at, at + payload, listener);
      }
      case HEADERS, RESET -> {
        if (type == HEADERS && (flags & END_STREAM) == 0) return;
        if (streams) throw new IllegalStateException("the server ended the stream");
        int call = call(stream);
        listener.answered(this, scheduled[call], type == HEADERS && answered[call]);
      }
      case SETTINGS -> {
        if ((flags & ACK) == 0) frame(0, SETTINGS, ACK, 0);
      }
      case PING -> {
        if ((flags & ACK) != 0) return;
        frame(8, PING, ACK, 0);
        gather(number(bytes, at), 4);
        gather(number(bytes, at + 4), 4);
      }
      case GOAWAY -> throw new IllegalStateException("the server ended the connection");
      default -> {} // what the server may still get is far above what is under way
    }
  }

  private static int number(byte[] bytes, int at) {
    return ((bytes[at] & 255) << 24)
        | ((bytes[at + 1] & 255) << 16)
        | ((bytes[at + 2] & 255) << 8)
        | (bytes[at + 3] & 255);
  }

  private void refill(int stream, int payload) {
    unreported += payload;
    if (unreported < REFILL) return;
    frame(4, WINDOW_UPDATE, 0, 0);
    gather(unreported, 4);
    if (streams) {
      frame(4, WINDOW_UPDATE, 0, stream);
      gather(unreported, 4);
    }
    unreported = 0;
  }

  private void messages(byte[] bytes, int from, int to, Listener listener) {
    int at = from;
    while (at < to) {
      if (missing == 0 && headerSeen < MESSAGE_HEADER) {
        length = headerSeen == 0 ? 0 : (length << 8) | (bytes[at] & 255);
        at++;
        if (++headerSeen < MESSAGE_HEADER) continue;
        missing = length;
      }
      int part = Math.min(missing, to - at);
      at += part;
      missing -= part;
      if (missing > 0) return;
      headerSeen = 0;
      listener.answered(this, 0, true);
    }
  }
}
