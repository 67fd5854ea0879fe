package dev.ostiary.sidecar.door;

import dev.ostiary.log.LogReader;
import dev.ostiary.log.LogRecord;
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.metrics.Meters;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One caller that follows a log from an index on. Records are read from the disk, by threads that
 * may wait for it, and only while the caller takes them: what a slow one has not taken is on the
 * disk and nowhere else, and no writer waits for it.
 */
final class Follow<Q, A> extends ServerCall.Listener<Received<Q>> {
  /** A file may be replaced by another while it is read; then it is read anew. */
  private static final int ATTEMPTS = 3;

  private static final Duration RETRY = Duration.ofSeconds(1);

  /**
   * What is followed.
   *
   * @param tree the log's directory
   * @param from index of the first entry
   * @param end index before which entries may be sent now
   * @param message what is sent for a record; nothing where it is not for callers
   */
  record Source<A>(
      Path tree, long from, LongSupplier end, Function<LogRecord, Optional<A>> message) {}

  /** What a request asks to follow, or why it may not be. */
  sealed interface Begun<A> {
    /** This. */
    record Follows<A>(Source<A> source) implements Begun<A> {}

    /** Nothing. */
    record Not<A>(Refused refused) implements Begun<A> {}
  }

  private final ServerCall<Received<Q>, A> call;
  private final BiFunction<Q, Caller, Begun<A>> begin;
  private final Caller caller;
  private final Caller.Right right;
  private final Asking asking;
  private final Meters meters;
  private final Executor blocking;
  private final Set<Follow<?, ?>> open;
  private @Nullable Source<A> source;
  private long next;
  private boolean reading;
  private boolean closed;

  Follow(
      ServerCall<Received<Q>, A> call,
      BiFunction<Q, Caller, Begun<A>> begin,
      Caller.Right right,
      Asking asking,
      Meters meters,
      Executor blocking,
      Set<Follow<?, ?>> open) {
    this.call = call;
    this.begin = begin;
    this.caller = Objects.requireNonNull(call.getAttributes().get(Peer.CALLER));
    this.right = right;
    this.asking = asking;
    this.meters = meters;
    this.blocking = blocking;
    this.open = open;
    CallWatch.onRefusal(this::refuse);
    meters.callOpened();
    open.add(this);
    call.request(1);
  }

  @Override
  public void onMessage(Received<Q> received) {
    if (!caller.may(right)) {
      refuse(Statuses.notPermitted(caller));
      return;
    }
    switch (received) {
      case Received.Unreadable(var refused) -> refuse(refused);
      case Received.Message(var request) -> {
        switch (begin.apply(request, caller)) {
          case Begun.Not(var refused) -> refuse(refused);
          case Begun.Follows(var found) -> {
            synchronized (this) {
              if (closed) return;
              source = found;
              next = found.from();
              call.sendHeaders(new Metadata());
            }
            look();
          }
        }
      }
    }
  }

  @Override
  public void onHalfClose() {
    boolean asked;
    synchronized (this) {
      asked = source != null || closed;
    }
    if (!asked) refuse(Refused.of(Why.MALFORMED_REQUEST, "", "expected one message"));
  }

  @Override
  public void onReady() {
    look();
  }

  /** Goes on if there is something to send and the caller takes it. Never blocks. */
  synchronized void look() {
    if (reading || !wantsMore()) return;
    reading = true;
    try {
      blocking.execute(this::read);
    } catch (RejectedExecutionException e) {
      reading = false; // the process is stopping, which ends the call
    }
  }

  private synchronized boolean wantsMore() {
    return source != null && !closed && call.isReady() && next < source.end().getAsLong();
  }

  private void read() {
    int failures = 0;
    while (true) {
      long before = next;
      try {
        Source<A> from = Objects.requireNonNull(source);
        long end = from.end().getAsLong();
        var reader = LogReader.live(from.tree());
        // What retention removed is not waited for.
        long first = Math.max(before, reader.firstIndex());
        reader.forEach(first, record -> send(record, from, end));
        failures = 0;
      } catch (IOException e) {
        if (++failures == ATTEMPTS) {
          refuse(Refused.later(Why.LOG_UNAVAILABLE, "the log cannot be read: " + e, RETRY));
          return;
        }
      } catch (RuntimeException defect) {
        refuse(Noise.defect(defect));
        return;
      }
      synchronized (this) {
        boolean stuck = next == before && failures == 0;
        if (stuck || !wantsMore()) {
          reading = false;
          return;
        }
      }
    }
  }

  /** Sends one record; false where no more is wanted. */
  private synchronized boolean send(LogRecord record, Source<A> from, long end) {
    long after = record.index() + record.count();
    if (closed || !call.isReady() || after > end) return false;
    from.message().apply(record).ifPresent(call::sendMessage);
    next = after;
    return true;
  }

  /** Ends the call with a reason. */
  void refuse(Refused refused) {
    asking.count(refused, caller, call.getMethodDescriptor().getFullMethodName());
    synchronized (this) {
      if (closed) return;
      closed = true;
      call.close(Statuses.status(refused), Statuses.trailers(refused));
    }
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
