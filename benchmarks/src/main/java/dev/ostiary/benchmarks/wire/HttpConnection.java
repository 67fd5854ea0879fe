package dev.ostiary.benchmarks.wire;

import java.io.IOException;
import java.nio.channels.Selector;

/** HTTP/1.1, one request at a time; what is asked is the whole request. */
final class HttpConnection extends Connection {
  private static final String LENGTH = "content-length:";
  private long asked;

  HttpConnection(String address, Selector selector) throws IOException {
    super(address, selector);
  }

  @Override
  void ask(byte[] message, long scheduled) {
    asked = scheduled;
    gather(message);
  }

  @Override
  int take(byte[] bytes, int from, int to, Listener listener) {
    int body = body(bytes, from, to);
    if (body < 0) return from;
    int end = body + length(bytes, from, body);
    if (end > to) return from;
    boolean ok = bytes[from + 9] == '2';
    listener.answered(this, asked, ok);
    return end;
  }

  /** Where the body begins; negative while not all headers have come. */
  private static int body(byte[] bytes, int from, int to) {
    for (int i = from; i + 3 < to; i++) {
      if (bytes[i] == '\r' && bytes[i + 2] == '\r' && bytes[i + 3] == '\n') return i + 4;
    }
    return -1;
  }

  private static int length(byte[] bytes, int from, int body) {
    for (int line = from; line < body; line++) {
      if (bytes[line] != '\n' || !isLength(bytes, line + 1)) continue;
      int length = 0;
      for (int i = line + 1 + LENGTH.length(); bytes[i] != '\r'; i++)
        if (bytes[i] != ' ') length = 10 * length + bytes[i] - '0';
      return length;
    }
    throw new IllegalStateException("expected a content-length");
  }

  private static boolean isLength(byte[] bytes, int at) {
    if (at + LENGTH.length() > bytes.length) return false;
    for (int i = 0; i < LENGTH.length(); i++)
      if ((bytes[at + i] | 0x20) != (LENGTH.charAt(i) | 0x20)) return false;
    return true;
  }
}
