package dev.ostiary.sidecar.door;

import dev.ostiary.record.v1.Door;
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.identity.Presented;
import dev.ostiary.sidecar.limit.FairShare;
import dev.ostiary.sidecar.metrics.Meters;
import dev.ostiary.sidecar.record.Call;
import dev.ostiary.v1.CheckStreamRequest;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.Objects;
import java.util.Set;

/**
 * Questions as they come on one stream, each answered as soon as it is written down.
 *
 * <p>Questions arrive on the stream's event loop; answers may be completed by whichever thread
 * wrote the log, so what leaves is guarded by this object. Nothing is read while the caller does
 * not take its answers, or while more than the bound are unanswered.
 */
final class StreamCall extends ServerCall.Listener<Received<CheckStreamRequest>> {
  private final ServerCall<Received<CheckStreamRequest>, byte[]> call;
  private final Asking asking;
  private final Meters meters;
  private final Set<StreamCall> open;
  private volatile Caller caller;
  private final Call.Trace trace;
  private final FairShare.Share places;
  private int pending;
  private int owed;
  private boolean ending;
  private boolean closed;
  private Status status = Status.OK;
  private Metadata trailers = new Metadata();

  StreamCall(
      ServerCall<Received<CheckStreamRequest>, byte[]> call,
      Metadata headers,
      Asking asking,
      Meters meters,
      Set<StreamCall> open,
      int window) {
    this.call = call;
    this.asking = asking;
    this.meters = meters;
    this.open = open;
    this.caller = Objects.requireNonNull(call.getAttributes().get(Peer.CALLER));
    this.places = asking.places(caller);
    this.trace = TraceParent.of(headers);
    CallWatch.onRefusal(this::refuseAll);
    meters.callOpened();
    open.add(this);
    asking.presented(() -> Bearers.authorization(headers), presented -> begin(presented, window));
  }

  private void begin(Presented presented, int window) {
    try {
      caller = Bearers.caller(caller, presented);
    } catch (Unreadable e) {
      refuseAll(e.refused());
      return;
    }
    if (!caller.may(Caller.Right.CHECK)) {
      refuseAll(Statuses.notPermitted(caller));
      return;
    }
    synchronized (this) {
      if (closed) return;
      call.sendHeaders(new Metadata());
    }
    call.request(window);
  }

  @Override
  public void onMessage(Received<CheckStreamRequest> received) {
    synchronized (this) {
      if (closed) return;
      pending++;
    }
    switch (received) {
      case Received.Unreadable(var refused) -> refuseAll(refused);
      case Received.Message(var request) -> {
        long id = request.getId();
        var late = Asking.expired(Context.current());
        if (late.isPresent()) {
          answer(id, new Asking.Reply.Without(late.get()));
        } else if (!request.hasRequest()) {
          answer(
              id,
              new Asking.Reply.Without(
                  Refused.of(Why.MALFORMED_REQUEST, "request", "expected a question, got none")));
        } else {
          var question = request.getRequest();
          var info =
              new Call(
                  Door.DOOR_CHECK_STREAM, question.getCorrelationId(), trace, System.nanoTime());
          if (!places.take(1)) {
            answer(id, new Asking.Reply.Without(Asking.overloaded()));
            return;
          }
          try {
            asking.ask(
                question,
                caller,
                info,
                reply -> {
                  places.give(1);
                  answer(id, reply);
                });
          } catch (RuntimeException | StackOverflowError defect) {
            refuseAll(Noise.defect(defect));
          }
        }
      }
    }
  }

  private void answer(long id, Asking.Reply reply) {
    if (reply instanceof Asking.Reply.Without(var refused)) count(refused);
    byte[] message = encoded(id, reply);
    synchronized (this) {
      pending--;
      if (closed) return;
      call.sendMessage(message);
      if (ending) closeWhenDone();
      else if (call.isReady()) call.request(1);
      else owed++;
    }
  }

  /** The bytes of a {@code CheckStreamResponse}, from its last to its first. */
  private static byte[] encoded(long id, Asking.Reply reply) {
    var out = Encoded.writer();
    switch (reply) {
      case Asking.Reply.Answered(var written) -> {
        Answers.write(out, written);
        out.message(1, 0);
      }
      case Asking.Reply.Without(var refused) -> out.message(2, Statuses.refusal(refused));
    }
    out.message(2, 0);
    out.number(1, id);
    return out.take();
  }

  /** Bytes that are no question end the stream: what follows them cannot be trusted either. */
  private void refuseAll(Refused refused) {
    count(refused);
    synchronized (this) {
      if (closed) return;
      closed = true;
      call.close(Statuses.status(refused), Statuses.trailers(refused));
    }
  }

  private void count(Refused refused) {
    asking.count(refused, caller, call.getMethodDescriptor().getFullMethodName());
  }

  @Override
  public synchronized void onReady() {
    if (owed == 0 || ending || closed) return;
    call.request(owed);
    owed = 0;
  }

  @Override
  public synchronized void onHalfClose() {
    ending = true;
    closeWhenDone();
  }

  /** Reads no more, answers what was read, and tells the caller to come again elsewhere. */
  synchronized void drain(Refused why) {
    if (ending || closed) return;
    ending = true;
    status = Statuses.status(why);
    trailers = Statuses.trailers(why);
    closeWhenDone();
  }

  private void closeWhenDone() {
    if (pending > 0 || closed) return;
    closed = true;
    call.close(status, trailers);
  }

  @Override
  public void onCancel() {
    ended();
  }

  @Override
  public void onComplete() {
    ended();
  }

  private void ended() {
    synchronized (this) {
      closed = true;
    }
    open.remove(this);
    meters.callClosed();
  }
}
