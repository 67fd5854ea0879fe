package dev.ostiary.client;

import dev.ostiary.v1.CheckRequest;
import dev.ostiary.v1.CheckStreamRequest;
import dev.ostiary.v1.CheckStreamResponse;
import dev.ostiary.v1.DecisionServiceGrpc;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Questions pipelined on one stream. Thread-safe.
 *
 * <p>Each question has the client's deadline. Where the stream breaks, its unanswered questions
 * fail, none is asked again, and the next question opens a new stream. At most 1,000 questions are
 * under way; one more fails with {@link Failure.Kind#OVERLOADED} without having been sent.
 *
 * <p>The questions under way are kept in the order of asking. Since all have the same deadline, the
 * first one is the first to expire, and one timer at a time is enough.
 */
public final class CheckStream implements AutoCloseable {
  static final int MAX_UNDER_WAY = 1_000;

  private final Connection connection;
  private final Map<Long, UnderWay> underWay = new LinkedHashMap<>();
  private @Nullable Stream stream;
  private long lastId;
  private boolean sweeping;
  private boolean closed;

  CheckStream(Connection connection) {
    this.connection = connection;
  }

  private record UnderWay(CompletableFuture<Answer> future, Stream stream, long expiresNanos) {}

  /**
   * Asks.
   *
   * @return completes with an answer, never exceptionally; cancelling it only stops the waiting
   */
  public CompletableFuture<Answer> check(CheckRequest request) {
    var future = new CompletableFuture<Answer>();
    synchronized (underWay) {
      if (closed) return failed(Failure.Kind.UNAVAILABLE, "the stream is closed");
      if (underWay.size() >= MAX_UNDER_WAY) {
        return failed(Failure.Kind.OVERLOADED, MAX_UNDER_WAY + " questions are under way");
      }
      if (stream == null) stream = new Stream();
      long id = ++lastId;
      long expires = System.nanoTime() + connection.deadline().toNanos();
      underWay.put(id, new UnderWay(future, stream, expires));
      try {
        stream.ask(CheckStreamRequest.newBuilder().setId(id).setRequest(request).build());
      } catch (IllegalStateException ended) {
        // The stream has just ended, and whoever ends it fails this question with the others.
      }
      if (!sweeping) sweepAfter(connection.deadline().toNanos());
    }
    return future;
  }

  /** Takes no more questions; those under way still get their answers. */
  @Override
  public void close() {
    synchronized (underWay) {
      closed = true;
      if (stream != null) stream.end();
      stream = null;
    }
  }

  private static CompletableFuture<Answer> failed(Failure.Kind kind, String message) {
    return CompletableFuture.completedFuture(new Answer.Failed(Failure.of(kind, message)));
  }

  private void sweepAfter(long nanos) {
    sweeping = true;
    CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS, connection.executor())
        .execute(this::sweep);
  }

  private void sweep() {
    var expired = new ArrayList<UnderWay>();
    synchronized (underWay) {
      sweeping = false;
      long now = System.nanoTime();
      for (var each = underWay.values().iterator(); each.hasNext(); ) {
        var first = each.next();
        if (first.expiresNanos - now > 0) {
          sweepAfter(first.expiresNanos - now);
          break;
        }
        expired.add(first);
        each.remove();
      }
    }
    fail(expired, Failure.of(Failure.Kind.TIMEOUT, "no answer within " + connection.deadline()));
  }

  private void answered(CheckStreamResponse response) {
    UnderWay question;
    synchronized (underWay) {
      question = underWay.remove(response.getId());
    }
    // One that is not under way has expired.
    if (question != null) question.future.complete(Answer.of(response.getResult()));
  }

  private void ended(Stream ended, Failure failure) {
    var lost = new ArrayList<UnderWay>();
    synchronized (underWay) {
      if (stream == ended) stream = null;
      for (var each = underWay.values().iterator(); each.hasNext(); ) {
        var question = each.next();
        if (question.stream != ended) continue;
        lost.add(question);
        each.remove();
      }
    }
    fail(lost, failure);
  }

  private static void fail(List<UnderWay> questions, Failure failure) {
    for (var question : questions) question.future.complete(new Answer.Failed(failure));
  }

  /** One stream of the wire; guarded by {@link #underWay} where it sends. */
  private final class Stream implements StreamObserver<CheckStreamResponse> {
    private final StreamObserver<CheckStreamRequest> questions;

    Stream() {
      // The stream outlives the call in whose context its first question happens to be asked.
      var detached = Context.ROOT.attach();
      try {
        questions = DecisionServiceGrpc.newStub(connection.channel()).checkStream(this);
      } finally {
        Context.ROOT.detach(detached);
      }
    }

    void ask(CheckStreamRequest question) {
      questions.onNext(question);
    }

    void end() {
      questions.onCompleted();
    }

    @Override
    public void onNext(CheckStreamResponse response) {
      answered(response);
    }

    @Override
    public void onError(Throwable error) {
      var status = Status.fromThrowable(error);
      ended(this, Failure.of(status, Status.trailersFromThrowable(error)));
    }

    @Override
    public void onCompleted() {
      ended(this, Failure.of(Failure.Kind.UNAVAILABLE, "the sidecar ended the stream"));
    }
  }
}
