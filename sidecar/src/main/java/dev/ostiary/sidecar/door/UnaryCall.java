package dev.ostiary.sidecar.door;

import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.identity.Presented;
import dev.ostiary.sidecar.limit.FairShare;
import dev.ostiary.sidecar.metrics.Meters;
import dev.ostiary.sidecar.record.Call.Trace;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One request, one answer, or a status that says why there is none. */
final class UnaryCall<Q, A> extends ServerCall.Listener<Received<Q>> {
  /** What answers a request of this method. */
  interface Method<Q, A> {
    /** Answers {@code request}; {@code end} is told once, on any thread. */
    void answer(Q request, Caller caller, Trace trace, long arrivedNanos, Consumer<End<A>> end);

    /** How many questions it has. */
    default long weight(Q request) {
      return 1;
    }
  }

  /** How a call ends. */
  sealed interface End<A> {
    /** With an answer. */
    record Answered<A>(A answer) implements End<A> {}

    /** Without. */
    record Without<A>(Refused refused) implements End<A> {}
  }

  private final ServerCall<Received<Q>, A> call;
  private final Method<Q, A> method;
  private final Caller.Right right;
  private final Asking asking;
  private final Meters meters;
  private volatile Caller caller;
  private final Trace trace;
  private final long arrivedNanos = System.nanoTime();
  private @Nullable Received<Q> received;
  private boolean twice;
  private final FairShare.Share places;
  private long placed;
  private final AtomicBoolean ended = new AtomicBoolean();

  private UnaryCall(
      ServerCall<Received<Q>, A> call,
      Metadata headers,
      Method<Q, A> method,
      Caller.Right right,
      Asking asking,
      Meters meters) {
    this.call = call;
    this.method = method;
    this.right = right;
    this.asking = asking;
    this.meters = meters;
    this.caller = Objects.requireNonNull(call.getAttributes().get(Peer.CALLER));
    this.places = asking.places(caller);
    this.trace = TraceParent.of(headers);
    CallWatch.onRefusal(this::refuse);
  }

  static <Q, A> ServerCallHandler<Received<Q>, A> handler(
      Method<Q, A> method, Caller.Right right, Asking asking, Meters meters) {
    return (call, headers) -> {
      meters.callOpened();
      var unary = new UnaryCall<>(call, headers, method, right, asking, meters);
      asking.presented(() -> Bearers.authorization(headers), unary::begin);
      return unary;
    };
  }

  private void begin(Presented presented) {
    try {
      caller = Bearers.caller(caller, presented);
      call.request(2); // a second message is a fault, and is seen only if it is asked for
    } catch (Unreadable e) {
      refuse(e.refused());
    }
  }

  @Override
  public void onMessage(Received<Q> message) {
    if (received != null) twice = true;
    received = message;
  }

  @Override
  public void onHalfClose() {
    if (ended.get()) return;
    var late = Asking.expired(Context.current());
    if (late.isPresent()) {
      refuse(late.get());
    } else if (!caller.may(right)) {
      refuse(Statuses.notPermitted(caller));
    } else if (received == null || twice) {
      refuse(Refused.of(Why.MALFORMED_REQUEST, "", "expected one message"));
    } else {
      switch (received) {
        case Received.Unreadable(var refused) -> refuse(refused);
        case Received.Message(var request) -> answer(request);
      }
      received = null; // its answer may wait for long
    }
  }

  private void answer(Q request) {
    long weight = method.weight(request);
    if (!places.take(weight)) {
      refuse(Asking.overloaded());
      return;
    }
    placed = weight;
    try {
      method.answer(request, caller, trace, arrivedNanos, this::end);
    } catch (RuntimeException | StackOverflowError defect) {
      refuse(Noise.defect(defect));
    }
  }

  private void end(End<A> end) {
    if (ended.getAndSet(true)) return;
    switch (end) {
      case End.Without(var refused) -> {
        asking.count(refused, caller, call.getMethodDescriptor().getFullMethodName());
        call.close(Statuses.status(refused), Statuses.trailers(refused));
      }
      case End.Answered(var answer) -> {
        call.sendHeaders(new Metadata());
        call.sendMessage(answer);
        call.close(Status.OK, new Metadata());
      }
    }
  }

  private void refuse(Refused refused) {
    end(new End.Without<>(refused));
  }

  @Override
  public void onCancel() {
    over();
  }

  @Override
  public void onComplete() {
    over();
  }

  /** The answer is on its way, or nobody waits for it: until then it takes memory. */
  private void over() {
    if (placed > 0) places.give(placed);
    meters.callClosed();
  }
}
