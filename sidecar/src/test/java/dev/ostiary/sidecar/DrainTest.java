package dev.ostiary.sidecar;

import static dev.ostiary.sidecar.Served.question;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.v1.CheckStreamRequest;
import dev.ostiary.v1.CheckStreamResponse;
import dev.ostiary.v1.DecisionServiceGrpc;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stopping loses no call: each is answered and in the log, or told that the sidecar is away. */
final class DrainTest {
  @TempDir Path directory;

  @Test
  void everyCallIsAnsweredOrToldSoAndEveryAnswerIsInTheLog() throws Exception {
    Served.writeBundle(directory, 1, "");
    var answered = ConcurrentHashMap.<String>newKeySet();
    var other = ConcurrentHashMap.<Status>newKeySet();
    try (var served = Served.in(directory)) {
      var threads = new ArrayList<Thread>();
      for (int i = 0; i < 8; i++)
        threads.add(Thread.ofVirtual().start(() -> askUntilAway(served, answered, other)));
      served.await(_ -> answered.size() > 200);
      served.sidecar().close();
      for (var thread : threads) assertTrue(thread.join(java.time.Duration.ofSeconds(30)));
    }
    assertEquals(Set.of(), other);
    assertTrue(logged().containsAll(answered), "an acknowledged decision is missing");
    assertTrue(Served.entries(directory.resolve("data/decisions/1")).getLast().hasClosed());
  }

  private static void askUntilAway(Served served, Set<String> answered, Set<Status> other) {
    while (true) {
      try {
        answered.add(served.client().check(question().build()).getDecisionId());
      } catch (StatusRuntimeException e) {
        if (e.getStatus().getCode() != Status.Code.UNAVAILABLE) other.add(e.getStatus());
        return;
      }
    }
  }

  @Test
  void anOpenStreamGetsItsAnswersAndIsToldToComeBack() throws Exception {
    Served.writeBundle(directory, 1, "");
    var answered = ConcurrentHashMap.<String>newKeySet();
    var ended = new CompletableFuture<Throwable>();
    try (var served = Served.in(directory)) {
      StreamObserver<CheckStreamRequest> questions =
          DecisionServiceGrpc.newStub(served.channel())
              .checkStream(
                  new StreamObserver<>() {
                    @Override
                    public void onNext(CheckStreamResponse response) {
                      answered.add(response.getResult().getResponse().getDecisionId());
                    }

                    @Override
                    public void onError(Throwable t) {
                      ended.complete(t);
                    }

                    @Override
                    public void onCompleted() {
                      ended.complete(
                          new AssertionError("the stream ended as if nothing was wrong"));
                    }
                  });
      for (int i = 0; i < 100; i++)
        questions.onNext(CheckStreamRequest.newBuilder().setId(i).setRequest(question()).build());
      served.await(_ -> answered.size() == 100);
      served.sidecar().close();
      var status = Status.fromThrowable(ended.get(10, TimeUnit.SECONDS));
      assertEquals(Status.Code.UNAVAILABLE, status.getCode());
    }
    assertTrue(logged().containsAll(answered));
  }

  private Set<String> logged() throws Exception {
    return Served.entries(directory.resolve("data/decisions/1")).stream()
        .filter(DecisionLogEntry::hasDecision)
        .map(e -> HexFormat.of().formatHex(e.getDecision().getDecisionId().toByteArray()))
        .collect(Collectors.toSet());
  }
}
