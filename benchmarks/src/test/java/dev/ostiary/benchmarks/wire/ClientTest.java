package dev.ostiary.benchmarks.wire;

import static dev.ostiary.client.RequestBuilder.request;
import static dev.ostiary.client.Values.bool;
import static dev.ostiary.client.Values.ip;
import static dev.ostiary.client.Values.record;
import static dev.ostiary.client.Values.uid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.client.Answer;
import dev.ostiary.client.Failure;
import dev.ostiary.client.OstiaryClient;
import dev.ostiary.client.OstiaryClientBuilder;
import dev.ostiary.client.OstiaryServerInterceptor;
import dev.ostiary.client.RequestBuilder;
import dev.ostiary.client.Verdict;
import dev.ostiary.sidecar.Sidecar;
import dev.ostiary.sidecar.config.ConfigReader;
import dev.ostiary.sidecar.config.Key;
import dev.ostiary.v1.CheckRequest;
import dev.ostiary.v1.ReasonCode;
import dev.ostiary.v1.Revision;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The Java client against the sidecar itself, on the lab: no other module may use both. */
@Timeout(120)
final class ClientTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final CheckRequest ALLOWED = search("dan");
  private static final CheckRequest DENIED = search("greta");

  @TempDir private Path directory;
  private Sidecar sidecar;
  private OstiaryClient client;

  @BeforeEach
  void start() throws Exception {
    var lab = Path.of(System.getProperty("ostiary.root"), "examples", "lab");
    var flags =
        Map.of(
            Key.BUNDLE,
            lab.toString(),
            Key.DEV,
            "true",
            Key.DATA,
            directory.resolve("data").toString(),
            Key.SOCKET,
            directory.resolve("s").toString(),
            Key.GRPC,
            "127.0.0.1:0",
            Key.HTTP,
            "off",
            Key.ADMIN,
            "127.0.0.1:0");
    var config = ConfigReader.read(Optional.empty(), Map.of(), flags);
    sidecar = Sidecar.start(config, new PrintStream(OutputStream.nullOutputStream()));
    client = tcp().deadline(LONG).build();
  }

  @AfterEach
  void stop() {
    client.close();
    sidecar.close();
  }

  private OstiaryClientBuilder tcp() {
    return OstiaryClientBuilder.tcp(sidecar.grpcAddress().orElseThrow());
  }

  private static CheckRequest search(String user) {
    return request(uid("User", user), uid("Action", "search"), uid("Catalog", "lab")).build();
  }

  private static RequestBuilder readSurvey() {
    return request(uid("User", "femi"), uid("Action", "readData"), uid("Dataset", "atlas/survey"));
  }

  private static Failure failure(Answer answer) {
    assertFalse(answer.enforce().allowed());
    return assertInstanceOf(Answer.Failed.class, answer).failure();
  }

  @Test
  void anAllowAndADenialComeWithReasonAndReceipt() {
    var allowed = assertInstanceOf(Verdict.Allowed.class, client.check(ALLOWED).enforce());
    assertEquals("staff-searches-catalog", allowed.response().getReasons(0).getPolicyId());
    assertTrue(allowed.response().getReceipt().hasIndex());
    var denied = assertInstanceOf(Verdict.Denied.class, client.check(DENIED).enforce());
    assertEquals(Verdict.Cause.POLICY, denied.cause());
    assertEquals("no policy permits this", denied.text());
  }

  @Test
  void aUnixSocketAnswersTheSame() {
    var socket = sidecar.socket().orElseThrow();
    try (var local = OstiaryClientBuilder.unix(socket).deadline(LONG).build()) {
      assertTrue(local.check(ALLOWED).enforce().allowed());
      assertFalse(local.check(DENIED).enforce().allowed());
    }
  }

  @Test
  void theObligationsOfAnAnswerMustBeKnown() {
    var answer =
        client.check(
            readSurvey()
                .context("purpose", "quality")
                .context("device", record(Map.of("managed", bool(true), "address", ip("10.0.0.1"))))
                .build());
    assertTrue(answer.enforce("mask-pii", "no-local-copy").allowed(), answer.toString());
    assertFalse(answer.enforce("mask-pii").allowed());
  }

  @Test
  void aRefusalNamesTheField() {
    var failure = failure(client.check(readSurvey().context("purpose", 4).build()));
    assertEquals(Failure.Kind.INVALID_REQUEST, failure.kind());
    assertTrue(failure.field().startsWith("context"), failure.toString());
    failure = failure(client.check(readSurvey().context("principal_proof", "svid").build()));
    assertEquals(Failure.Kind.INVALID_REQUEST, failure.kind());
    assertTrue(failure.field().startsWith("context"), failure.toString());
  }

  @Test
  void aRevisionOfAnotherLogIsRefused() {
    var elsewhere = Revision.newBuilder().setOrigin("elsewhere").setEpoch(1).setSize(1).build();
    var asked = readSurvey().atLeast(elsewhere).build();
    assertEquals(Failure.Kind.WRONG_REVISION, failure(client.check(asked)).kind());
  }

  @Test
  void aBatchIsAnsweredInOrderAndOneRefusalDoesNotSpoilIt() {
    var refused = readSurvey().context("purpose", 4).build();
    var answers = client.checkBatch(List.of(ALLOWED, refused, DENIED, ALLOWED));
    assertEquals(
        List.of(true, false, false, true),
        answers.stream().map(answer -> answer.enforce().allowed()).toList());
    assertEquals(Failure.Kind.INVALID_REQUEST, failure(answers.get(1)).kind());
  }

  @Test
  void anExplanationAgreesWithTheCheckAndNamesTheCandidates() {
    var explanation = client.explain(DENIED);
    var decided = assertInstanceOf(Answer.Decided.class, explanation.answer());
    assertEquals(ReasonCode.REASON_CODE_NO_PERMIT, decided.response().getReasonCode());
    assertFalse(explanation.policies().isEmpty());
  }

  @Test
  void aStreamAnswersAsManyAsItTakes() throws Exception {
    try (var stream = client.stream()) {
      var futures = new ArrayList<CompletableFuture<Answer>>();
      for (int i = 0; i < 250; i++) futures.add(stream.check(i % 3 == 0 ? ALLOWED : DENIED));
      for (int i = 0; i < 250; i++) {
        assertEquals(i % 3 == 0, futures.get(i).get().enforce().allowed());
      }
    }
  }

  @Test
  void aStoppedSidecarIsUnavailable() {
    assertTrue(client.check(ALLOWED).enforce().allowed());
    sidecar.close();
    assertEquals(Failure.Kind.UNAVAILABLE, failure(client.check(ALLOWED)).kind());
  }

  @Test
  void aServiceIsGuarded() throws Exception {
    var method = Bytes.method(MethodDescriptor.MethodType.UNARY, EchoServer.UNARY);
    var guard = OstiaryServerInterceptor.asking(client, (call, headers) -> DENIED);
    var server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                ServerInterceptors.intercept(EchoServer.service(EchoServer.message(20)), guard))
            .build()
            .start();
    var channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
    try {
      var denied =
          assertThrows(
              StatusRuntimeException.class,
              () ->
                  ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT, new byte[0]));
      assertEquals(Status.Code.PERMISSION_DENIED, denied.getStatus().getCode());
      assertEquals("no policy permits this", denied.getStatus().getDescription());
    } finally {
      channel.shutdownNow();
      server.shutdownNow().awaitTermination();
    }
  }
}
