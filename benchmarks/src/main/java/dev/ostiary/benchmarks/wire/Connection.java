package dev.ostiary.benchmarks.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/**
 * A connection on which a thread asks and reads answers without waiting. What is asked is gathered,
 * and leaves with one call of {@link #flush}.
 */
abstract class Connection implements AutoCloseable {
  private final SocketChannel channel;
  private final ByteBuffer in = ByteBuffer.allocate(256 << 10);
  private byte[] out = new byte[64 << 10];
  private int gathered;

  Connection(String address, Selector selector) throws IOException {
    int colon = address.lastIndexOf(':');
    this.channel =
        SocketChannel.open(
            new InetSocketAddress(
                address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))));
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ, this);
  }

  /** Is told of each answer. */
  @FunctionalInterface
  interface Listener {
    /** One came on {@code connection}, to what was asked with {@code scheduled}. */
    void answered(Connection connection, long scheduled, boolean ok);
  }

  /** Gathers a question; {@code scheduled} comes back with its answer. */
  abstract void ask(byte[] message, long scheduled);

  /** Takes whole answers, or parts of them, from {@code bytes}; returns how many bytes it took. */
  abstract int take(byte[] bytes, int from, int to, Listener listener);

  final void gather(byte[] bytes) {
    System.arraycopy(bytes, 0, room(bytes.length), gathered, bytes.length);
    gathered += bytes.length;
  }

  final void gather(int bits, int bytes) {
    byte[] to = room(bytes);
    for (int i = bytes - 1; i >= 0; i--) to[gathered++] = (byte) (bits >>> (8 * i));
  }

  private byte[] room(int bytes) {
    if (gathered + bytes > out.length)
      out = Arrays.copyOf(out, Math.max(2 * out.length, gathered + bytes));
    return out;
  }

  /** Sends what is gathered. */
  final void flush() throws IOException {
    if (gathered == 0) return;
    var rest = ByteBuffer.wrap(out, 0, gathered);
    while (rest.hasRemaining()) channel.write(rest);
    gathered = 0;
  }

  /** Reads what has come. */
  final void read(Listener listener) throws IOException {
    if (channel.read(in) < 0) throw new IOException("the server closed the connection");
    int taken = take(in.array(), 0, in.position(), listener);
    in.flip().position(taken);
    in.compact();
  }

  @Override
  public final void close() {
    try {
      channel.close();
    } catch (IOException _) {
      // it is gone either way
    }
  }
}
