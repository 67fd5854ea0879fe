package dev.ostiary.sidecar.door;

import dev.ostiary.sidecar.Served;
import dev.ostiary.v1.DecisionServiceGrpc;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * A well-behaved caller on the Unix socket, which asks at a fixed rate whatever happens: a check
 * takes from when it was due until its answer is read, so that what waits behind a slow one counts
 * too. One thread.
 */
final class SteadyCaller implements AutoCloseable {
  private static final String CHECK = DecisionServiceGrpc.getCheckMethod().getFullMethodName();

  private final RawHttp2 connection;
  private final byte[] asked = Served.question().build().toByteArray();
  private final long everyNanos;
  private int stream = 1;

  /** Asks on {@code socket} so many times a second. */
  SteadyCaller(Path socket, int perSecond) throws IOException {
    this.connection = new RawHttp2(socket);
    this.everyNanos = Duration.ofSeconds(1).toNanos() / perSecond;
  }

  /** How long checks took, in nanoseconds, from the fastest to the slowest. */
  @SuppressWarnings("ArrayRecordComponent")
  record Latencies(long[] sorted) {
    /** What so many of a thousand did not exceed. */
    long permille(int share) {
      return sorted[(int) (sorted.length * (long) share / 1_000)];
    }
  }

  /** Asks for so long; every check must be answered. */
  Latencies ask(Duration time) throws Exception {
    var nanos = new long[(int) (time.toNanos() / everyNanos)];
    long begin = System.nanoTime();
    for (int i = 0; i < nanos.length; i++) {
      long due = begin + i * everyNanos;
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime())
        LockSupport.parkNanos(left);
      connection.headers(stream, CHECK, Map.of());
      connection.message(stream, asked);
      String status = connection.trailer(stream, "grpc-status");
      nanos[i] = System.nanoTime() - due;
      if (!status.equals("0")) throw new AssertionError("check " + i + " ended with " + status);
      stream += 2;
    }
    Arrays.sort(nanos);
    return new Latencies(nanos);
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
