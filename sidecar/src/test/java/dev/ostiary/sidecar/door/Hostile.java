package dev.ostiary.sidecar.door;

import static dev.ostiary.sidecar.Served.question;
import static dev.ostiary.sidecar.door.RawHttp2.CONTINUATION;
import static dev.ostiary.sidecar.door.RawHttp2.DATA;
import static dev.ostiary.sidecar.door.RawHttp2.HEADERS;
import static dev.ostiary.sidecar.door.RawHttp2.SETTINGS;

import dev.ostiary.v1.DecisionServiceGrpc;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;

/**
 * One client that means harm, in a process of its own: {@code Hostile GRPC HTTP}, then on its input
 * a line for each attack, {@code NAME MILLISECONDS}. It answers {@code begun}, attacks again and
 * again for so long, and tells what came of it: {@code ended=31 status3=7}.
 */
final class Hostile {
  private static final String CHECK = DecisionServiceGrpc.getCheckMethod().getFullMethodName();
  private static final byte[] NO_WINDOW =
      ByteBuffer.allocate(6).putShort((short) 4).putInt(0).array();
  private static final int IDLE = 10_000;
  private static final int IDLE_PER_SECOND = 5_000;

  private final String grpc;
  private final String http;
  private final Map<String, Integer> seen = new TreeMap<>();
  private final List<SocketChannel> standing = new ArrayList<>();
  private long until;

  /** What it can do. */
  enum Attack {
    RAPID_RESET,
    PINGS,
    SETTINGS_FLOOD,
    CONTINUATIONS,
    SLOW_HEADERS,
    SLOW_HTTP_HEADERS,
    STALLED_WINDOWS,
    GZIP_BOMB,
    OVERSIZE,
    NESTED,
    IDLE_OPENING,
    IDLE_STANDING
  }

  private Hostile(String grpc, String http) {
    this.grpc = grpc;
    this.http = http;
  }

