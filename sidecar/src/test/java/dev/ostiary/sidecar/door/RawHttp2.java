package dev.ostiary.sidecar.door;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * An HTTP/2 connection that sends what it is told to, also what no client library would.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9113">RFC 9113</a>
 */
final class RawHttp2 implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;

  static final int REFUSED_STREAM = 7;
  static final int ENHANCE_YOUR_CALM = 11;

  private static final int ACK = 1;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;

  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final Closeable socket;
  private final OutputStream out;
  private final DataInputStream in;
  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);

  /** A frame as it came. */
  @SuppressWarnings("ArrayRecordComponent")
  record Frame(int type, int flags, int stream, byte[] payload) {
    /** The error code of a RST_STREAM or GOAWAY. */
    int error() {
      return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0);
    }
  }

  RawHttp2(String address) throws IOException {
    this(address, new byte[0]);
  }

  /** A connection that begins with these settings. */
  RawHttp2(String address, byte[] settings) throws IOException {
    this(connected(address), settings);
  }

  /** A connection to a Unix socket, whose answers are never held up. */
  RawHttp2(Path socket) throws IOException {
    this(
        SocketChannel.open(UnixDomainSocketAddress.of(socket)),
        ByteBuffer.allocate(6).putShort((short) 4).putInt(Integer.MAX_VALUE).array());
    window(0, Integer.MAX_VALUE - 65_535);
  }

  private RawHttp2(Socket socket, byte[] settings) throws IOException {
    this(socket, socket.getInputStream(), socket.getOutputStream(), settings);
  }

  private RawHttp2(SocketChannel socket, byte[] settings) throws IOException {
    this(socket, Channels.newInputStream(socket), Channels.newOutputStream(socket), settings);
  }

  private RawHttp2(Closeable socket, InputStream in, OutputStream out, byte[] settings)
      throws IOException {
    this.socket = socket;
    this.out = new BufferedOutputStream(out, 16 << 10);
    this.in = new DataInputStream(new BufferedInputStream(in));
    this.out.write(PREFACE);
    frame(SETTINGS, 0, 0, settings);
    if (await(frame -> frame.type == SETTINGS && frame.flags == ACK).isEmpty()) {
      socket.close();
      throw new EOFException("the server closed");
    }
  }

  /** All that a connection sends which begins a header and no more. */
  static byte[] headersThatDoNotEnd() {
    return ByteBuffer.allocate(PREFACE.length + 9 + 10)
        .put(PREFACE)
        .put(framed(SETTINGS, 0, 0, new byte[0]))
        .put(framed(HEADERS, 0, 1, new byte[] {0}))
        .array();
  }

  private static Socket connected(String address) throws IOException {
    int colon = address.lastIndexOf(':');
    int port = Integer.parseInt(address.substring(colon + 1));
    var socket = new Socket();
    socket.connect(new InetSocketAddress(address.substring(0, colon), port));
    socket.setSoTimeout(20_000);
    socket.setTcpNoDelay(true);
    return socket;
  }

  /** Begins a call. */
  void headers(int stream, String method, Map<String, String> more) throws IOException {
    var block = new ByteArrayOutputStream();
    literal(block, ":method", "POST");
    literal(block, ":scheme", "http");
    literal(block, ":path", "/" + method);
    literal(block, ":authority", "localhost");
    literal(block, "content-type", "application/grpc");
    literal(block, "te", "trailers");
    for (var header : more.entrySet()) literal(block, header.getKey(), header.getValue());
    frame(HEADERS, END_HEADERS, stream, block.toByteArray());
  }

  /** Sends a message and ends the caller's side. */
  void message(int stream, byte[] message) throws IOException {
    byte[] framed =
        ByteBuffer.allocate(5 + message.length)
            .put((byte) 0)
            .putInt(message.length)
            .put(message)
            .array();
    frame(DATA, END_STREAM, stream, framed);
  }

  void reset(int stream) throws IOException {
    frame(RST_STREAM, 0, stream, ByteBuffer.allocate(4).putInt(8).array()); // CANCEL
  }

  void ping() throws IOException {
    frame(PING, 0, 0, new byte[8]);
  }

  /** Lets the other side send so many bytes more. */
  void window(int stream, int bytes) throws IOException {
    frame(WINDOW_UPDATE, 0, stream, ByteBuffer.allocate(4).putInt(bytes).array());
  }

  /** Sends what was written so far, which may wait for 16 KiB else. */
  void flush() throws IOException {
    out.flush();
  }

  /** The first frame from here on that is so; empty where the server closes before. */
  Optional<Frame> await(Predicate<Frame> wanted) throws IOException {
    try {
      flush();
      while (true) {
        Frame frame = read();
        if (frame.type == SETTINGS && frame.flags != ACK) {
          frame(SETTINGS, ACK, 0, new byte[0]);
          flush();
        }
        if (wanted.test(frame)) return Optional.of(frame);
      }
    } catch (EOFException | SocketException e) {
      return Optional.empty();
    }
  }

  /** The header of that name in the last HEADERS frame of a stream, which ends it. */
  String trailer(int stream, String name) throws IOException, Http2Exception {
    while (true) {
      Frame frame =
          await(f -> f.type == HEADERS).orElseThrow(() -> new IOException("the server closed"));
      // Every block is decoded: they build one table.
      Http2Headers headers =
          decoder.decodeHeaders(frame.stream, Unpooled.wrappedBuffer(frame.payload));
      if (frame.stream == stream && (frame.flags & END_STREAM) != 0)
        return String.valueOf(headers.get(name));
    }
  }

  private Frame read() throws IOException {
    int length = (in.readUnsignedByte() << 16) | in.readUnsignedShort();
    int type = in.readUnsignedByte();
    int flags = in.readUnsignedByte();
    int stream = in.readInt();
    return new Frame(type, flags, stream, in.readNBytes(length));
  }

  /** Sends any frame. */
  void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    out.write(framed(type, flags, stream, payload));
  }

  private static byte[] framed(int type, int flags, int stream, byte[] payload) {
    return ByteBuffer.allocate(9 + payload.length)
        .putInt((payload.length << 8) | type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  /** A literal header field without indexing: RFC 7541, section 6.2.2. */
  private static void literal(ByteArrayOutputStream block, String name, String value) {
    block.write(0);
    string(block, name);
    string(block, value);
  }

  private static void string(ByteArrayOutputStream block, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    if (bytes.length < 127) {
      block.write(bytes.length);
    } else {
      block.write(127);
      int rest = bytes.length - 127;
      for (; rest >= 128; rest >>= 7) block.write((rest & 127) | 128);
      block.write(rest);
    }
    block.writeBytes(bytes);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
