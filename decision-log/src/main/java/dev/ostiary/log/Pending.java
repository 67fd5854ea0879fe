package dev.ostiary.log;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One append on its way: queued, then written, then for class strict synced, then for class shipped
 * shipped. Linked into one list at a time.
 */
final class Pending {
  final byte[] record;
  final Durability durability;
  final Completion completion;

  /** The next one in the list that holds it now. */
  @Nullable Pending next;

  /** Set when written. */
  Outcome.@Nullable Appended appended;

  Pending(byte[] record, Durability durability, Completion completion) {
    this.record = record;
    this.durability = durability;
    this.completion = completion;
  }

  /** What it counts against the bound: its bytes, and about what its objects take. */
  long cost() {
    return record.length + 128L;
  }

  void complete(Outcome outcome) {
    try {
      completion.complete(outcome);
    } catch (RuntimeException e) {
      // A caller's fault must not cost the others of the batch their completion.
      var thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
    }
  }

  void pushOnto(AtomicReference<@Nullable Pending> stack) {
    Pending top;
    do {
      top = stack.get();
      next = top;
    } while (!stack.compareAndSet(top, this));
  }

  /** A list taken from a stack, in the order it was pushed. */
  static @Nullable Pending reversed(@Nullable Pending top) {
    Pending first = null;
    while (top != null) {
      Pending below = top.next;
      top.next = first;
      first = top;
      top = below;
    }
    return first;
  }
}
