package dev.ostiary.sidecar.door;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.sidecar.contract.ContractException;
import dev.ostiary.sidecar.contract.ContractReader;
import dev.ostiary.sidecar.contract.ContractWriter;
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Caller.Right;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.metrics.Meters;
import dev.ostiary.sidecar.record.Erasure;
import dev.ostiary.sidecar.record.Recorder;
import dev.ostiary.sidecar.subjects.Names;
import dev.ostiary.sidecar.subjects.Revealing;
import dev.ostiary.v1.EraseSubjectRequest;
import dev.ostiary.v1.EraseSubjectResponse;
import dev.ostiary.v1.ListHoldsRequest;
import dev.ostiary.v1.ListHoldsResponse;
import dev.ostiary.v1.RevealRequest;
import dev.ostiary.v1.RevealResponse;
import dev.ostiary.v1.SetHoldRequest;
import dev.ostiary.v1.SetHoldResponse;
import dev.ostiary.v1.SubjectServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * {@code ostiary.v1.SubjectService}. All of it waits for the disk, so it does not on event loops.
 */
final class SubjectDoor {
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_PURPOSE_BYTES = 1024;
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Erasure erasure;
  private final Names names;
  private final Recorder recorder;
  private final Executor blocking;
  private final Asking asking;
  private final Meters meters;

  SubjectDoor(
      Erasure erasure,
      Names names,
      Recorder recorder,
      Executor blocking,
      Asking asking,
      Meters meters) {
    this.erasure = erasure;
    this.names = names;
    this.recorder = recorder;
    this.blocking = blocking;
    this.asking = asking;
    this.meters = meters;
  }

  /** A method's work, which may wait. */
  private interface Work<Q, A> {
    UnaryCall.End<A> of(Q request, Caller caller)
        throws ContractException, IOException, InterruptedException;
  }

  ServerServiceDefinition service() {
    var methods =
        List.of(
            method(
                SubjectServiceGrpc.getRevealMethod(),
                RevealRequest.parser(),
                Right.REVEAL,
                this::reveal),
            method(
                SubjectServiceGrpc.getEraseSubjectMethod(),
                EraseSubjectRequest.parser(),
                Right.ADMINISTER,
                this::erase),
            method(
                SubjectServiceGrpc.getSetHoldMethod(),
                SetHoldRequest.parser(),
                Right.ADMINISTER,
                this::setHold),
            method(
                SubjectServiceGrpc.getListHoldsMethod(),
                ListHoldsRequest.parser(),
                Right.REVEAL,
                this::listHolds));
    var descriptor =
        ServiceDescriptor.newBuilder(SubjectServiceGrpc.SERVICE_NAME)
            .setSchemaDescriptor(SubjectServiceGrpc.getServiceDescriptor().getSchemaDescriptor());
    methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    var service = ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(service::addMethod);
    return service.build();
  }

  private <Q extends Message, A> ServerMethodDefinition<Received<Q>, A> method(
      MethodDescriptor<Q, A> generated, Parser<Q> parser, Right right, Work<Q, A> work) {
    var descriptor =
        generated.toBuilder(
                Received.marshaller(parser, MAX_BYTES), generated.getResponseMarshaller())
            .build();
    UnaryCall.Method<Q, A> handler =
        (request, caller, _, _, end) -> {
          try {
            blocking.execute(() -> end.accept(done(work, request, caller)));
          } catch (RejectedExecutionException e) {
            end.accept(new UnaryCall.End.Without<>(stopping()));
          }
        };
    return ServerMethodDefinition.create(
        descriptor, UnaryCall.handler(handler, right, asking, meters));
  }

  private static <Q, A> UnaryCall.End<A> done(Work<Q, A> work, Q request, Caller caller) {
    try {
      return work.of(request, caller);
    } catch (ContractException e) {
      return new UnaryCall.End.Without<>(
          Refused.of(Why.MALFORMED_REQUEST, e.field(), String.valueOf(e.getMessage())));
    } catch (IOException e) {
      return new UnaryCall.End.Without<>(
          Refused.later(Why.LOG_UNAVAILABLE, String.valueOf(e.getMessage()), RETRY));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new UnaryCall.End.Without<>(stopping());
    } catch (RuntimeException defect) {
      return new UnaryCall.End.Without<>(Noise.defect(defect));
    }
  }

  private static Refused stopping() {
    return Refused.later(Why.DRAINING, "the sidecar is stopping", RETRY);
  }

  private UnaryCall.End<RevealResponse> reveal(RevealRequest request, Caller caller)
      throws IOException, InterruptedException {
    if (request.getPurposeBytes().size() > MAX_PURPOSE_BYTES)
      return new UnaryCall.End.Without<>(
          Refused.of(
              Why.MALFORMED_REQUEST,
              "purpose",
              "expected at most " + MAX_PURPOSE_BYTES + " bytes"));
    // Written first: what was shown and not written could not be taken back.
    recorder.revealed(caller.uid(), request.getPurpose(), request.getNamesList());
    var revealing = new Revealing(names);
    var response = RevealResponse.newBuilder();
    for (var name : request.getNamesList()) response.addEntities(revealing.name(name));
    return new UnaryCall.End.Answered<>(response.build());
  }

  private UnaryCall.End<EraseSubjectResponse> erase(EraseSubjectRequest request, Caller caller)
      throws ContractException, InterruptedException {
    EntityUid subject = ContractReader.named(request.hasSubject(), request.getSubject(), "subject");
    return switch (erasure.erase(subject, caller.uid())) {
      case Erasure.Done.Not(var refused) -> new UnaryCall.End.Without<>(refused);
      case Erasure.Done.Gone(var erased) ->
          new UnaryCall.End.Answered<>(
              EraseSubjectResponse.newBuilder()
                  .setPseudonym(erased.getSubject())
                  .setFacts(erased.getFacts())
                  .setBundles(erased.getBundles())
                  .build());
    };
  }

  private UnaryCall.End<SetHoldResponse> setHold(SetHoldRequest request, Caller caller)
      throws ContractException, InterruptedException {
    EntityUid subject = ContractReader.named(request.hasSubject(), request.getSubject(), "subject");
    var refused = erasure.hold(subject, request.getHeld());
    return refused.isPresent()
        ? new UnaryCall.End.Without<>(refused.get())
        : new UnaryCall.End.Answered<>(SetHoldResponse.getDefaultInstance());
  }

  private UnaryCall.End<ListHoldsResponse> listHolds(ListHoldsRequest request, Caller caller)
      throws IOException, InterruptedException {
    recorder.revealed(caller.uid(), "legal holds", List.of());
    var response = ListHoldsResponse.newBuilder();
    for (EntityUid subject : erasure.holds()) response.addSubjects(ContractWriter.uid(subject));
    return new UnaryCall.End.Answered<>(response.build());
  }
}
