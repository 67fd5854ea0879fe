package dev.ostiary.client;

import static dev.ostiary.client.RequestBuilder.request;
import static dev.ostiary.client.Values.uid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.rpc.Code;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class OstiaryServerInterceptorTest {
  private static final CallMapping MAPPING =
      (call, headers) ->
          request(
                  uid("User", "ann"),
                  uid("Action", call.getMethodDescriptor().getFullMethodName()),
                  uid("Service", "catalog"))
              .build();

  private final Catalog catalog = new Catalog();
  private FakeSidecar sidecar;
  private OstiaryClient client;
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    sidecar = new FakeSidecar();
    client = OstiaryClientBuilder.tcp(sidecar.address()).deadline(Duration.ofSeconds(30)).build();
    protect(OstiaryServerInterceptor.asking(client, MAPPING));
  }

  /** Serves on one event loop alone, which a handler or an interceptor that blocks would stop. */
  private void protect(OstiaryServerInterceptor guard) throws Exception {
    if (server != null) stopServer();
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .directExecutor()
            .addService(ServerInterceptors.intercept(catalog.bindService(), guard))
            .build()
            .start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
  }

  private void stopServer() throws Exception {
    channel.shutdownNow();
    server.shutdownNow().awaitTermination();
  }

  @AfterEach
  void stop() throws Exception {
    stopServer();
    client.close();
    sidecar.close();
  }

  private String search(String name) {
    return ClientCalls.blockingUnaryCall(channel, Catalog.SEARCH, CallOptions.DEFAULT, name);
  }

  private Status refusal() {
    return assertThrows(StatusRuntimeException.class, () -> search("ann")).getStatus();
  }

  @Test
  void anAllowedCallReachesItsHandlerAndTheQuestionWasTheMapped() {
    assertEquals("found ann []", search("ann"));
    assertEquals("Catalog/search", sidecar.asked.get(0).getAction().getId());
  }

  @Test
  void aDeniedCallEndsWithTheReasonForPeople() {
    sidecar.answer = request -> Optional.of(FakeSidecar.DENY);
    var status = refusal();
    assertEquals(Status.Code.PERMISSION_DENIED, status.getCode());
    assertEquals("export is forbidden", status.getDescription());
    assertEquals(0, catalog.handled.get());
  }

  @Test
  void everyFailureOfTheSidecarIsUnavailableAndNeverReachesTheHandler() {
    for (var code : Code.values()) {
      if (code == Code.OK || code == Code.UNRECOGNIZED) continue;
      sidecar.failWith(FakeSidecar.failure(code, "no"));
      assertEquals(Status.Code.UNAVAILABLE, refusal().getCode(), code.name());
    }
    sidecar.close();
    assertEquals(Status.Code.UNAVAILABLE, refusal().getCode());
    assertEquals(0, catalog.handled.get());
  }

  @Test
  void anObligationMustBeKnownAndTheHandlerSeesIt() throws Exception {
    sidecar.answer = request -> Optional.of(FakeSidecar.allowIf("mask-pii"));
    assertEquals(Status.Code.PERMISSION_DENIED, refusal().getCode());
    assertEquals(0, catalog.handled.get());
    protect(OstiaryServerInterceptor.asking(client, MAPPING).fulfilling("mask-pii"));
    assertEquals("found ann [mask-pii]", search("ann"));
  }

  @Test
  void openMethodsAreNotAsked() throws Exception {
    sidecar.answer = request -> Optional.of(FakeSidecar.DENY);
    protect(OstiaryServerInterceptor.asking(client, MAPPING).open("Catalog/search"));
    assertEquals("found ann", search("ann"));
    assertEquals(List.of(), sidecar.asked);
  }

  @Test
  void aMappingThatRefusesOrBreaksRefusesTheCall() throws Exception {
    protect(
        OstiaryServerInterceptor.asking(
            client,
            (call, headers) -> {
              throw Status.UNAUTHENTICATED.asRuntimeException();
            }));
    assertEquals(Status.Code.UNAUTHENTICATED, refusal().getCode());
    protect(
        OstiaryServerInterceptor.asking(
            client,
            (call, headers) -> {
              throw new IllegalStateException("a bug");
            }));
    assertEquals(Status.Code.INTERNAL, refusal().getCode());
    assertEquals(0, catalog.handled.get());
    assertEquals(List.of(), sidecar.asked);
  }

  @Test
  void aHandlerThatThrowsEndsTheCall() {
    var thrown = assertThrows(StatusRuntimeException.class, () -> search("nothing"));
    assertEquals(Status.Code.UNKNOWN, thrown.getStatus().getCode());
  }

  @Test
  void aStreamStartsOnlyAfterTheAnswerAndLosesNoMessage() throws Exception {
    sidecar.neverAnswer();
    var heard = new CopyOnWriteArrayList<String>();
    var ended = new CompletableFuture<Void>();
    var messages =
        ClientCalls.asyncBidiStreamingCall(
            channel.newCall(Catalog.BROWSE, CallOptions.DEFAULT), observer(heard, ended));
    messages.onNext("one");
    messages.onNext("two");
    messages.onCompleted();
    var question = sidecar.hanging.poll(30, TimeUnit.SECONDS);
    assertNotNull(question);
    // The only event loop is free meanwhile, and the stream has not started.
    sidecar.answer = request -> Optional.of(FakeSidecar.ALLOW);
    assertEquals("found ann []", search("ann"));
    assertEquals(1, catalog.handled.get());
    question.onNext(FakeSidecar.ALLOW);
    question.onCompleted();
    assertNull(ended.get(30, TimeUnit.SECONDS));
    assertEquals(List.of("found one", "found two"), heard);
  }

  @Test
  void messagesKeepTheirOrderWhileTheAnswerComes() throws Exception {
    for (int round = 0; round < 50; round++) {
      var heard = new CopyOnWriteArrayList<String>();
      var ended = new CompletableFuture<Void>();
      var messages =
          ClientCalls.asyncBidiStreamingCall(
              channel.newCall(Catalog.BROWSE, CallOptions.DEFAULT), observer(heard, ended));
      for (int i = 0; i < 40; i++) messages.onNext("" + i);
      messages.onCompleted();
      assertNull(ended.get(30, TimeUnit.SECONDS));
      assertEquals(40, heard.size());
      for (int i = 0; i < 40; i++) assertEquals("found " + i, heard.get(i));
    }
  }

  @Test
  void aCallThatItsClientCancelsNeverReachesTheHandlerAndItsQuestionIsGivenUp() throws Exception {
    sidecar.neverAnswer();
    var call = channel.newCall(Catalog.SEARCH, CallOptions.DEFAULT);
    var closed = new CountDownLatch(1);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            closed.countDown();
          }
        },
        new Metadata());
    call.sendMessage("ann");
    call.halfClose();
    var question = sidecar.hanging.poll(30, TimeUnit.SECONDS);
    assertNotNull(question);
    call.cancel("gone", null);
    closed.await();
    while (!question.isCancelled()) Thread.onSpinWait(); // the test's timeout is the bound
    assertEquals(0, catalog.handled.get());
  }

  private static StreamObserver<String> observer(
      List<String> heard, CompletableFuture<Void> ended) {
    return new StreamObserver<>() {
      @Override
      public void onNext(String message) {
        heard.add(message);
      }

      @Override
      public void onError(Throwable error) {
        ended.completeExceptionally(error);
      }

      @Override
      public void onCompleted() {
        ended.complete(null);
      }
    };
  }
}
