package dev.ostiary.client;

import dev.ostiary.v1.CheckBatchRequest;
import dev.ostiary.v1.CheckBatchResponse;
import dev.ostiary.v1.CheckRequest;
import dev.ostiary.v1.DecisionServiceGrpc;
import dev.ostiary.v1.ExplainRequest;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Asks a sidecar over one managed channel. Thread-safe; a process needs one.
 *
 * <p>No method throws because of the sidecar or the network: what goes wrong is an {@link
 * Answer.Failed}. Every question has a deadline, 250 milliseconds unless {@link
 * OstiaryClientBuilder#deadline} says otherwise, or the deadline of the gRPC context that it is
 * asked in, if that is sooner.
 */
public final class OstiaryClient implements AutoCloseable {
  private final Connection connection;

  OstiaryClient(Connection connection) {
    this.connection = connection;
    // Connecting takes longer than a question may: the first one should not pay for it.
    var state = connection.channel().getState(true);
    assert state != ConnectivityState.SHUTDOWN;
  }

  /**
   * A client of the sidecar at a loopback address, with the defaults.
   *
   * @param address {@code HOST:PORT}
   */
  public static OstiaryClient connect(String address) {
    return OstiaryClientBuilder.tcp(address).build();
  }

  /**
   * Asks, and blocks until there is an answer, at most the deadline. Not for event loops.
   *
   * <p>A thread that is interrupted gets {@link Failure.Kind#CANCELLED} and stays interrupted.
   */
  public Answer check(CheckRequest request) {
    return await(checkAsync(request), Answer.Failed::new);
  }

  /**
   * Asks without blocking.
   *
   * @return completes with an answer, never exceptionally; cancelling it cancels the call
   */
  public CompletableFuture<Answer> checkAsync(CheckRequest request) {
    return new UnaryCall<>(
            connection,
            DecisionServiceGrpc.getCheckMethod(),
            request,
            Answer::of,
            failure -> (Answer) new Answer.Failed(failure))
        .start();
  }

  /**
   * Asks several questions of one snapshot, and blocks until there are answers.
   *
   * @param requests at most 1,000
   * @return as many answers, in the order of the questions
   */
  public List<Answer> checkBatch(List<CheckRequest> requests) {
    return await(checkBatchAsync(requests), failure -> allFailed(requests.size(), failure));
  }

  /** Asks several questions of one snapshot without blocking; see {@link #checkBatch}. */
  public CompletableFuture<List<Answer>> checkBatchAsync(List<CheckRequest> requests) {
    int size = requests.size();
    return new UnaryCall<>(
            connection,
            DecisionServiceGrpc.getCheckBatchMethod(),
            CheckBatchRequest.newBuilder().addAllRequests(requests).build(),
            response -> answers(response, size),
            failure -> allFailed(size, failure))
        .start();
  }

  /** Asks what led to an answer, and blocks until it is there. Written down like a check. */
  public Explanation explain(CheckRequest request) {
    return await(explainAsync(request), Explanation::of);
  }

  /** Asks what led to an answer without blocking; see {@link #explain}. */
  public CompletableFuture<Explanation> explainAsync(CheckRequest request) {
    return new UnaryCall<>(
            connection,
            DecisionServiceGrpc.getExplainMethod(),
            ExplainRequest.newBuilder().setRequest(request).build(),
            Explanation::of,
            failure -> Explanation.of(failure))
        .start();
  }

  /** Opens a stream on which questions are pipelined, for a caller with very many of them. */
  public CheckStream stream() {
    return new CheckStream(connection);
  }

  /**
   * Waits until the sidecar is connected. Optional: a question waits for it too, within its
   * deadline.
   *
   * @return whether it is connected; false after the time, or if the thread is interrupted
   */
  public boolean awaitConnected(Duration atMost) {
    long end = System.nanoTime() + atMost.toNanos();
    ManagedChannel channel = connection.channel();
    while (true) {
      var state = channel.getState(true);
      if (state == ConnectivityState.READY) return true;
      if (state == ConnectivityState.SHUTDOWN) return false;
      if (state == ConnectivityState.TRANSIENT_FAILURE) channel.resetConnectBackoff();
      var changed = new CompletableFuture<Boolean>();
      channel.notifyWhenStateChanged(state, () -> changed.complete(true));
      try {
        var unused = changed.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (TimeoutException | ExecutionException late) {
        return false;
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }

  /** Ends the channel; questions that have no answer yet get a failure. Does not block. */
  @Override
  public void close() {
    connection.channel().shutdownNow();
  }

  private static List<Answer> answers(CheckBatchResponse response, int size) {
    if (response.getResultsCount() != size) {
      var message = "expected " + size + " results, got " + response.getResultsCount();
      return allFailed(size, Failure.protocol(message));
    }
    return response.getResultsList().stream().map(Answer::of).toList();
  }

  private static List<Answer> allFailed(int size, Failure failure) {
    return Collections.nCopies(size, new Answer.Failed(failure));
  }

  private static <T> T await(CompletableFuture<T> future, Function<Failure, ? extends T> failed) {
    try {
      return future.get();
    } catch (InterruptedException interrupted) {
      future.cancel(false);
      Thread.currentThread().interrupt();
      return failed.apply(Failure.of(Failure.Kind.CANCELLED, "the thread was interrupted"));
    } catch (ExecutionException | CancellationException broken) {
      return failed.apply(Failure.protocol("the answer could not be read: " + broken));
    }
  }
}
