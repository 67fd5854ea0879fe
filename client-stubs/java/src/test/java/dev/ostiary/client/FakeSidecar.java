package dev.ostiary.client;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.rpc.Code;
import com.google.rpc.RetryInfo;
import dev.ostiary.v1.CheckBatchRequest;
import dev.ostiary.v1.CheckBatchResponse;
import dev.ostiary.v1.CheckRequest;
import dev.ostiary.v1.CheckResponse;
import dev.ostiary.v1.CheckStreamRequest;
import dev.ostiary.v1.CheckStreamResponse;
import dev.ostiary.v1.Decision;
import dev.ostiary.v1.DecisionServiceGrpc;
import dev.ostiary.v1.Obligation;
import dev.ostiary.v1.Reason;
import dev.ostiary.v1.ReasonCode;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;

/** A sidecar on loopback that answers what a test tells it to, or not at all. */
public final class FakeSidecar extends DecisionServiceGrpc.DecisionServiceImplBase
    implements AutoCloseable {
  static final CheckResponse ALLOW =
      CheckResponse.newBuilder()
          .setDecision(Decision.DECISION_ALLOW)
          .setReasonCode(ReasonCode.REASON_CODE_PERMITTED)
          .build();
  static final CheckResponse DENY =
      CheckResponse.newBuilder()
          .setDecision(Decision.DECISION_DENY)
          .setReasonCode(ReasonCode.REASON_CODE_FORBIDDEN)
          .addReasons(Reason.newBuilder().setPolicyId("F1").setText("export is forbidden"))
          .build();

  /** Every question of every kind but streams, in the order they came. */
  final List<CheckRequest> asked = new CopyOnWriteArrayList<>();

  /** What questions on a stream have come and wait for the test to answer them. */
  final BlockingQueue<CheckStreamRequest> streamed = new LinkedBlockingQueue<>();

  /** The answering sides of the streams, in the order they were opened. */
  final BlockingQueue<StreamObserver<CheckStreamResponse>> streams = new LinkedBlockingQueue<>();

  /** The calls that are left without an answer. */
  final BlockingQueue<ServerCallStreamObserver<CheckResponse>> hanging =
      new LinkedBlockingQueue<>();

  /** What to answer; empty for never. */
  volatile Function<CheckRequest, Optional<CheckResponse>> answer = request -> Optional.of(ALLOW);

  volatile Function<CheckBatchRequest, CheckBatchResponse> batch =
      request -> CheckBatchResponse.getDefaultInstance();

  private final Server server;

  public FakeSidecar() throws IOException {
    this(0);
  }

  FakeSidecar(int port) throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .addService(this)
            .build()
            .start();
  }

  static StatusRuntimeException failure(Code code, String message, Message... details) {
    var status = com.google.rpc.Status.newBuilder().setCode(code.getNumber()).setMessage(message);
    for (var detail : details) status.addDetails(Any.pack(detail));
    return StatusProto.toStatusRuntimeException(status.build());
  }

  static RetryInfo retryAfterMillis(int millis) {
    return RetryInfo.newBuilder()
        .setRetryDelay(
            Duration.newBuilder().setSeconds(millis / 1000).setNanos(millis % 1000 * 1_000_000))
        .build();
  }

  static CheckResponse allowIf(String... obligations) {
    var response = ALLOW.toBuilder();
    for (var name : obligations) response.addObligations(Obligation.newBuilder().setName(name));
    return response.build();
  }

  public String address() {
    return "127.0.0.1:" + server.getPort();
  }

  public void neverAnswer() {
    answer = request -> Optional.empty();
  }

  void failWith(StatusRuntimeException failure) {
    answer =
        request -> {
          throw failure;
        };
  }

  @Override
  public void check(CheckRequest request, StreamObserver<CheckResponse> responses) {
    asked.add(request);
    try {
      var response = answer.apply(request);
      if (response.isEmpty()) {
        hanging.add((ServerCallStreamObserver<CheckResponse>) responses);
        return;
      }
      responses.onNext(response.get());
      responses.onCompleted();
    } catch (StatusRuntimeException failure) {
      responses.onError(failure);
    }
  }

  @Override
  public void checkBatch(CheckBatchRequest request, StreamObserver<CheckBatchResponse> responses) {
    asked.addAll(request.getRequestsList());
    responses.onNext(batch.apply(request));
    responses.onCompleted();
  }

  @Override
  public StreamObserver<CheckStreamRequest> checkStream(
      StreamObserver<CheckStreamResponse> responses) {
    streams.add(responses);
    return new StreamObserver<>() {
      @Override
      public void onNext(CheckStreamRequest request) {
        streamed.add(request);
      }

      @Override
      public void onError(Throwable error) {}

      @Override
      public void onCompleted() {
        responses.onCompleted();
      }
    };
  }

  /** Drops every connection, as a process that is killed does. */
  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