  public static void main(String[] args) throws Exception {
    var hostile = new Hostile(args[0], args[1]);
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      String[] words = line.split(" ", -1);
      hostile.attack(Attack.valueOf(words[0]), Duration.ofMillis(Long.parseLong(words[1])));
    }
  }

  private void attack(Attack attack, Duration time) throws Exception {
    seen.clear();
    byte[] prepared =
        switch (attack) {
          case GZIP_BOMB -> bomb();
          case NESTED -> nested(100_000);
          default -> new byte[0];
        };
    if (attack == Attack.IDLE_STANDING) open(Long.MAX_VALUE);
    System.out.println("begun");
    until = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < until) {
      try {
        turn(attack, prepared);
      } catch (IOException e) {
        saw("ended"); // while this side was still sending
      }
    }
    for (var connection : standing) saw(isEnded(connection) ? "ended" : "stands");
    closeAll();
    System.out.println(
        String.join(
            " ", seen.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList()));
  }

  private void closeAll() throws IOException {
    for (var connection : standing) connection.close();
    standing.clear();
  }

  private static boolean isEnded(SocketChannel connection) throws IOException {
    connection.configureBlocking(false);
    var read = ByteBuffer.allocate(1 << 12);
    try {
      for (int got = 1; got > 0; got = connection.read(read.clear())) {
        // what it says before it ends
      }
      return connection.read(read.clear()) < 0;
    } catch (IOException e) {
      return true;
    }
  }

  private void saw(String what) {
    seen.merge(what, 1, Integer::sum);
  }

  private void turn(Attack attack, byte[] prepared) throws Exception {
    switch (attack) {
      case RAPID_RESET ->
          floods((client, i) -> {
            client.headers(2 * i + 1, CHECK, Map.of());
            client.reset(2 * i + 1);
          });
      case PINGS -> floods((client, _) -> client.ping());
      case SETTINGS_FLOOD -> floods((client, _) -> client.frame(SETTINGS, 0, 0, new byte[0]));
      case CONTINUATIONS ->
          floods((client, i) -> client.frame(i == 0 ? HEADERS : CONTINUATION, 0, 1, new byte[0]));
      case SLOW_HEADERS -> slowHeaders();
      case SLOW_HTTP_HEADERS -> slowHttpHeaders();
      case STALLED_WINDOWS -> stalledWindows();
      case GZIP_BOMB -> messages(prepared, Map.of("grpc-encoding", "gzip"));
      case OVERSIZE -> oversize();
      case NESTED -> messages(prepared, Map.of());
      case IDLE_OPENING -> {
        open(until);
        closeAll();
      }
      case IDLE_STANDING -> LockSupport.parkNanos(until - System.nanoTime());
    }
  }

  /** One frame, or a few, of many. */
  private interface Frames {
    void send(RawHttp2 client, int number) throws IOException;
  }

  private void floods(Frames frames) throws IOException {
    try (var client = new RawHttp2(grpc)) {
      for (int i = 0; System.nanoTime() < until; i++) frames.send(client, i);
    }
  }

  /** 200 connections with a header that never ends, and no word more. */
  private void slowHeaders() throws IOException {
    for (int i = 0; i < 200; i++) {
      var connection = SocketChannel.open(address(grpc));
      standing.add(connection);
      connection.write(ByteBuffer.wrap(RawHttp2.headersThatDoNotEnd()));
    }
    LockSupport.parkNanos(until - System.nanoTime());
    for (var connection : standing) while (!isEnded(connection)) LockSupport.parkNanos(10_000_000);
  }

  /** 200 connections that send a byte of a header each tenth of a second, until they are ended. */
  private void slowHttpHeaders() throws IOException {
    byte[] begin = "POST / HTTP/1.1\r\nHost: a\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < 200; i++) {
      var connection = SocketChannel.open(address(http));
      standing.add(connection);
      connection.write(ByteBuffer.wrap(begin));
    }
    for (int left = 200; left > 0; ) {
      LockSupport.parkNanos(100_000_000);
      left = 0;
      for (var connection : standing) {
        try {
          connection.write(ByteBuffer.wrap(new byte[] {'x'}));
          left++;
        } catch (IOException e) {
          // it was ended, which is counted when all is over
        }
      }
    }
  }

  private static InetSocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    return new InetSocketAddress(
        text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }

  /** 4,000 questions, whose answers cannot leave, for half a second. */
  private void stalledWindows() throws Exception {
    byte[] asked = question().build().toByteArray();
    var clients = new ArrayList<RawHttp2>();
    try {
      for (int c = 0; c < 20; c++) {
        var client = new RawHttp2(grpc, NO_WINDOW);
        clients.add(client);
        for (int i = 0; i < 200; i++) {
          client.headers(2 * i + 1, CHECK, Map.of());
          client.message(2 * i + 1, asked);
        }
        client.flush();
      }
      saw("status" + clients.getLast().trailer(2 * 200 - 1, "grpc-status"));
      LockSupport.parkNanos(500_000_000);
    } finally {
      for (var client : clients) client.close();
    }
  }

  private void messages(byte[] message, Map<String, String> headers) throws Exception {
    byte[] framed =
        ByteBuffer.allocate(5 + message.length)
            .put((byte) (headers.isEmpty() ? 0 : 1))
            .putInt(message.length)
            .put(message)
            .array();
    try (var client = new RawHttp2(grpc)) {
      for (int stream = 1; System.nanoTime() < until; stream += 2) {
        client.headers(stream, CHECK, headers);
        for (int at = 0; at < framed.length; at += 16_000) {
          int end = Math.min(framed.length, at + 16_000);
          client.frame(
              DATA, end == framed.length ? 1 : 0, stream, Arrays.copyOfRange(framed, at, end));
        }
        client.window(0, 1_000);
        saw("status" + client.trailer(stream, "grpc-status"));
      }
    }
  }

  /** Two at once, each announced as two GiB, of which more than a MiB comes. */
  private void oversize() throws Exception {
    byte[] chunk = new byte[16_000];
    byte[] head = ByteBuffer.allocate(5).put((byte) 0).putInt(Integer.MAX_VALUE).array();
    try (var client = new RawHttp2(grpc)) {
      for (int stream : new int[] {1, 3}) {
        client.headers(stream, CHECK, Map.of());
        client.frame(DATA, 0, stream, head);
        for (int i = 0; i < 72; i++) client.frame(DATA, 0, stream, chunk);
      }
      saw("status" + client.trailer(3, "grpc-status"));
    }
  }

  private void open(long deadline) throws IOException {
    long begin = System.nanoTime();
    for (int i = 0; i < IDLE && System.nanoTime() < deadline; i++) {
      long due = begin + i * 1_000_000_000L / IDLE_PER_SECOND;
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime())
        LockSupport.parkNanos(left);
      standing.add(SocketChannel.open(address(grpc)));
      saw("opened");
    }
  }

  /** 64 MiB of zeros. */
  private static byte[] bomb() throws IOException {
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 64; i++) gzip.write(zeros);
    }
    return packed.toByteArray();
  }

  /** A record in a record in a record: field 4 with a length, and in it again. */
  private static byte[] nested(int deep) {
    var levels = new ArrayList<byte[]>();
    int length = 0;
    for (int i = 0; i < deep; i++) {
      var head = new ByteArrayOutputStream();
      head.write((4 << 3) | 2);
      for (int rest = length; ; rest >>>= 7) {
        head.write(rest >>> 7 == 0 ? rest : (rest & 127) | 128);
        if (rest >>> 7 == 0) break;
      }
      levels.add(head.toByteArray());
      length += head.size();
    }
    var message = new ByteArrayOutputStream();
    for (byte[] level : levels.reversed()) message.writeBytes(level);
    return message.toByteArray();
  }
}
