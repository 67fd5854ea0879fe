package dev.ostiary.client;

import static dev.ostiary.client.RequestBuilder.request;
import static dev.ostiary.client.Values.uid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import dev.ostiary.v1.CheckBatchResponse;
import dev.ostiary.v1.CheckRequest;
import dev.ostiary.v1.CheckResult;
import dev.ostiary.v1.Refusal;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class OstiaryClientTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final CheckRequest QUESTION =
      request(uid("User", "ann"), uid("Action", "read"), uid("Dataset", "d1"))
          .context("purpose", "training")
          .correlationId("q-1")
          .build();

  private FakeSidecar sidecar;
  private OstiaryClient client;

  @BeforeEach
  void start() throws Exception {
    sidecar = new FakeSidecar();
    client = OstiaryClientBuilder.tcp(sidecar.address()).deadline(LONG).build();
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    sidecar.close();
  }

  private static Failure failure(Answer answer) {
    assertFalse(answer.enforce().allowed());
    return assertInstanceOf(Answer.Failed.class, answer).failure();
  }

  @Test
  void anAnswerComesBackAsTheSidecarGaveIt() {
    assertTrue(client.check(QUESTION).enforce().allowed());
    assertEquals(List.of(QUESTION), sidecar.asked);
    sidecar.answer = request -> Optional.of(FakeSidecar.DENY);
    var decided = assertInstanceOf(Answer.Decided.class, client.check(QUESTION));
    assertEquals(FakeSidecar.DENY, decided.response());
  }

  @Test
  void silenceIsATimeoutAndTheSidecarHearsThatNobodyWaits() throws Exception {
    sidecar.neverAnswer();
    assertTrue(client.awaitConnected(LONG));
    try (var hasty =
        OstiaryClientBuilder.tcp(sidecar.address()).deadline(Duration.ofMillis(300)).build()) {
      assertTrue(hasty.awaitConnected(LONG));
      assertEquals(Failure.Kind.TIMEOUT, failure(hasty.check(QUESTION)).kind());
    }
    assertTrue(sidecar.asked.size() <= 1, "asked again after the deadline");
  }

  @Test
  void whatTheSidecarMayHaveDecidedIsNotAskedAgain() {
    sidecar.failWith(FakeSidecar.failure(Code.UNAVAILABLE, "the log is full"));
    var failure = failure(client.check(QUESTION));
    assertEquals(Failure.Kind.UNAVAILABLE, failure.kind());
    assertEquals("the log is full", failure.message());
    assertEquals(1, sidecar.asked.size());
  }

  @Test
  void aConnectionThatBreaksUnderAQuestionIsNotARetry() throws Exception {
    sidecar.neverAnswer();
    var future = client.checkAsync(QUESTION);
    assertNotNull(sidecar.hanging.poll(30, TimeUnit.SECONDS));
    int port = Integer.parseInt(sidecar.address().substring("127.0.0.1:".length()));
    sidecar.close();
    try (var next = new FakeSidecar(port)) {
      var failure = failure(future.get());
      assertTrue(
          failure.kind() == Failure.Kind.UNAVAILABLE || failure.kind() == Failure.Kind.CANCELLED,
          failure.toString());
      assertEquals(List.of(), next.asked);
    }
  }

  @Test
  void aRefusalThatAsksToRetryIsRetriedWithTheSameCorrelationId() {
    var tries = new AtomicInteger();
    sidecar.answer =
        request -> {
          if (tries.incrementAndGet() < 3) {
            throw FakeSidecar.failure(Code.UNAVAILABLE, "busy", FakeSidecar.retryAfterMillis(1));
          }
          return Optional.of(FakeSidecar.ALLOW);
        };
    assertTrue(client.check(QUESTION).enforce().allowed());
    assertEquals(List.of(QUESTION, QUESTION, QUESTION), sidecar.asked);
  }

  @Test
  void triesAreBounded() {
    sidecar.failWith(
        FakeSidecar.failure(Code.UNAVAILABLE, "busy", FakeSidecar.retryAfterMillis(1)));
    var failure = failure(client.check(QUESTION));
    assertEquals(Optional.of(Duration.ofMillis(1)), failure.retryDelay());
    assertEquals(3, sidecar.asked.size());
  }

  @Test
  void aRetryThatCannotMeetTheDeadlineIsNotTried() {
    sidecar.failWith(
        FakeSidecar.failure(Code.UNAVAILABLE, "busy", FakeSidecar.retryAfterMillis(60_000)));
    assertEquals(Failure.Kind.UNAVAILABLE, failure(client.check(QUESTION)).kind());
    assertEquals(1, sidecar.asked.size());
  }

  @Test
  void aSidecarThatIsNotThereIsUnavailable() throws Exception {
    int port;
    try (var reserved = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = reserved.getLocalPort();
    }
    try (var lonely = OstiaryClientBuilder.tcp("127.0.0.1:" + port).deadline(LONG).build()) {
      assertEquals(Failure.Kind.UNAVAILABLE, failure(lonely.check(QUESTION)).kind());
    }
  }

  @Test
  void aSidecarThatComesUpMeanwhileAnswers() throws Exception {
    int port;
    try (var reserved = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = reserved.getLocalPort();
    }
    try (var patient =
        OstiaryClientBuilder.tcp("127.0.0.1:" + port).deadline(LONG).tries(10_000).build()) {
      var future = patient.checkAsync(QUESTION);
      try (var late = new FakeSidecar(port)) {
        assertTrue(future.get().enforce().allowed());
        assertEquals(1, late.asked.size());
      }
    }
  }

  @Test
  void eachStatusHasItsOwnKind() {
    var field =
        BadRequest.newBuilder()
            .addFieldViolations(BadRequest.FieldViolation.newBuilder().setField("context[0].value"))
            .build();
    var info = ErrorInfo.newBuilder().setReason("WRONG_TYPE").setDomain("ostiary.dev").build();
    sidecar.failWith(FakeSidecar.failure(Code.INVALID_ARGUMENT, "expected Long", info, field));
    var failure = failure(client.check(QUESTION));
    assertEquals(
        new Failure(
            Failure.Kind.INVALID_REQUEST,
            "WRONG_TYPE",
            "expected Long",
            "context[0].value",
            Optional.empty()),
        failure);

    assertEquals(Failure.Kind.NOT_PERMITTED_TO_ASK, kindOf(Code.PERMISSION_DENIED));
    assertEquals(Failure.Kind.NOT_PERMITTED_TO_ASK, kindOf(Code.UNAUTHENTICATED));
    assertEquals(Failure.Kind.OVERLOADED, kindOf(Code.RESOURCE_EXHAUSTED));
    assertEquals(Failure.Kind.WRONG_REVISION, kindOf(Code.FAILED_PRECONDITION));
    assertEquals(Failure.Kind.PROTOCOL, kindOf(Code.UNIMPLEMENTED));
    assertEquals(Failure.Kind.PROTOCOL, kindOf(Code.INTERNAL));
  }

  private Failure.Kind kindOf(Code code) {
    sidecar.failWith(FakeSidecar.failure(code, "no"));
    return failure(client.check(QUESTION)).kind();
  }

  @Test
  void whatIsNoGrpcServerNeverAllows() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    var random = new SplittableRandom(seed);
    for (int round = 0; round < 8; round++) {
      var junk = new byte[random.nextInt(2_000)];
      random.nextBytes(junk);
      if (round == 0) junk = "HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
      try (var liar = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        byte[] bytes = junk;
        var served =
            CompletableFuture.runAsync(() -> {
              try (var socket = liar.accept()) {
                socket.getOutputStream().write(bytes);
              } catch (java.io.IOException closed) {
                // The client may be gone before it has read all of it.
              }
            });
        try (var gullible =
            OstiaryClientBuilder.tcp("127.0.0.1:" + liar.getLocalPort())
                .deadline(Duration.ofMillis(500))
                .build()) {
          var kind = failure(gullible.check(QUESTION)).kind();
          assertTrue(
              kind == Failure.Kind.UNAVAILABLE
                  || kind == Failure.Kind.TIMEOUT
                  || kind == Failure.Kind.PROTOCOL,
              kind.toString());
        }
        served.get();
      }
    }
  }

  @Test
  void aReplyThatIsNoMessageIsAProtocolFailure() throws Exception {
    try (var garbler = new GarblingServer(new byte[] {(byte) 0x0a, 0x7f, 0x01})) {
      try (var puzzled = OstiaryClientBuilder.tcp(garbler.address()).deadline(LONG).build()) {
        assertEquals(Failure.Kind.PROTOCOL, failure(puzzled.check(QUESTION)).kind());
      }
    }
  }

  @Test
  void cancellingTheFutureCancelsTheCall() throws Exception {
    sidecar.neverAnswer();
    var future = client.checkAsync(QUESTION);
    var call = sidecar.hanging.poll(30, TimeUnit.SECONDS);
    assertNotNull(call);
    assertTrue(future.cancel(false));
    while (!call.isCancelled()) Thread.onSpinWait(); // the test's timeout is the bound
  }

  @Test
  void anInterruptedThreadIsDeniedAndStaysInterrupted() {
    sidecar.neverAnswer();
    Thread.currentThread().interrupt();
    assertEquals(Failure.Kind.CANCELLED, failure(client.check(QUESTION)).kind());
    assertTrue(Thread.interrupted());
  }

  @Test
  void aClosedClientDenies() {
    client.close();
    assertEquals(Failure.Kind.UNAVAILABLE, failure(client.check(QUESTION)).kind());
  }

  @Test
  void aBatchIsAnsweredInOrderAndRefusalsAreDenials() {
    sidecar.batch =
        request ->
            CheckBatchResponse.newBuilder()
                .addResults(CheckResult.newBuilder().setResponse(FakeSidecar.ALLOW))
                .addResults(CheckResult.newBuilder().setRefusal(Refusal.newBuilder().setCode(3)))
                .addResults(CheckResult.newBuilder().setResponse(FakeSidecar.DENY))
                .build();
    var allowed =
        client.checkBatch(List.of(QUESTION, QUESTION, QUESTION)).stream()
            .map(answer -> answer.enforce().allowed())
            .toList();
    assertEquals(List.of(true, false, false), allowed);
  }

  @Test
  void aBatchWithTheWrongNumberOfAnswersIsDeniedAsAWhole() {
    sidecar.batch =
        request ->
            CheckBatchResponse.newBuilder()
                .addResults(CheckResult.newBuilder().setResponse(FakeSidecar.ALLOW))
                .build();
    var answers = client.checkBatch(List.of(QUESTION, QUESTION));
    assertEquals(2, answers.size());
    for (var answer : answers) assertEquals(Failure.Kind.PROTOCOL, failure(answer).kind());
  }

  @Test
  void anExplanationThatFailsIsEmpty() {
    var explanation = client.explain(QUESTION);
    assertEquals(Failure.Kind.PROTOCOL, failure(explanation.answer()).kind());
    assertEquals(List.of(), explanation.policies());
  }
}
