package dev.ostiary.sidecar.door;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.log.LogRecord;
import dev.ostiary.record.v1.Fact;
import dev.ostiary.sidecar.contract.ContractReader;
import dev.ostiary.sidecar.contract.ContractWriter;
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Caller.Right;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.decide.Revision;
import dev.ostiary.sidecar.facts.Change;
import dev.ostiary.sidecar.facts.FactLog;
import dev.ostiary.sidecar.metrics.Meters;
import dev.ostiary.sidecar.record.Call.Trace;
import dev.ostiary.sidecar.subjects.Names;
import dev.ostiary.v1.ChangeEntitiesRequest;
import dev.ostiary.v1.ChangeEntitiesResponse;
import dev.ostiary.v1.EntityChange;
import dev.ostiary.v1.FactServiceGrpc;
import dev.ostiary.v1.WatchFactsRequest;
import dev.ostiary.v1.WatchFactsResponse;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/** {@code ostiary.v1.FactService}. A fact waits for the disk, so it does not on an event loop. */
final class FactDoor {
  /** A fact is a record of the log, which bounds it. */
  static final int MAX_BYTES = 16 * 1024 * 1024;

  private static final Duration DRAINING_RETRY = Duration.ofSeconds(1);

  private final FactLog facts;
  private final Names names;
  private final Executor blocking;
  private final Asking asking;
  private final Meters meters;
  private final Set<Follow<?, ?>> follows;

  /**
   * A door to the facts.
   *
   * @param names whom the names of the facts stand for
   * @param blocking threads that may wait for the disk
   * @param follows where calls that follow the facts are kept while they are open
   */
  FactDoor(
      FactLog facts,
      Names names,
      Executor blocking,
      Asking asking,
      Meters meters,
      Set<Follow<?, ?>> follows) {
    this.facts = facts;
    this.names = names;
    this.blocking = blocking;
    this.asking = asking;
    this.meters = meters;
    this.follows = follows;
  }

  ServerServiceDefinition service() {
    var generated = FactServiceGrpc.getChangeEntitiesMethod();
    var change =
        generated.toBuilder(
                Received.marshaller(ChangeEntitiesRequest.parser(), MAX_BYTES),
                generated.getResponseMarshaller())
            .build();
    var watched = FactServiceGrpc.getWatchFactsMethod();
    var watch =
        watched.toBuilder(
                Received.marshaller(WatchFactsRequest.parser(), MAX_BYTES),
                watched.getResponseMarshaller())
            .build();
    var descriptor =
        ServiceDescriptor.newBuilder(FactServiceGrpc.SERVICE_NAME)
            .setSchemaDescriptor(FactServiceGrpc.getServiceDescriptor().getSchemaDescriptor())
            .addMethod(change)
            .addMethod(watch)
            .build();
    return ServerServiceDefinition.builder(descriptor)
        .addMethod(
            ServerMethodDefinition.create(
                change, UnaryCall.handler(this::change, Right.FACTS, asking, meters)))
        .addMethod(
            ServerMethodDefinition.create(
                watch,
                (call, _) ->
                    new Follow<>(
                        call, this::watch, Right.FACT_LOG, asking, meters, blocking, follows)))
        .build();
  }

  private Follow.Begun<WatchFactsResponse> watch(WatchFactsRequest request, Caller caller) {
    if (!caller.may(Right.REVEAL)) return new Follow.Begun.Not<>(Statuses.notPermitted(caller));

    long from = 0;
    if (request.hasAfter()) {
      var after = ContractReader.revision(request.getAfter());
      from = after.size();
      if (from < 0 || from > inForce() || !after.equals(facts.revision(from)))
        return new Follow.Begun.Not<>(
            Refused.of(
                Why.OTHER_REVISION,
                "after",
                "expected a revision up to " + facts.revision(inForce()) + ", got " + after));
    }
    return new Follow.Begun.Follows<>(
        new Follow.Source<>(facts.tree(), from, this::inForce, this::response));
  }

  /** Entries up to the last fact in force. */
  private long inForce() {
    return facts.snapshot().map(snapshot -> snapshot.dataRevision().size()).orElse(0L);
  }

  private Optional<WatchFactsResponse> response(LogRecord record) {
    Fact fact;
    try {
      fact = Fact.parseFrom(record.bytes());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e); // what is in force was read before
    }
    var revision = facts.revision(record.index() + record.count());
    var response = WatchFactsResponse.newBuilder().setRevision(ContractWriter.revision(revision));
    return switch (fact.getFactCase()) {
      case ACTIVATION -> {
        var activation = fact.getActivation();
        response
            .getActivatedBuilder()
            .setName(activation.getName())
            .setVersion(activation.getVersion())
            .setDigest(activation.getDigest())
            .setMigrated(activation.getMigratedFrom() > 0);
        yield Optional.of(response.build());
      }
      case ENTITY_CHANGES -> {
        var changed = response.getChangedBuilder();
        for (Change change : FactLog.changes(fact.getEntityChanges(), names))
          changed.addChanges(change.message());
        // All may be of subjects that were erased; then the fact is of nobody's concern.
        yield changed.getChangesCount() == 0 ? Optional.empty() : Optional.of(response.build());
      }
      case SNAPSHOT_TAKEN, HOLD_CHANGE, CARRIED, FACT_NOT_SET -> Optional.empty();
    };
  }

  private void change(
      ChangeEntitiesRequest request,
      Caller caller,
      Trace trace,
      long arrivedNanos,
      Consumer<UnaryCall.End<ChangeEntitiesResponse>> end) {
    for (var change : request.getChangesList()) {
      if (caller.mayChange(uid(change))) continue;
      end.accept(new UnaryCall.End.Without<>(Statuses.notPermitted(caller)));
      return;
    }
    try {
      blocking.execute(() -> end.accept(changed(request)));
    } catch (RejectedExecutionException e) {
      end.accept(
          new UnaryCall.End.Without<>(
              Refused.later(Why.DRAINING, "the sidecar is stopping", DRAINING_RETRY)));
    }
  }

  private static EntityUid uid(EntityChange change) {
    var uid = change.hasPut() ? change.getPut().getUid() : change.getDelete();
    return EntityUid.of(uid.getType(), uid.getId());
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
