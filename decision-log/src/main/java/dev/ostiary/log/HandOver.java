package dev.ostiary.log;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands appends from many threads to one writer at a time, without a thread of its own and without
 * waiting.
 *
 * <p>Appending threads push onto a stack (one compare-and-set), then try to take the writer's role
 * (one more). Whoever has the role takes the whole stack and reverses it, which gives the order of
 * the pushes. After letting go of the role it looks again: a thread that pushed and found the role
 * taken left in the knowledge that the holder looks after it lets go.
 */
final class HandOver {
  /** Batches that a caller's thread writes for others before it leaves the rest. */
  private static final int MAX_ROUNDS = 8;

  private final AtomicReference<@Nullable Pending> queue = new AtomicReference<>();
  private final AtomicBoolean role = new AtomicBoolean();
  private final Consumer<@Nullable Pending> writer;
  private volatile @Nullable Thread finisher; // waits for the role

  /**
   * No appends yet.
   *
   * @param writer given each batch, in order, by the thread that has the role
   */
  HandOver(Consumer<@Nullable Pending> writer) {
    this.writer = writer;
  }

  void push(Pending pending) {
    pending.pushOnto(queue);
  }

  boolean isEmpty() {
    return queue.get() == null;
  }

  /**
   * Writes what is queued unless another thread is at it.
   *
   * @return false if others pushed so fast that somebody else should go on
   */
  boolean flush() {
    for (int round = 0; queue.get() != null; round++) {
      if (round > MAX_ROUNDS) return false;
      if (!role.compareAndSet(false, true)) return true;
      try {
        writer.accept(Pending.reversed(queue.getAndSet(null)));
      } finally {
        role.set(false);
        LockSupport.unpark(finisher); // does nothing where nobody waits
      }
    }
    return true;
  }

  /** Waits for the role, writes what is queued, and runs {@code last} before letting go. */
  void finish(Runnable last) {
    finisher = Thread.currentThread();
    while (!role.compareAndSet(false, true)) LockSupport.park(this);
    finisher = null;
    try {
      writer.accept(Pending.reversed(queue.getAndSet(null)));
      last.run();
    } finally {
      role.set(false);
    }
  }
}
