package dev.ostiary.sidecar.door;

import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Watches messages arrive, before gRPC hands them over, and bounds the memory that all of them take
 * together meanwhile. Of those that are larger than is read, one at a time is let in, so that its
 * refusal can name the field at fault; the others end their calls as they come. Called on event
 * loops.
 */
final class CallWatch extends ServerStreamTracer.Factory {
  /** What all half-received larger messages may take together. */
  private static final long BUDGET_BYTES = 32L << 20;

  /** Of that, what a message may take that is looked at only to name the field at fault. */
  private static final long NAMING_BYTES = 20L << 20;

  /** A message up to this size is not accounted for: no shared write for common calls. */
  private static final int SMALL_BYTES = 64 << 10;

  private static final Duration RETRY = Duration.ofMillis(100);
  private static final Context.Key<Tracer> TRACER = Context.key("ostiary-call-watch");

  private final int messageBytes;
  private final AtomicLong held = new AtomicLong();
  private final AtomicBoolean naming = new AtomicBoolean();

  /** For messages of which more than so many bytes are not read. */
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
    private boolean named;
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
      long more = arriving - accounted;
      accounted = arriving;
      boolean full = held.addAndGet(more) > BUDGET_BYTES;
      if (arriving > messageBytes) {
        if (full || !mayBeNamed()) refuse(Received.tooLarge("request", messageBytes));
      } else if (full) {
        refuse(Refused.later(Why.OVERLOADED, "too many large messages arrive at once", RETRY));
      }
    }

    private boolean mayBeNamed() {
      if (!named) named = naming.compareAndSet(false, true);
      return named && arriving <= NAMING_BYTES;
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
      if (named) naming.set(false);
      named = false;
      arriving = 0;
      accounted = 0;
    }
  }
}
