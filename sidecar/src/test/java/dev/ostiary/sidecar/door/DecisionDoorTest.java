package dev.ostiary.sidecar.door;

import static dev.ostiary.sidecar.Served.question;
import static dev.ostiary.sidecar.Served.uid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.record.v1.DecisionRecord;
import dev.ostiary.record.v1.Door;
import dev.ostiary.record.v1.PrincipalProof;
import dev.ostiary.sidecar.Served;
import dev.ostiary.v1.Attribute;
import dev.ostiary.v1.CheckBatchRequest;
import dev.ostiary.v1.CheckRequest;
import dev.ostiary.v1.CheckResponse;
import dev.ostiary.v1.CheckStreamRequest;
import dev.ostiary.v1.CheckStreamResponse;
import dev.ostiary.v1.Decision;
import dev.ostiary.v1.DecisionServiceGrpc;
import dev.ostiary.v1.ExplainRequest;
import dev.ostiary.v1.ReasonCode;
import dev.ostiary.v1.Revision;
import dev.ostiary.v1.Value;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DecisionDoorTest {
  @TempDir static Path directory;
  private static Served served;

  @BeforeAll
  static void start() throws Exception {
    Served.writeBundle(directory, 1, "");
    served = Served.in(directory);
  }

  @AfterAll
  static void stop() throws Exception {
    served.close();
  }

  @Test
  void anAnswerSaysWhyAndStandsInTheLogWithAllThatItRestedOn() throws Exception {
    var headers = new Metadata();
    headers.put(
        Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    var response =
        served
            .client()
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
            .check(question().setCorrelationId("c-1").addContext(text("why", "because")).build());
    assertEquals(Decision.DECISION_ALLOW, response.getDecision());
    assertEquals(ReasonCode.REASON_CODE_PERMITTED, response.getReasonCode());
    assertEquals("reads", response.getReasons(0).getPolicyId());
    assertEquals("everybody reads", response.getReasons(0).getText());
    assertEquals("mask", response.getObligations(0).getName());
    assertTrue(response.getDecisionId().matches("[0-9a-f]{32}"), response.getDecisionId());
    assertEquals("test.example/facts", response.getPolicyRevision().getOrigin());
    assertEquals("test.example/decisions/1", response.getReceipt().getOrigin());
    assertEquals(32, response.getReceipt().getLeafHash().size());

    DecisionRecord record = entry(response).getDecision();
    assertEquals(ByteString.fromHex(response.getDecisionId()), record.getDecisionId());
    assertEquals("loopback", record.getCaller().getId());
    assertEquals(PrincipalProof.PRINCIPAL_PROOF_ASSERTED, record.getPrincipalProof());
    assertEquals("ada", record.getPrincipal().getId());
    assertEquals(
        List.of("caller", "now", "principal_proof", "why"),
        record.getContextList().stream().map(Attribute::getName).toList());
    assertEquals("c-1", record.getCorrelationId());
    assertEquals(ByteString.fromHex("0af7651916cd43dd8448eb211c80319c"), record.getTraceId());
    assertEquals(ByteString.fromHex("b7ad6b7169203331"), record.getSpanId());
    assertEquals(List.of("reads"), record.getPolicyIdsList());
    assertEquals(List.of("mask"), record.getObligationsList());
    assertEquals(response.getDataRevision(), record.getDataRevision());
    assertEquals(Door.DOOR_CHECK, record.getDoor());
    assertTrue(record.getLatencyNanos() > 0);
    long now = record.getContext(1).getValue().getDatetimeMillis();
    assertTrue(Math.abs(now - System.currentTimeMillis()) < 60_000, "now is the sidecar's");
  }

  @Test
  void whatNoPolicyPermitsIsDeniedAndWrittenToo() throws Exception {
    var response = served.client().check(question().setAction(uid("Action", "erase")).build());
    assertEquals(Decision.DECISION_DENY, response.getDecision());
    assertEquals(ReasonCode.REASON_CODE_NO_PERMIT, response.getReasonCode());
    assertEquals(Decision.DECISION_DENY, entry(response).getDecision().getDecision());
  }

  @Test
  void anUnknownPrincipalIsDeniedByName() {
    var response = served.client().check(question().setPrincipal(uid("User", "bob")).build());
    assertEquals(ReasonCode.REASON_CODE_ENTITY_UNKNOWN, response.getReasonCode());
    assertEquals(Decision.DECISION_DENY, response.getDecision());
  }

  @Test
  void decisionIdsAreUniqueAndSortByTime() {
    String last = "";
    for (int i = 0; i < 50; i++) {
      String id = served.client().check(question().build()).getDecisionId();
      assertTrue(id.compareTo(last) > 0, last + " before " + id);
      last = id;
    }
  }

  @Test
  void theUnixSocketTellsWhoCalls() throws Exception {
    Path socket = served.sidecar().socket().orElseThrow();
    assertEquals("rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
    var loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
            .channelType(EpollDomainSocketChannel.class)
            .eventLoopGroup(loops)
            .overrideAuthority("localhost")
            .usePlaintext()
            .build();
    try {
      var response =
          DecisionServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(30, TimeUnit.SECONDS)
              .check(question().build());
      Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
      assertEquals("uid:" + uid, entry(response).getDecision().getCaller().getId());
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
      var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }

  @Test
  void aBatchIsOneRecordAndItsAnswersComeInOrder() throws Exception {
    var batch =
        CheckBatchRequest.newBuilder()
            .addRequests(question())
            .addRequests(question().addContext(text("caller", "me")))
            .addRequests(question().setAction(uid("Action", "erase")))
            .build();
    var results = served.client().checkBatch(batch).getResultsList();
    assertEquals(3, results.size());
    assertEquals(Decision.DECISION_ALLOW, results.get(0).getResponse().getDecision());
    assertEquals("RESERVED_CONTEXT", results.get(1).getRefusal().getReason());
    assertEquals("context.caller", results.get(1).getRefusal().getField());
    assertEquals(Decision.DECISION_DENY, results.get(2).getResponse().getDecision());
    var first = results.get(0).getResponse();
    var last = results.get(2).getResponse();
    assertEquals(first.getReceipt().getIndex(), last.getReceipt().getIndex());
    assertEquals(0, first.getReceipt().getItem());
    assertEquals(1, last.getReceipt().getItem());
    var record = entry(last).getBatch();
    assertEquals(2, record.getItemsCount());
    assertEquals(ByteString.fromHex(last.getDecisionId()), record.getItems(1).getDecisionId());
    assertEquals(Door.DOOR_CHECK_BATCH, record.getItems(1).getDoor());
  }

  @Test
  void aBatchBeyondTheBoundIsRefusedUndecided() throws Exception {
    var batch = CheckBatchRequest.newBuilder();
    for (int i = 0; i < 1_001; i++) batch.addRequests(question());
    var status = refused(() -> served.client().checkBatch(batch.build()));
    assertEquals(Status.Code.INVALID_ARGUMENT, status.code());
    assertEquals("requests", status.field());
  }

  @Test
  void aStreamAnswersEachQuestionUnderItsId() throws Exception {
    var answers = new ConcurrentLinkedQueue<CheckStreamResponse>();
    var ended = new CompletableFuture<Void>();
    StreamObserver<CheckStreamRequest> questions =
        DecisionServiceGrpc.newStub(served.channel()).checkStream(collect(answers, ended));
    for (int i = 0; i < 1_000; i++) {
      var question = i % 10 == 3 ? CheckRequest.newBuilder() : question();
      questions.onNext(CheckStreamRequest.newBuilder().setId(i).setRequest(question).build());
    }
    questions.onCompleted();
    ended.get(30, TimeUnit.SECONDS);
    var ids = new HashSet<Long>();
    for (var answer : answers) {
      ids.add(answer.getId());
      if (answer.getId() % 10 == 3)
        assertEquals("principal", answer.getResult().getRefusal().getField());
      else assertEquals(Decision.DECISION_ALLOW, answer.getResult().getResponse().getDecision());
    }
    assertEquals(1_000, answers.size());
    assertEquals(1_000, ids.size());
  }

  @Test
  void explainTellsWhatEachPolicySaidAndIsWrittenLikeACheck() throws Exception {
    var explained =
        served.client().explain(ExplainRequest.newBuilder().setRequest(question()).build());
    assertEquals(Decision.DECISION_ALLOW, explained.getResponse().getDecision());
    assertEquals("reads", explained.getPolicies(0).getPolicyId());
    assertTrue(explained.getText().contains("permitted by `reads`"), explained.getText());
    assertEquals(Door.DOOR_EXPLAIN, entry(explained.getResponse()).getDecision().getDoor());
  }

  @Test
  void atLeastIsHonouredAndAnotherLogIsAPrecondition() throws Exception {
    var here = served.client().check(question().build()).getDataRevision();
    assertEquals(
        Decision.DECISION_ALLOW,
        served.client().check(question().setAtLeast(here).build()).getDecision());
    var later = here.toBuilder().setSize(here.getSize() + 1).build();
    var status = refused(() -> served.client().check(question().setAtLeast(later).build()));
    assertEquals(Status.Code.UNAVAILABLE, status.code());
    assertEquals("REVISION_NOT_REACHED", status.reason());
    assertTrue(status.retry());
    var other = Revision.newBuilder().setOrigin("elsewhere/facts").setEpoch(1).setSize(1);
    status = refused(() -> served.client().check(question().setAtLeast(other).build()));
    assertEquals(Status.Code.FAILED_PRECONDITION, status.code());
    assertEquals("OTHER_REVISION", status.reason());
  }

  @Test
  void aStrictDecisionIsSyncedBeforeItsAnswerLeaves() throws Exception {
    var request =
        question().setPrincipal(uid("User", "strict")).setAction(uid("Action", "erase")).build();
    var response = served.client().check(request);
    assertEquals(Decision.DECISION_ALLOW, response.getDecision());
    assertTrue(served.sidecar().syncedEntries() > response.getReceipt().getIndex());
  }

  @Test
  void healthAndReflectionAreServed() throws Exception {
    var health = HealthGrpc.newBlockingStub(served.channel());
    for (String service : List.of("", "ostiary.v1.DecisionService")) {
      var status = health.check(HealthCheckRequest.newBuilder().setService(service).build());
      assertEquals(ServingStatus.SERVING, status.getStatus());
    }
    var answers = new ConcurrentLinkedQueue<ServerReflectionResponse>();
    var ended = new CompletableFuture<Void>();
    var ask =
        ServerReflectionGrpc.newStub(served.channel())
            .serverReflectionInfo(collect(answers, ended));
    ask.onNext(
        ServerReflectionRequest.newBuilder()
            .setFileContainingSymbol("ostiary.v1.DecisionService")
            .build());
    ask.onCompleted();
    ended.get(30, TimeUnit.SECONDS);
    assertFalse(answers.iterator().next().hasErrorResponse());
  }

  private static DecisionLogEntry entry(CheckResponse response) throws Exception {
    String id = response.getDecisionId();
    for (var entry : served.entries()) {
      var records = new ArrayList<>(entry.getBatch().getItemsList());
      records.add(entry.getDecision());
      for (var record : records)
        if (record.getDecisionId().equals(ByteString.fromHex(id))) return entry;
    }
    throw new AssertionError(id + " is not in the log");
  }

  private interface Ask {
    Object ask();
  }

  private static RichStatus refused(Ask ask) throws Exception {
    return RichStatus.of(assertThrows(StatusRuntimeException.class, ask::ask));
  }

  private static Attribute text(String name, String value) {
    return Attribute.newBuilder()
        .setName(name)
        .setValue(Value.newBuilder().setString(value))
        .build();
  }

  private static <T> StreamObserver<T> collect(
      ConcurrentLinkedQueue<T> into, CompletableFuture<Void> ended) {
    return new StreamObserver<>() {
      @Override
      public void onNext(T value) {
        into.add(value);
      }

      @Override
      public void onError(Throwable t) {
        ended.completeExceptionally(t);
      }

      @Override
      public void onCompleted() {
        ended.complete(null);
      }
    };
  }
}
