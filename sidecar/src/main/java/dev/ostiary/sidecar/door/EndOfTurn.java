package dev.ostiary.sidecar.door;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.internal.ThreadExecutorMap;

/**
 * Does something once when the event loop at hand has handled all that it read, however often it
 * was asked for meanwhile: one write of the log for a batch of questions, and before their answers
 * are flushed. On other threads it is done at once.
 */
final class EndOfTurn {
  private final Runnable work;
  private final FastThreadLocal<Turn> turns =
      new FastThreadLocal<>() {
        @Override
        protected Turn initialValue() {
          return new Turn();
        }
      };

  EndOfTurn(Runnable work) {
    this.work = work;
  }

  /** Asks for it. */
  void request() {
    EventExecutor loop = ThreadExecutorMap.currentExecutor();
    if (loop == null) {
      work.run();
      return;
    }
    var turn = turns.get();
    if (turn.requested) return;
    turn.requested = true;
    loop.execute(turn);
  }

  private final class Turn implements Runnable {
    private boolean requested;

    @Override
    public void run() {
      requested = false;
      work.run();
    }
  }
}
