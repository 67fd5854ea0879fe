package dev.ostiary.sidecar.door;

import dev.ostiary.sidecar.contract.ContractReader;
import dev.ostiary.sidecar.contract.ContractWriter;
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Caller.Right;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.decide.Revision;
import dev.ostiary.sidecar.facts.FactLog;
import dev.ostiary.sidecar.metrics.Meters;
import dev.ostiary.sidecar.record.Call.Trace;
import dev.ostiary.v1.ChangeEntitiesRequest;
import dev.ostiary.v1.ChangeEntitiesResponse;
import dev.ostiary.v1.FactServiceGrpc;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/** {@code ostiary.v1.FactService}. A fact waits for the disk, so it does not on an event loop. */
final class FactDoor {
  /** A fact is a record of the log, which bounds it. */
  static final int MAX_BYTES = 16 * 1024 * 1024;

  private static final Duration DRAINING_RETRY = Duration.ofSeconds(1);

  private final FactLog facts;
  private final Executor blocking;
  private final Asking asking;
  private final Meters meters;

  FactDoor(FactLog facts, Executor blocking, Asking asking, Meters meters) {
    this.facts = facts;
    this.blocking = blocking;
    this.asking = asking;
    this.meters = meters;
  }

  ServerServiceDefinition service() {
    var generated = FactServiceGrpc.getChangeEntitiesMethod();
    var change =
        generated.toBuilder(
                Received.marshaller(ChangeEntitiesRequest.parser(), MAX_BYTES),
                generated.getResponseMarshaller())
            .build();
    var descriptor =
        ServiceDescriptor.newBuilder(FactServiceGrpc.SERVICE_NAME)
            .setSchemaDescriptor(FactServiceGrpc.getServiceDescriptor().getSchemaDescriptor())
            .addMethod(change)
            .build();
    return ServerServiceDefinition.builder(descriptor)
        .addMethod(
            ServerMethodDefinition.create(
                change, UnaryCall.handler(this::change, Right.FACTS, asking, meters)))
        .build();
  }

  private void change(
      ChangeEntitiesRequest request,
      Caller caller,
      Trace trace,
      long arrivedNanos,
      Consumer<UnaryCall.End<ChangeEntitiesResponse>> end) {
    try {
      blocking.execute(() -> end.accept(changed(request)));
    } catch (RejectedExecutionException e) {
      end.accept(
          new UnaryCall.End.Without<>(
              Refused.later(Why.DRAINING, "the sidecar is stopping", DRAINING_RETRY)));
    }
  }

  private UnaryCall.End<ChangeEntitiesResponse> changed(ChangeEntitiesRequest request) {
    Optional<Revision> expected =
        request.hasExpected()
            ? Optional.of(ContractReader.revision(request.getExpected()))
            : Optional.empty();
    try {
      return switch (facts.change(request.getChangesList(), expected)) {
        case FactLog.Changed.Not(var refused) -> new UnaryCall.End.Without<>(refused);
        case FactLog.Changed.InForce(var snapshot) ->
            new UnaryCall.End.Answered<>(
                ChangeEntitiesResponse.newBuilder()
                    .setRevision(ContractWriter.revision(snapshot.dataRevision()))
                    .build());
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new UnaryCall.End.Without<>(
          Refused.later(Why.DRAINING, "the sidecar is stopping", DRAINING_RETRY));
    } catch (RuntimeException defect) {
      return new UnaryCall.End.Without<>(Noise.defect(defect));
    }
  }
}
