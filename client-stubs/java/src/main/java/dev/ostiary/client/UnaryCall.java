package dev.ostiary.client;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One unary question with its deadline and its tries.
 *
 * <p>A check changes nothing that policy can see, but every one that the sidecar decides is an
 * entry in its log. So a try is repeated only where the sidecar cannot have decided: it said so
 * itself (UNAVAILABLE with RetryInfo), or no connection was made. A connection that broke after the
 * question left may have left an entry, and its question is not asked again. (What gRPC repeats by
 * itself are calls that the server's transport declared unprocessed.) All tries share the deadline.
 *
 * @param <Q> the question's message
 * @param <A> the answer's message
 * @param <T> what the caller gets
 */
final class UnaryCall<Q, A, T> {
  private static final long FIRST_BACKOFF_NANOS = Duration.ofMillis(10).toNanos();

  private final Connection connection;
  private final MethodDescriptor<Q, A> method;
  private final Q question;
  private final Function<A, T> answered;
  private final Function<Failure, T> failed;
  private final Deadline deadline;
  private final Context context = Context.current();
  private final CompletableFuture<T> result = new CompletableFuture<>();
  private volatile @Nullable ClientCall<Q, A> current;
  private int tries;

  UnaryCall(
      Connection connection,
      MethodDescriptor<Q, A> method,
      Q question,
      Function<A, T> answered,
      Function<Failure, T> failed) {
    this.connection = connection;
    this.method = method;
    this.question = question;
    this.answered = answered;
    this.failed = failed;
    this.deadline = Deadline.after(connection.deadline().toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Asks. The future always completes with a value, unless its holder cancels it. */
  CompletableFuture<T> start() {
    var unused =
        result.whenComplete((value, error) -> {
          var call = current;
          if (result.isCancelled() && call != null) call.cancel("no longer wanted", null);
        });
    attempt();
    return result;
  }

  private void attempt() {
    if (result.isDone()) return;
    tries++;
    try {
      var call = connection.channel().newCall(method, CallOptions.DEFAULT.withDeadline(deadline));
      current = call;
      ClientCalls.asyncUnaryCall(call, question, new Reply());
      // A cancellation that came while the call was being started has not seen it.
      if (result.isCancelled()) call.cancel("no longer wanted", null);
    } catch (RuntimeException broken) {
      result.complete(failed.apply(Failure.protocol("the call could not be made: " + broken)));
    }
  }

  private void failed(Throwable error) {
    var status = Status.fromThrowable(error);
    var failure = Failure.of(status, Status.trailersFromThrowable(error));
    var pause = status.getCode() == Status.Code.UNAVAILABLE ? pause(failure, status) : null;
    if (pause == null || pause >= deadline.timeRemaining(TimeUnit.NANOSECONDS)) {
      result.complete(failed.apply(failure));
      return;
    }
    CompletableFuture.delayedExecutor(pause, TimeUnit.NANOSECONDS, connection.executor())
        .execute(context.wrap(this::attempt));
  }

  /** Nanoseconds to wait before the next try; null where there must be none. */
  private @Nullable Long pause(Failure failure, Status status) {
    if (tries >= connection.tries()) return null;
    Optional<Duration> asked = failure.retryDelay();
    if (asked.isPresent()) return asked.get().toNanos();
    if (!neverConnected(status.getCause())) return null;
    connection.reconnect();
    long backoff = FIRST_BACKOFF_NANOS << Math.min(tries - 1, 10);
    return backoff / 2 + ThreadLocalRandom.current().nextLong(backoff);
  }

  private static boolean neverConnected(@Nullable Throwable cause) {
    for (var at = cause; at != null; at = at.getCause()) {
      if (at instanceof ConnectException) return true;
    }
    return false;
  }

  private final class Reply implements StreamObserver<A> {
    private @Nullable A value;

    @Override
    public void onNext(A message) {
      value = message;
    }

    @Override
    public void onError(Throwable error) {
      failed(error);
    }

    @Override
    public void onCompleted() {
      var message = value;
      result.complete(
          message == null
              ? failed.apply(Failure.protocol("a call that ended without an answer"))
              : answered.apply(message));
    }
  }
}
