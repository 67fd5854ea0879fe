package dev.ostiary.sidecar.door;

import static dev.ostiary.sidecar.Served.question;
import static dev.ostiary.sidecar.door.RawHttp2.CONTINUATION;
import static dev.ostiary.sidecar.door.RawHttp2.DATA;
import static dev.ostiary.sidecar.door.RawHttp2.HEADERS;
import static dev.ostiary.sidecar.door.RawHttp2.SETTINGS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.ostiary.sidecar.Served;
import dev.ostiary.sidecar.ServedProcess;
import dev.ostiary.v1.DecisionServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * What clients do that mean harm, on TCP, while another caller asks on the Unix socket: it is
 * answered all the time, and the process neither grows nor ends.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class AttackTest {
  private static final String CHECK = DecisionServiceGrpc.getCheckMethod().getFullMethodName();
  private static final long MAX_GROWTH_BYTES = 256L << 20;
  private static final int SLOW = 200;

  private static final List<RawHttp2> SLOW_CLIENTS = new ArrayList<>();

  @TempDir private static Path directory;
  private static ServedProcess served;
  private static EventLoopGroup loop;
  private static ManagedChannel channel;
  private static long quietBytes;
  private static long quietP99;

  /** How long each check of the well-behaved caller took, in nanoseconds. */
  private final Queue<Long> answered = new ConcurrentLinkedQueue<>();

  private final Queue<Exception> failed = new ConcurrentLinkedQueue<>();
  private volatile boolean over;
  private Thread wellBehaved = Thread.currentThread();

  @BeforeAll
  static void start() throws Exception {
    Served.writeBundle(directory, 1, "");
    served =
        ServedProcess.in(
            directory,
            Map.of("OSTIARY_LIMITS_CONNECTION_IDLE", "1s"),
            "-Xmx256m",
            "-XX:+ExitOnOutOfMemoryError");
    loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    channel =
        NettyChannelBuilder.forAddress(
                new DomainSocketAddress(directory.resolve("data/ostiary.sock").toFile()))
            .eventLoopGroup(loop)
            .channelType(EpollDomainSocketChannel.class)
            .usePlaintext()
            .build();
    for (int i = 0; i < 2_000; i++) check();
    var quiet = new ArrayList<Long>();
    for (int i = 0; i < 1_000; i++) quiet.add(check());
    quietP99 = p99(quiet);
    quietBytes = residentBytes();
    for (int i = 0; i < SLOW; i++) {
      var client = connect();
      SLOW_CLIENTS.add(client);
      client.frame(HEADERS, 0, 1, new byte[] {0});
    }
  }

  @AfterAll
  static void stop() throws Exception {
    for (var client : SLOW_CLIENTS) client.close();
    channel.shutdownNow();
    var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    served.terminate();
    try (var ending = served) {
      assertEquals(0, ending.exitCode(), ending.output());
    }
  }

  @BeforeEach
  void ask() {
    wellBehaved =
        Thread.ofPlatform()
            .start(() -> {
              while (!over) {
                try {
                  answered.add(check());
                } catch (RuntimeException e) {
                  failed.add(e);
                }
              }
            });
  }

  @AfterEach
  void theOtherCallerWasAnsweredAndTheProcessHasNotGrown(org.junit.jupiter.api.TestInfo test)
      throws Exception {
    int before = answered.size();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (answered.size() < before + 20 && failed.isEmpty() && System.nanoTime() < deadline)
      Thread.onSpinWait();
    over = true;
    wellBehaved.join();
    assertEquals(List.of(), List.copyOf(failed));
    assertTrue(answered.size() >= before + 20, "answered " + answered.size());
    long grown = residentBytes() - quietBytes;
    System.out.printf(
        "%s: %d checks of another caller, p99 %.2f of the quiet one, %d MiB more%n",
        test.getDisplayName(),
        answered.size(),
        (double) p99(List.copyOf(answered)) / quietP99,
        grown >> 20);
    assertTrue(grown < MAX_GROWTH_BYTES, grown + " bytes more");
  }

  private static long check() {
    long from = System.nanoTime();
    DecisionServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(10, TimeUnit.SECONDS)
        .check(question().build());
    return System.nanoTime() - from;
  }

  private static long p99(List<Long> nanos) {
    return nanos.stream().sorted().skip(nanos.size() * 99L / 100).findFirst().orElseThrow();
  }

  private static long residentBytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + served.handle().pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
        .sum();
  }

  private static RawHttp2 connect() throws IOException {
    return new RawHttp2(served.address());
  }

  /** Something that is sent on one connection. */
  private interface Attack {
    void send(RawHttp2 client) throws IOException;
  }

  /** Ended means that the server closes, whether or not this side was still sending. */
  private static void endsTheConnection(Attack attack) throws IOException {
    try (var client = connect()) {
      try {
        attack.send(client);
      } catch (IOException e) {
        return;
      }
      assertTrue(client.await(_ -> false).isEmpty());
    }
  }

  @Test
  void rapidResetEndsTheConnection() throws Exception {
    endsTheConnection(client -> {
      for (int i = 0; i < 20_000; i++) {
        client.headers(2 * i + 1, CHECK, Map.of());
        client.reset(2 * i + 1);
      }
    });
  }

  @Test
  void aFloodOfPingsEndsTheConnection() throws Exception {
    endsTheConnection(client -> {
      for (int i = 0; i < 50_000; i++) client.ping();
    });
  }

  /** Each has to be answered, and this client reads none of the answers. */
  @Test
  void aFloodOfSettingsIsBounded() throws Exception {
    try (var client = connect()) {
      for (int i = 0; i < 100_000; i++) client.frame(SETTINGS, 0, 0, new byte[0]);
    } catch (java.net.SocketException e) {
      // It was ended while this side was still sending.
    }
  }

  @Test
  void aFloodOfContinuationsEndsTheConnection() throws Exception {
    endsTheConnection(client -> {
      client.frame(HEADERS, 0, 1, new byte[0]);
      for (int i = 0; i < 100_000; i++) client.frame(CONTINUATION, 0, 1, new byte[0]);
    });
  }

  /**
   * They have stood open since the first test: a connection ends after a second, and a farewell.
   */
  @Test
  @Order(Integer.MAX_VALUE)
  void headersThatNeverEndAreNotWaitedFor() throws Exception {
    for (var client : SLOW_CLIENTS) assertTrue(client.await(_ -> false).isEmpty());
  }

  /** Answers that cannot leave take a place each, of which this caller has a share. */
  @Test
  void answersThatNobodyTakesAreBoundedAndWhatIsOverIsRefusedAtOnce() throws Exception {
    var clients = new ArrayList<RawHttp2>();
    byte[] noWindow = ByteBuffer.allocate(6).putShort((short) 4).putInt(0).array();
    byte[] asked = question().build().toByteArray();
    int streams = 200;
    try {
      for (int c = 0; c < 20; c++) {
        var client = new RawHttp2(served.address(), noWindow);
        clients.add(client);
        for (int i = 0; i < streams; i++) {
          client.headers(2 * i + 1, CHECK, Map.of());
          client.message(2 * i + 1, asked);
        }
      }
      // 4,000 are asked, and one caller has at most half of 4,096 places.
      assertEquals("8", clients.getLast().trailer(2 * streams - 1, "grpc-status"));
    } finally {
      for (var client : clients) client.close();
    }
  }

  @Test
  void aMessageThatGrowsWithoutMeasureWhenUnpackedIsRefused() throws Exception {
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 64; i++) gzip.write(zeros);
    }
    byte[] bomb = packed.toByteArray();
    byte[] framed =
        ByteBuffer.allocate(5 + bomb.length).put((byte) 1).putInt(bomb.length).put(bomb).array();
    try (var client = connect()) {
      for (int i = 0; i < 20; i++) {
        client.headers(2 * i + 1, CHECK, Map.of("grpc-encoding", "gzip"));
        for (int at = 0; at < framed.length; at += 16_000) {
          int end = Math.min(framed.length, at + 16_000);
          client.frame(
              DATA,
              end == framed.length ? 1 : 0,
              2 * i + 1,
              java.util.Arrays.copyOfRange(framed, at, end));
        }
        assertEquals("3", client.trailer(2 * i + 1, "grpc-status"));
      }
    }
  }

  @Test
  void ofMessagesThatAreAnnouncedAsHugeOneIsHeardOutAndAnotherIsRefusedOnceItIsOverTheBound()
      throws Exception {
    try (var client = connect()) {
      for (int stream : new int[] {1, 3}) {
        client.headers(stream, CHECK, Map.of());
        client.frame(
            DATA,
            0,
            stream,
            ByteBuffer.allocate(5).put((byte) 0).putInt(Integer.MAX_VALUE).array());
        byte[] chunk = new byte[16_000];
        for (int i = 0; i < 72; i++) client.frame(DATA, 0, stream, chunk);
      }
      assertEquals("3", client.trailer(3, "grpc-status"));
    } catch (java.net.SocketException e) {
      // It was ended while this side was still sending.
    }
  }

  /** A record in a record in a record, a hundred thousand deep: a field of bytes each time. */
  @Test
  void valuesThatAreNestedWithoutMeasureAreRefused() throws Exception {
    byte[] nested = new byte[0];
    var levels = new ArrayList<byte[]>();
    int length = 0;
    for (int i = 0; i < 100_000; i++) {
      var head = new ByteArrayOutputStream();
      head.write((4 << 3) | 2); // field 4, with a length: CheckRequest's context, and what is in it
      for (int rest = length; ; rest >>>= 7) {
        head.write(rest >>> 7 == 0 ? rest : (rest & 127) | 128);
        if (rest >>> 7 == 0) break;
      }
      levels.add(head.toByteArray());
      length += head.size();
    }
    var message = new ByteArrayOutputStream();
    for (byte[] level : levels.reversed()) message.writeBytes(level);
    message.writeBytes(nested);
    byte[] framed =
        ByteBuffer.allocate(5 + message.size())
            .put((byte) 0)
            .putInt(message.size())
            .put(message.toByteArray())
            .array();
    try (var client = connect()) {
      client.headers(1, CHECK, Map.of());
      for (int at = 0; at < framed.length; at += 16_000) {
        int end = Math.min(framed.length, at + 16_000);
        client.frame(
            DATA, end == framed.length ? 1 : 0, 1, java.util.Arrays.copyOfRange(framed, at, end));
      }
      assertEquals("3", client.trailer(1, "grpc-status"));
    }
  }

  @Test
  void tenThousandIdleConnectionsLeaveRoomForOthers() throws Exception {
    var unix = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long most = unix.getMaxFileDescriptorCount() - unix.getOpenFileDescriptorCount() - 200;
    var sockets = new ArrayList<SocketChannel>();
    int colon = served.address().lastIndexOf(':');
    var address =
        new InetSocketAddress(
            served.address().substring(0, colon),
            Integer.parseInt(served.address().substring(colon + 1)));
    try {
      for (int i = 0; i < Math.min(10_000, most); i++) sockets.add(SocketChannel.open(address));
      int from = answered.size();
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (answered.size() < from + 100 && System.nanoTime() < deadline) Thread.onSpinWait();
      assertTrue(answered.size() >= from + 100, "the other caller is answered meanwhile");
    } finally {
      for (var socket : sockets) socket.close();
    }
  }
}
