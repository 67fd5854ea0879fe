package dev.ostiary.sidecar.door;

import com.google.protobuf.UnsafeByteOperations;
import dev.ostiary.log.LogRecord;
import dev.ostiary.sidecar.decide.Caller.Right;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.metrics.Meters;
import dev.ostiary.sidecar.record.Recorder;
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
  private final Asking asking;
  private final Meters meters;
  private final Executor blocking;
  private final Set<Follow<?, ?>> follows;

  /**
   * A door to one tree.
   *
   * @param tree its directory
   * @param blocking threads that may wait for the disk
   * @param follows where open calls are kept
   */
  LogDoor(
      Path tree,
      Recorder recorder,
      Asking asking,
      Meters meters,
      Executor blocking,
      Set<Follow<?, ?>> follows) {
    this.tree = tree;
    this.recorder = recorder;
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

  private Follow.Begun<TailResponse> tail(TailRequest request) {
    long from = request.hasFrom() ? request.getFrom() : recorder.size();
    if (from < 0)
      return new Follow.Begun.Not<>(
          Refused.of(Why.MALFORMED_REQUEST, "from", "expected an index below 2^63"));
    return new Follow.Begun.Follows<>(
        new Follow.Source<>(tree, from, recorder::size, record -> Optional.of(response(record))));
  }

  private static TailResponse response(LogRecord record) {
    return TailResponse.newBuilder()
        .setIndex(record.index())
        .setCount(record.count())
        .setRecord(UnsafeByteOperations.unsafeWrap(record.bytes()))
        .build();
  }
}
