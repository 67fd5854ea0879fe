package dev.ostiary.benchmarks.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class LoadDriverTest {
  private static final List<byte[]> MESSAGES = List.of(new byte[] {1}, new byte[] {2});
  private final AtomicInteger served = new AtomicInteger();

  /** Answers each call with its own bytes; the call of that number is held up. */
  private Server serve(int stalled, Duration stall) throws Exception {
    return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .directExecutor()
        .addService(
            ServerServiceDefinition.builder("ostiary.bench.Echo")
                .addMethod(
                    Bytes.method(MethodDescriptor.MethodType.UNARY, EchoServer.UNARY),
                    ServerCalls.asyncUnaryCall((byte[] request, StreamObserver<byte[]> replies) -> {
                      if (served.incrementAndGet() == stalled) {
                        LockSupport.parkNanos(stall.toNanos());
                      }
                      replies.onNext(request);
                      replies.onCompleted();
                    }))
                .build())
        .build()
        .start();
  }

  @Test
  void aStallCountsForEveryCallThatItDelayed() throws Exception {
    var server = serve(200, Duration.ofMillis(500));
    try {
      var driver = new LoadDriver("127.0.0.1:" + server.getPort(), 1);
      var run = driver.open(EchoServer.UNARY, MESSAGES, 1_000, Duration.ofSeconds(2), 1);
      assertEquals(0, run.errors());
      assertEquals(served.get(), run.calls());
      assertEquals(run.calls(), run.latencies().getTotalCount());
      assertTrue(Math.abs(run.calls() - 2_000) < 300, run.calls() + " calls at 1,000 a second");
      // About 500 calls are due in the stall; those of its first half wait for half of it at least.
      long delayed =
          run.latencies()
              .getCountBetweenValues(
                  TimeUnit.MILLISECONDS.toNanos(250), TimeUnit.SECONDS.toNanos(60));
      assertTrue(delayed > 150, delayed + " calls were delayed");
    } finally {
      server.shutdownNow().awaitTermination();
    }
  }

  @Test
  void aClosedLoopIsAnsweredInFull() throws Exception {
    var server = serve(-1, Duration.ZERO);
    try {
      var driver = new LoadDriver("127.0.0.1:" + server.getPort(), 2);
      var run = driver.closed(EchoServer.UNARY, MESSAGES, 8, Duration.ofMillis(500));
      assertEquals(0, run.errors());
      assertEquals(served.get(), run.calls());
      assertTrue(run.calls() >= 8, run.calls() + " calls");
    } finally {
      server.shutdownNow().awaitTermination();
    }
  }

  @Test
  void theEchoAnswersWithTheSizeAskedForUnaryAndStreamed() throws Exception {
    for (int size : new int[] {20, 96, 129, 131, 400}) {
      assertEquals(size, EchoServer.message(size).getSerializedSize());
    }
    try (var echo =
        ServerProcess.java(
            0,
            "",
            List.of("-Xmx64m"),
            Pattern.compile("(echo) listening on (\\S+)"),
            1,
            EchoServer.class.getName(),
            List.of("96"))) {
      var driver = new LoadDriver(echo.address("echo"), 1);
      var message = EchoServer.message(190).toByteArray();
      assertEquals(96, driver.ask(EchoServer.UNARY, message).length);
      var run = driver.streamed(EchoServer.STREAM, List.of(message), 16, Duration.ofMillis(500));
      assertTrue(run.calls() >= 16, run.calls() + " answers");
      assertTrue(echo.cpuMicros() > 0);
      assertTrue(echo.residentMebibytes() > 10);
    }
  }
}
