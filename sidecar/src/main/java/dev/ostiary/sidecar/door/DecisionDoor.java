package dev.ostiary.sidecar.door;

import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.Parser;
import dev.ostiary.log.Outcome;
import dev.ostiary.record.v1.Door;
import dev.ostiary.sidecar.decide.Answer;
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Caller.Right;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.metrics.Meters;
import dev.ostiary.sidecar.record.Call;
import dev.ostiary.sidecar.record.Call.Trace;
import dev.ostiary.sidecar.record.Recorder;
import dev.ostiary.v1.CheckBatchRequest;
import dev.ostiary.v1.CheckRequest;
import dev.ostiary.v1.CheckStreamRequest;
import dev.ostiary.v1.DecisionServiceGrpc;
import dev.ostiary.v1.ExplainRequest;
import dev.ostiary.v1.ExplainResponse;
import dev.ostiary.v1.Refusal;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** {@code ostiary.v1.DecisionService}. */
final class DecisionDoor {
  private static final Duration DRAINING_RETRY = Duration.ofSeconds(1);

  private final Asking asking;
  private final Meters meters;
  private final int messageBytes;
  private final int batch;
  private final int pending;
  private final Set<StreamCall> streams = ConcurrentHashMap.newKeySet();

  DecisionDoor(Asking asking, Meters meters, int messageBytes, int batch, int pending) {
    this.asking = asking;
    this.meters = meters;
    this.messageBytes = messageBytes;
    this.batch = batch;
    this.pending = pending;
  }

  /** The service with its methods; requests are read by {@link Received}. */
  ServerServiceDefinition service() {
    var check =
        received(DecisionServiceGrpc.getCheckMethod(), CheckRequest.parser(), Encoded.ANSWERS);
    var checkBatch =
        received(
            DecisionServiceGrpc.getCheckBatchMethod(), CheckBatchRequest.parser(), Encoded.ANSWERS);
    var checkStream =
        received(
            DecisionServiceGrpc.getCheckStreamMethod(),
            CheckStreamRequest.parser(),
            Encoded.ANSWERS);
    var explaining = DecisionServiceGrpc.getExplainMethod();
    var explain = received(explaining, ExplainRequest.parser(), explaining.getResponseMarshaller());
    var generated = DecisionServiceGrpc.getServiceDescriptor();
    var descriptor =
        ServiceDescriptor.newBuilder(generated.getName())
            .setSchemaDescriptor(generated.getSchemaDescriptor())
            .addMethod(check)
            .addMethod(checkBatch)
            .addMethod(checkStream)
            .addMethod(explain)
            .build();
    return ServerServiceDefinition.builder(descriptor)
        .addMethod(
            ServerMethodDefinition.create(
                check, UnaryCall.handler(this::check, Right.CHECK, asking, meters)))
        .addMethod(
            ServerMethodDefinition.create(
                checkBatch, UnaryCall.handler(new Batch(), Right.CHECK, asking, meters)))
        .addMethod(
            ServerMethodDefinition.create(
                checkStream,
                (call, headers) -> new StreamCall(call, headers, asking, meters, streams, pending)))
        .addMethod(
            ServerMethodDefinition.create(
                explain, UnaryCall.handler(this::explain, Right.EXPLAIN, asking, meters)))
        .build();
  }

  private <Q extends MessageOrBuilder, A> MethodDescriptor<Received<Q>, A> received(
      MethodDescriptor<Q, ?> method, Parser<Q> parser, Marshaller<A> answers) {
    return method.toBuilder(Received.marshaller(parser, messageBytes), answers).build();
  }

  /** Ends the open streams once what they asked is answered. */
  void drain() {
    var why = Refused.later(Why.DRAINING, "the sidecar is stopping", DRAINING_RETRY);
    streams.forEach(stream -> stream.drain(why));
  }

  private void check(
      CheckRequest request,
      Caller caller,
      Trace trace,
      long arrivedNanos,
      Consumer<UnaryCall.End<byte[]>> end) {
    var call = new Call(Door.DOOR_CHECK, request.getCorrelationId(), trace, arrivedNanos);
    asking.ask(
        request,
        caller,
        call,
        reply ->
            end.accept(
                switch (reply) {
                  case Asking.Reply.Answered(var written) -> {
                    var out = Encoded.writer();
                    Answers.write(out, written);
                    yield new UnaryCall.End.Answered<>(out.take());
                  }
                  case Asking.Reply.Without(var refused) -> new UnaryCall.End.Without<>(refused);
                }));
  }

