package dev.ostiary.sidecar.door;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.ostiary.log.LogRecord;
import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Caller.Right;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.metrics.Meters;
import dev.ostiary.sidecar.record.Recorder;
import dev.ostiary.sidecar.subjects.Names;
import dev.ostiary.sidecar.subjects.Revealing;
import dev.ostiary.v1.DecisionLogServiceGrpc;
import dev.ostiary.v1.TailRequest;
import dev.ostiary.v1.TailResponse;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;

/** {@code ostiary.v1.DecisionLogService}. */
final class LogDoor {
  private static final int MAX_BYTES = 1024;

  private final Path tree;
  private final Recorder recorder;
  private final Names names;
  private final Asking asking;
  private final Meters meters;
  private final Executor blocking;
  private final Set<Follow<?, ?>> follows;

  /**
   * A door to one tree.
   *
   * @param tree its directory
   * @param names whom its names stand for
   * @param blocking threads that may wait for the disk
   * @param follows where open calls are kept
   */
  LogDoor(
      Path tree,
      Recorder recorder,
      Names names,
      Asking asking,
      Meters meters,
      Executor blocking,
      Set<Follow<?, ?>> follows) {
    this.tree = tree;
    this.recorder = recorder;
    this.names = names;
    this.asking = asking;
    this.meters = meters;
    this.blocking = blocking;
    this.follows = follows;
  }

  ServerServiceDefinition service() {
    var generated = DecisionLogServiceGrpc.getTailMethod();
    var tail =
        generated.toBuilder(
                Received.marshaller(TailRequest.parser(), MAX_BYTES),
                generated.getResponseMarshaller())
            .build();
    var descriptor =
        ServiceDescriptor.newBuilder(DecisionLogServiceGrpc.SERVICE_NAME)
            .setSchemaDescriptor(
                DecisionLogServiceGrpc.getServiceDescriptor().getSchemaDescriptor())
            .addMethod(tail)
            .build();
    return ServerServiceDefinition.builder(descriptor)
        .addMethod(
            ServerMethodDefinition.create(
                tail,
                (call, _) ->
                    new Follow<>(call, this::tail, Right.LOG, asking, meters, blocking, follows)))
        .build();
  }

  private Follow.Begun<TailResponse> tail(TailRequest request, Caller caller) {
    if (request.getReveal() && !caller.may(Right.REVEAL))
      return new Follow.Begun.Not<>(Statuses.notPermitted(caller));
    long from = request.hasFrom() ? request.getFrom() : recorder.size();
    if (from < 0)
      return new Follow.Begun.Not<>(
          Refused.of(Why.MALFORMED_REQUEST, "from", "expected an index below 2^63"));
    if (request.getReveal()) recorder.revealed(caller.uid(), "log tail");
    return new Follow.Begun.Follows<>(
        new Follow.Source<>(
            tree,
            from,
            recorder::size,
            record -> Optional.of(response(record, request.getReveal()))));
  }

  private TailResponse response(LogRecord record, boolean reveal) {
    return TailResponse.newBuilder()
        .setIndex(record.index())
        .setCount(record.count())
        .setRecord(reveal ? revealed(record) : UnsafeByteOperations.unsafeWrap(record.bytes()))
        .build();
  }

  private ByteString revealed(LogRecord record) {
    try {
      return new Revealing(names).entry(DecisionLogEntry.parseFrom(record.bytes())).toByteString();
    } catch (InvalidProtocolBufferException e) {
      return UnsafeByteOperations.unsafeWrap(record.bytes()); // a reader reports what is no entry
    }
  }
}
