package dev.ostiary.benchmarks.wire;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;

/**
 * Sends messages that are encoded already, and times the answers. Everything runs on one event
 * loop, timers included, so that the driver needs one core and no lock.
 *
 * <p>Open loop: calls start at the times of a seeded Poisson process, whether or not earlier ones
 * were answered, and a latency counts from the time that was scheduled, so that a stall of server
 * or driver counts for every call that it delayed. Closed loop: a fixed number of calls is under
 * way.
 */
final class LoadDriver implements AutoCloseable {
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final EventLoop loop = group.next();
  private final List<ManagedChannel> channels = new ArrayList<>();

  LoadDriver(String address, int connections) {
    for (int i = 0; i < connections; i++) {
      channels.add(
          NettyChannelBuilder.forTarget(address)
              .channelType(EpollSocketChannel.class)
              .eventLoopGroup(group)
              .directExecutor()
              .usePlaintext()
              .build());
    }
  }

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
    return run(new OpenLoop(unary(method), messages, perSecond, duration, seed), duration);
  }

  /** Keeps a number of calls under way. */
  Run closed(String method, List<byte[]> messages, int underWay, Duration duration) {
    return run(new ClosedLoop(unary(method), messages, underWay, duration), duration);
  }

  /** Keeps a number of messages under way on one stream per connection. */
  Run streamed(String method, List<byte[]> messages, int underWay, Duration duration) {
    return run(new StreamLoop(method, messages, underWay, duration), duration);
  }

  /** Asks once and returns the answer's bytes. */
  byte[] ask(String method, byte[] message) {
    return io.grpc.stub.ClientCalls.blockingUnaryCall(
        channels.get(0), unary(method), CallOptions.DEFAULT, message);
  }

  private static MethodDescriptor<byte[], byte[]> unary(String method) {
    return Bytes.method(MethodDescriptor.MethodType.UNARY, method);
  }

  private Run run(Loop run, Duration duration) {
    loop.execute(run::begin);
    try {
      return run.done.get(duration.toSeconds() + 60, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException broken) {
      throw new IllegalStateException("the run did not end", broken);
    }
  }

  @Override
  public void close() {
    for (var channel : channels) channel.shutdownNow();
    var _ = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  /** The state of one run, used on the event loop alone. */
  private abstract class Loop {
    final List<byte[]> messages;
    final Histogram latencies = new Histogram(TimeUnit.SECONDS.toNanos(60), 3);
    final CompletableFuture<Run> done = new CompletableFuture<>();
    final long durationNanos;
    long begun;
    long sent;
    long answered;
    long errors;

    Loop(List<byte[]> messages, Duration duration) {
      this.messages = messages;
      this.durationNanos = duration.toNanos();
    }

    abstract void begin();

    abstract void ended();

    final byte[] next() {
      return messages.get((int) (sent++ % messages.size()));
    }

    final void call(MethodDescriptor<byte[], byte[]> method, long scheduled) {
      var channel = channels.get((int) (sent % channels.size()));
      var call = channel.newCall(method, CallOptions.DEFAULT);
      call.start(
          new ClientCall.Listener<>() {
            @Override
            public void onClose(Status status, Metadata trailers) {
              record(scheduled, status.isOk());
              ended();
            }
          },
          new Metadata());
      call.request(2);
      call.sendMessage(next());
      call.halfClose();
    }

    final void record(long scheduled, boolean ok) {
      answered++;
      if (!ok) errors++;
      latencies.recordValue(
          Math.min(System.nanoTime() - scheduled, latencies.getHighestTrackableValue()));
    }

    final void finishOnceAnswered() {
      if (answered < sent) return;
      done.complete(new Run(answered - errors, errors, System.nanoTime() - begun, latencies));
    }
  }

  private final class OpenLoop extends Loop {
    private final MethodDescriptor<byte[], byte[]> method;
    private final SplittableRandom random;
    private final double gapNanos;
    private double due;
    private boolean over;

    OpenLoop(
        MethodDescriptor<byte[], byte[]> method,
        List<byte[]> messages,
        int perSecond,
        Duration duration,
        long seed) {
      super(messages, duration);
      this.method = method;
      this.random = new SplittableRandom(seed);
      this.gapNanos = 1e9 / perSecond;
    }

    @Override
    void begin() {
      begun = System.nanoTime();
      send();
    }

    private void send() {
      long now = System.nanoTime() - begun;
      while (due <= now && due < durationNanos) {
        call(method, begun + (long) due);
        due -= Math.log1p(-random.nextDouble()) * gapNanos;
      }
      if (due >= durationNanos) {
        over = true;
        finishOnceAnswered();
        return;
      }
      long wait = Math.max(0, begun + (long) due - System.nanoTime());
      var _ = loop.schedule(this::send, wait, TimeUnit.NANOSECONDS);
    }

    @Override
    void ended() {
      if (over) finishOnceAnswered();
    }
  }

  private final class ClosedLoop extends Loop {
    private final MethodDescriptor<byte[], byte[]> method;
    private final int underWay;

    ClosedLoop(
        MethodDescriptor<byte[], byte[]> method,
        List<byte[]> messages,
        int underWay,
        Duration duration) {
      super(messages, duration);
      this.method = method;
      this.underWay = underWay;
    }

    @Override
    void begin() {
      begun = System.nanoTime();
      for (int i = 0; i < underWay; i++) call(method, System.nanoTime());
    }

    @Override
    void ended() {
      long now = System.nanoTime();
      if (now - begun < durationNanos) {
        call(method, now);
      } else {
        finishOnceAnswered();
      }
    }
  }

  private final class StreamLoop extends Loop {
    private final String method;
    private final int underWay;
    private final List<ClientCall<byte[], byte[]>> streams = new ArrayList<>();

    StreamLoop(String method, List<byte[]> messages, int underWay, Duration duration) {
      super(messages, duration);
      this.method = method;
      this.underWay = underWay;
    }

    @Override
    void begin() {
      begun = System.nanoTime();
      var bidi = Bytes.method(MethodDescriptor.MethodType.BIDI_STREAMING, method);
      for (var channel : channels) {
        var stream = channel.newCall(bidi, CallOptions.DEFAULT);
        streams.add(stream);
        stream.start(new Answers(stream), new Metadata());
        stream.request(underWay);
      }
      for (int i = 0; i < underWay; i++) streams.get(i % streams.size()).sendMessage(next());
    }

    @Override
    void ended() {
      if (answered < sent) return;
      for (var stream : streams) stream.halfClose();
      finishOnceAnswered();
    }

    private final class Answers extends ClientCall.Listener<byte[]> {
      private final ClientCall<byte[], byte[]> stream;

      Answers(ClientCall<byte[], byte[]> stream) {
        this.stream = stream;
      }

      @Override
      public void onMessage(byte[] message) {
        long now = System.nanoTime();
        answered++;
        if (now - begun < durationNanos) {
          stream.request(1);
          stream.sendMessage(next());
        } else {
          ended();
        }
      }

      @Override
      public void onClose(Status status, Metadata trailers) {
        if (!done.isDone()) {
          done.completeExceptionally(new IllegalStateException("the stream ended with " + status));
        }
      }
    }
  }
}