  private void explain(
      ExplainRequest request,
      Caller caller,
      Trace trace,
      long arrivedNanos,
      Consumer<UnaryCall.End<ExplainResponse>> end) {
    if (!request.hasRequest()) {
      end.accept(
          new UnaryCall.End.Without<>(
              Refused.of(Why.MALFORMED_REQUEST, "request", "expected a question, got none")));
      return;
    }
    var question = request.getRequest();
    var call = new Call(Door.DOOR_EXPLAIN, question.getCorrelationId(), trace, arrivedNanos);
    var explained = asking.explain(question, caller);
    asking.write(
        explained.result(),
        call,
        reply ->
            end.accept(
                switch (reply) {
                  case Asking.Reply.Answered(var written) ->
                      new UnaryCall.End.Answered<>(
                          ExplainResponse.newBuilder()
                              .setResponse(written.response())
                              .addAllPolicies(explained.policies())
                              .setText(explained.text())
                              .build());
                  case Asking.Reply.Without(var refused) -> new UnaryCall.End.Without<>(refused);
                }));
  }

  /** So many questions are so many places, or one caller's batches would outweigh all else. */
  private final class Batch implements UnaryCall.Method<CheckBatchRequest, byte[]> {
    @Override
    public void answer(
        CheckBatchRequest request,
        Caller caller,
        Trace trace,
        long arrivedNanos,
        Consumer<UnaryCall.End<byte[]>> end) {
      checkBatch(request, caller, trace, arrivedNanos, end);
    }

    @Override
    public long weight(CheckBatchRequest request) {
      return Math.clamp(request.getRequestsCount(), 1, batch);
    }
  }

  private void checkBatch(
      CheckBatchRequest request,
      Caller caller,
      Trace trace,
      long arrivedNanos,
      Consumer<UnaryCall.End<byte[]>> end) {
    var snapshot = asking.snapshot();
    if (snapshot.isEmpty()) {
      end.accept(new UnaryCall.End.Without<>(Asking.noSnapshot()));
      return;
    }
    int count = request.getRequestsCount();
    if (count == 0 || count > batch) {
      var refused =
          count == 0
              ? Refused.of(Why.MALFORMED_REQUEST, "requests", "expected a question, got none")
              : Refused.of(
                  Why.REQUEST_TOO_LARGE, "requests", "expected at most " + batch + " questions");
      end.accept(new UnaryCall.End.Without<>(refused));
      return;
    }
    // Refused ones stand at once; decided ones, null here, get theirs with the record's receipt.
    var results = new ArrayList<@Nullable Refusal>(count);
    var items = new ArrayList<Recorder.Item>(count);
    for (var question : request.getRequestsList()) {
      switch (asking.decide(question, caller, snapshot.get())) {
        case Answer answer -> {
          var call =
              new Call(Door.DOOR_CHECK_BATCH, question.getCorrelationId(), trace, arrivedNanos);
          items.add(new Recorder.Item(answer, call, asking.nextId()));
          results.add(null);
        }
        case Refused refused -> {
          asking.count(
              refused, caller, DecisionServiceGrpc.getCheckBatchMethod().getFullMethodName());
          results.add(Statuses.refusal(refused));
        }
      }
    }
    var late = Asking.expired(Context.current());
    if (late.isPresent()) end.accept(new UnaryCall.End.Without<>(late.get()));
    else if (items.isEmpty()) end.accept(new UnaryCall.End.Answered<>(encoded(results, List.of())));
    else asking.writeBatch(items, outcome -> end.accept(batchEnd(results, items, outcome)));
  }

  private UnaryCall.End<byte[]> batchEnd(
      List<@Nullable Refusal> results, List<Recorder.Item> items, Outcome outcome) {
    if (outcome instanceof Outcome.Refused refused)
      return new UnaryCall.End.Without<>(Asking.unavailable(refused));
    var written = new ArrayList<Answers.Written>(items.size());
    for (int i = 0; i < items.size(); i++) {
      var item = items.get(i);
      written.add(asking.written(item.answer(), item.call(), item.id(), outcome, i));
    }
    return new UnaryCall.End.Answered<>(encoded(results, written));
  }

  /** The bytes of a {@code CheckBatchResponse}, from its last to its first. */
  private static byte[] encoded(List<@Nullable Refusal> results, List<Answers.Written> written) {
    var out = Encoded.writer();
    int item = written.size();
    for (int i = results.size() - 1; i >= 0; i--) {
      int end = out.mark();
      var refusal = results.get(i);
      if (refusal != null) {
        out.message(2, refusal);
      } else {
        Answers.write(out, written.get(--item));
        out.message(1, end);
      }
      out.message(1, end);
    }
    return out.take();
  }
}
