package dev.ostiary.sidecar.door;

import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.metrics.Meters;
import dev.ostiary.sidecar.record.Refusals;
import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Watches what gRPC does before a call reaches its handler: bounds the memory that large messages
 * take together while they arrive, and counts calls that gRPC itself refuses. Called on event
 * loops.
 */
final class CallWatch extends ServerStreamTracer.Factory {
  /** What all half-received large messages may take together. */
  private static final long BUDGET_BYTES = 64L << 20;

  /** A message up to this size is not accounted for: no lock or shared write for common calls. */
  private static final int SMALL_BYTES = 64 << 10;

  private final Refusals refusals;
  private final Meters meters;
  private final AtomicLong held = new AtomicLong();

  CallWatch(Refusals refusals, Meters meters) {
    this.refusals = refusals;
    this.meters = meters;
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
    return new Tracer(method);
  }

  private final class Tracer extends ServerStreamTracer {
    private final String method;
    private long arriving;
    private long accounted;
    private @Nullable Caller caller;

    Tracer(String method) {
      this.method = method;
    }

    @Override
    public void serverCallStarted(ServerCallInfo<?, ?> call) {
      Attributes attributes = call.getAttributes();
      if (attributes != null) caller = attributes.get(Peer.CALLER);
    }

    @Override
    public void inboundWireSize(long bytes) {
      arriving += bytes;
      if (arriving <= SMALL_BYTES) return;
      long more = arriving - accounted;
      accounted = arriving;
      if (held.addAndGet(more) > BUDGET_BYTES) {
        release();
        throw Status.RESOURCE_EXHAUSTED
            .withDescription("too many large messages arrive at once")
            .asRuntimeException();
      }
    }

    @Override
    public void inboundMessageRead(int number, long wireBytes, long bytes) {
      release();
    }

    @Override
    public void streamClosed(Status status) {
      release();
      if (status.getCode() != Status.Code.RESOURCE_EXHAUSTED || caller == null) return;
      meters.refused(Why.REQUEST_TOO_LARGE);
      refusals.count(new Refusals.Kind(caller.uid(), Why.REQUEST_TOO_LARGE.name(), method));
    }

    private void release() {
      if (accounted > 0) held.addAndGet(-accounted);
      arriving = 0;
      accounted = 0;
    }
  }
}
