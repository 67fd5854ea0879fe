package dev.ostiary.client;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a call's events until its handler may start, then passes them on.
 *
 * <p>Events come on the server's thread, the opening on the client's. A handler must see one event
 * at a time and in order, so all of them go through one queue, and whoever finds nobody at work on
 * it works it off. Before the opening only a few events can come, since no message has been asked
 * for: half-close, ready, cancel, complete.
 */
final class DelayedListener<Q> extends ServerCall.Listener<Q> {
  private final ServerCall<Q, ?> call;
  private final Queue<Runnable> events = new ArrayDeque<>();
  private ServerCall.@Nullable Listener<Q> handler;
  private boolean opened;
  private boolean working;
  private boolean over;

  DelayedListener(ServerCall<Q, ?> call) {
    this.call = call;
  }

  /** Starts the handler, unless the call is over. */
  void open(Supplier<ServerCall.Listener<Q>> start) {
    synchronized (events) {
      if (over) return;
      opened = true;
      working = true;
    }
    run(() -> {
      handler = start.get();
    });
    workOff();
  }

  @Override
  public void onMessage(Q message) {
    pass(() -> handler().onMessage(message));
  }

  @Override
  public void onHalfClose() {
    pass(() -> handler().onHalfClose());
  }

  @Override
  public void onReady() {
    pass(() -> handler().onReady());
  }

  @Override
  public void onCancel() {
    endUnopened();
    pass(() -> handler().onCancel());
  }

  @Override
  public void onComplete() {
    endUnopened();
    pass(() -> handler().onComplete());
  }

  private void endUnopened() {
    synchronized (events) {
      if (!opened) over = true;
    }
  }

  private void pass(Runnable event) {
    synchronized (events) {
      if (over) return;
      events.add(event);
      if (!opened || working) return;
      working = true;
    }
    workOff();
  }

  private void workOff() {
    while (true) {
      Runnable event;
      synchronized (events) {
        event = events.poll();
        if (event == null) {
          working = false;
          return;
        }
      }
      run(event);
    }
  }

  /** Ends the call where the handler throws, since nobody does so on the client's threads. */
  private void run(Runnable event) {
    try {
      event.run();
    } catch (RuntimeException broken) {
      synchronized (events) {
        // Without a handler nobody is left to be told what follows.
        if (handler == null) over = true;
        if (over) events.clear();
      }
      try {
        call.close(
            Status.UNKNOWN.withDescription("the handler failed").withCause(broken), new Metadata());
      } catch (IllegalStateException closed) {
        // The handler has closed the call before it failed.
      }
    }
  }

  private ServerCall.Listener<Q> handler() {
    var listener = handler;
    if (listener == null) throw new IllegalStateException("the handler has not started");
    return listener;
  }
}
