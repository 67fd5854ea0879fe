package dev.ostiary.sidecar.door;

import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Watches messages arrive, before gRPC hands them over: ends a call as soon as one is larger than
 * is read, and bounds the memory that all of them take together meanwhile. Called on event loops.
 */
final class CallWatch extends ServerStreamTracer.Factory {
  /** What all half-received larger messages may take together. */
  private static final long BUDGET_BYTES = 32L << 20;

  /** A message up to this size is not accounted for: no shared write for common calls. */
  private static final int SMALL_BYTES = 64 << 10;

  private static final Duration RETRY = Duration.ofMillis(100);
  private static final Context.Key<Tracer> TRACER = Context.key("ostiary-call-watch");

  private final int messageBytes;
  private final AtomicLong held = new AtomicLong();

  /** Ends calls with a message of more than so many bytes. */
  CallWatch(int messageBytes) {
    this.messageBytes = messageBytes;
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
    Unread.isCall();
    return new Tracer();
  }

  /** Says how the call at hand ends where its message is not taken; gRPC ends it else, in brief. */
  static void onRefusal(Consumer<Refused> end) {
    Tracer tracer = TRACER.get();
    if (tracer != null) tracer.end = end;
  }

  private final class Tracer extends ServerStreamTracer {
    private long arriving;
    private long accounted;
    private boolean refused;
    private @Nullable Consumer<Refused> end;

    @Override
    public Context filterContext(Context context) {
      return context.withValue(TRACER, this);
    }

    @Override
    public void inboundWireSize(long bytes) {
      arriving += bytes;
      if (arriving <= SMALL_BYTES || refused) return;
      if (arriving > messageBytes) {
        refuse(Received.tooLarge(messageBytes));
        return;
      }
      long more = arriving - accounted;
      accounted = arriving;
      if (held.addAndGet(more) > BUDGET_BYTES)
        refuse(Refused.later(Why.OVERLOADED, "too many large messages arrive at once", RETRY));
    }

    /** Ends the call; gRPC drops what still arrives of it, without an error on the connection. */
    private void refuse(Refused why) {
      refused = true;
      release();
      if (end == null) throw Statuses.status(why).asRuntimeException();
      end.accept(why);
    }

    @Override
    public void inboundMessageRead(int number, long wireBytes, long bytes) {
      release();
    }

    @Override
    public void streamClosed(io.grpc.Status status) {
      release();
    }

    private void release() {
      if (accounted > 0) held.addAndGet(-accounted);
      arriving = 0;
      accounted = 0;
    }
  }
}
