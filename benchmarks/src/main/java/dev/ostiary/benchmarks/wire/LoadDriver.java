package dev.ostiary.benchmarks.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Sends messages that are encoded already, and times the answers, all on the calling thread.
 *
 * <p>Open loop: calls start at the times of a seeded Poisson process, whether or not earlier ones
 * were answered, and a latency counts from the time that was scheduled, so that a stall of server
 * or driver counts for every call that it delayed. Closed loop: a fixed number of calls is under
 * way. Each run has connections of its own.
 *
 * @param connections how many each run opens
 */
record LoadDriver(String address, int connections) {
  /** Longer than this after its end a run is broken. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /**
   * What a run found.
   *
   * @param calls answered calls
   * @param errors calls that ended with another status than OK
   * @param nanos from the first call's start to the last answer
   * @param latencies in nanoseconds
   */
  record Run(long calls, long errors, long nanos, Histogram latencies) {
    double perSecond() {
      return calls * 1e9 / nanos;
    }

    double micros(double percentile) {
      return latencies.getValueAtPercentile(percentile) / 1e3;
    }
  }

  /** Calls at a rate; see the class. */
  Run open(String method, List<byte[]> messages, int perSecond, Duration duration, long seed) {
    return run(
        messages,
        duration,
        connections,
        opening(method, false),
        loop -> loop.open(perSecond, new SplittableRandom(seed)));
  }

  /** Keeps a number of calls under way. */
  Run closed(String method, List<byte[]> messages, int underWay, Duration duration) {
    var opening = opening(method, false);
    return run(messages, duration, connections, opening, loop -> loop.closed(underWay));
  }

  /** Keeps a number of messages under way on one stream per connection. */
  Run streamed(String method, List<byte[]> messages, int underWay, Duration duration) {
    var opening = opening(method, true);
    return run(messages, duration, connections, opening, loop -> loop.closed(underWay));
  }

  /** Keeps a number of HTTP/1.1 requests under way, each on a connection of its own. */
  Run http(List<byte[]> requests, int underWay, Duration duration) {
    Opening opening = selector -> new HttpConnection(address, selector);
    return run(requests, duration, underWay, opening, loop -> loop.closed(underWay));
  }

  /** Asks once and returns the answer's bytes. */
  byte[] ask(String method, byte[] message) {
    var kept = new ByteArrayOutputStream();
    Opening opening =
        selector -> {
          var connection = new GrpcConnection(address, method, false, selector);
          connection.keep(kept);
          return connection;
        };
    var run = run(List.of(message), Duration.ZERO, 1, opening, loop -> loop.closed(1));
    if (run.errors() > 0) throw new IllegalStateException(method + ": no answer");
    return Arrays.copyOfRange(kept.toByteArray(), 5, kept.size());
  }

  @FunctionalInterface
  private interface Opening {
    Connection open(Selector selector) throws IOException;
  }

  @FunctionalInterface
  private interface Shape {
    void run(Loop loop) throws IOException;
  }

  private Opening opening(String method, boolean streams) {
    return selector -> new GrpcConnection(address, method, streams, selector);
  }

  private static Run run(
      List<byte[]> messages, Duration duration, int connections, Opening opening, Shape shape) {
    try (var selector = Selector.open()) {
      var loop = new Loop(selector, messages, duration);
      try {
        for (int i = 0; i < connections; i++) loop.connections.add(opening.open(selector));
        loop.begun = System.nanoTime();
        shape.run(loop);
        long nanos = System.nanoTime() - loop.begun;
        return new Run(loop.answered - loop.errors, loop.errors, nanos, loop.latencies);
      } finally {
        loop.connections.forEach(Connection::close);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The state of one run. */
  private static final class Loop {
    private final Selector selector;
    private final List<byte[]> messages;
    private final Histogram latencies = new Histogram(TimeUnit.SECONDS.toNanos(60), 3);
    private final List<Connection> connections = new ArrayList<>();
    private final long durationNanos;
    private long begun;
    private long sent;
    private long answered;
    private long errors;

    Loop(Selector selector, List<byte[]> messages, Duration duration) {
      this.selector = selector;
      this.messages = messages;
      this.durationNanos = duration.toNanos();
    }

    private void ask(Connection connection, long scheduled) {
      connection.ask(messages.get((int) (sent++ % messages.size())), scheduled);
    }

    private Connection next() {
      return connections.get((int) (sent % connections.size()));
    }

    private void record(long scheduled, boolean ok, long now) {
      answered++;
      if (!ok) errors++;
      if (scheduled > 0)
        latencies.recordValue(Math.min(now - scheduled, latencies.getHighestTrackableValue()));
    }

    private void flush() throws IOException {
      for (int i = 0; i < connections.size(); i++) connections.get(i).flush();
    }

    private void read(Connection.Listener listener) throws IOException {
      for (var key : selector.selectedKeys()) ((Connection) key.attachment()).read(listener);
      selector.selectedKeys().clear();
      if (System.nanoTime() - begun > durationNanos + PATIENCE.toNanos())
        throw new IllegalStateException("the run did not end");
    }

    void closed(int underWay) throws IOException {
      for (int i = 0; i < underWay; i++) ask(next(), System.nanoTime());
      Connection.Listener again =
          (connection, scheduled, ok) -> {
            long now = System.nanoTime();
            record(scheduled, ok, now);
            if (now - begun < durationNanos) ask(connection, now);
          };
      while (answered < sent) {
        flush();
        selector.select(1_000);
        read(again);
      }
    }

    void open(int perSecond, SplittableRandom random) throws IOException {
      double gapNanos = 1e9 / perSecond;
      double due = 0;
      Connection.Listener told = (_, scheduled, ok) -> record(scheduled, ok, System.nanoTime());
      while (due < durationNanos || answered < sent) {
        long now = System.nanoTime() - begun;
        while (due <= now && due < durationNanos) {
          ask(next(), begun + (long) due);
          due -= Math.log1p(-random.nextDouble()) * gapNanos;
        }
        flush();
        selector.selectNow(); // asleep, the driver would be late for what is due
        read(told);
      }
    }
  }
}
