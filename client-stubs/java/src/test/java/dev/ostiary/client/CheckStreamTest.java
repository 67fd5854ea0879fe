package dev.ostiary.client;

import static dev.ostiary.client.RequestBuilder.request;
import static dev.ostiary.client.Values.uid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.v1.CheckRequest;
import dev.ostiary.v1.CheckResponse;
import dev.ostiary.v1.CheckResult;
import dev.ostiary.v1.CheckStreamRequest;
import dev.ostiary.v1.CheckStreamResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class CheckStreamTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private FakeSidecar sidecar;
  private OstiaryClient client;

  @BeforeEach
  void start() throws Exception {
    sidecar = new FakeSidecar();
    client = OstiaryClientBuilder.tcp(sidecar.address()).deadline(LONG).build();
    assertTrue(client.awaitConnected(LONG));
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    sidecar.close();
  }

  private static CheckRequest question(String resource) {
    return request(uid("User", "ann"), uid("Action", "read"), uid("Dataset", resource)).build();
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T taken = queue.poll(30, TimeUnit.SECONDS);
    assertNotNull(taken);
    return taken;
  }

  private static void answer(
      StreamObserver<CheckStreamResponse> stream, CheckStreamRequest to, CheckResponse with) {
    stream.onNext(
        CheckStreamResponse.newBuilder()
            .setId(to.getId())
            .setResult(CheckResult.newBuilder().setResponse(with))
            .build());
  }

  private static Failure.Kind kind(CompletableFuture<Answer> future) throws Exception {
    var answer = future.get(30, TimeUnit.SECONDS);
    assertFalse(answer.enforce().allowed());
    return assertInstanceOf(Answer.Failed.class, answer).failure().kind();
  }

  @Test
  void answersFindTheirQuestionsInAnyOrder() throws Exception {
    try (var stream = client.stream()) {
      var first = stream.check(question("d1"));
      var second = stream.check(question("d2"));
      var wire = next(sidecar.streams);
      var asked1 = next(sidecar.streamed);
      var asked2 = next(sidecar.streamed);
      assertEquals("d1", asked1.getRequest().getResource().getId());
      answer(wire, asked2, FakeSidecar.DENY);
      assertFalse(second.get().enforce().allowed());
      assertFalse(first.isDone());
      answer(wire, asked1, FakeSidecar.ALLOW);
      assertTrue(first.get().enforce().allowed());
    }
  }

  @Test
  void aQuestionExpiresByItselfAndItsLateAnswerIsDropped() throws Exception {
    try (var hasty =
            OstiaryClientBuilder.tcp(sidecar.address()).deadline(Duration.ofMillis(200)).build();
        var stream = hasty.stream()) {
      assertTrue(hasty.awaitConnected(LONG));
      var late = stream.check(question("d1"));
      var wire = next(sidecar.streams);
      var asked = next(sidecar.streamed);
      assertEquals(Failure.Kind.TIMEOUT, kind(late));
      answer(wire, asked, FakeSidecar.ALLOW);
      assertFalse(late.get().enforce().allowed());
      // The sweep that expired the first must not be the last one.
      assertEquals(Failure.Kind.TIMEOUT, kind(stream.check(question("d2"))));
      assertEquals(0, sidecar.streams.size());
    }
  }

  @Test
  void aBrokenStreamFailsItsQuestionsAndTheNextQuestionOpensAnother() throws Exception {
    try (var stream = client.stream()) {
      var lost = stream.check(question("d1"));
      next(sidecar.streamed);
      next(sidecar.streams).onError(Status.UNAVAILABLE.asRuntimeException());
      assertEquals(Failure.Kind.UNAVAILABLE, kind(lost));
      var again = stream.check(question("d2"));
      var asked = next(sidecar.streamed);
      assertEquals("d2", asked.getRequest().getResource().getId());
      answer(next(sidecar.streams), asked, FakeSidecar.ALLOW);
      assertTrue(again.get().enforce().allowed());
    }
  }

  @Test
  void tooManyQuestionsAtOnceAreRefusedHere() throws Exception {
    try (var stream = client.stream()) {
      var underWay = new ArrayList<CompletableFuture<Answer>>();
      for (int i = 0; i < CheckStream.MAX_UNDER_WAY; i++) {
        underWay.add(stream.check(question("d" + i)));
      }
      assertEquals(Failure.Kind.OVERLOADED, kind(stream.check(question("one more"))));
      var wire = next(sidecar.streams);
      for (int i = 0; i < underWay.size(); i++) {
        answer(wire, next(sidecar.streamed), i % 2 == 0 ? FakeSidecar.ALLOW : FakeSidecar.DENY);
      }
      for (int i = 0; i < underWay.size(); i++) {
        assertEquals(i % 2 == 0, underWay.get(i).get().enforce().allowed());
      }
    }
  }

  @Test
  void aClosedStreamFinishesWhatIsUnderWayAndTakesNoMore() throws Exception {
    var stream = client.stream();
    var last = stream.check(question("d1"));
    answer(next(sidecar.streams), next(sidecar.streamed), FakeSidecar.ALLOW);
    stream.close();
    assertTrue(last.get().enforce().allowed());
    assertEquals(Failure.Kind.UNAVAILABLE, kind(stream.check(question("d2"))));
  }
}
