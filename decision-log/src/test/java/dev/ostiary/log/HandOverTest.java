package dev.ostiary.log;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The hand-over between many callers and the writer, in every interleaving that a model checker
 * tries: one writes at a time, nothing is left behind, and a thread's own appends keep their order.
 */
public class HandOverTest {
  /** What is handed over: each append gets the next index from whoever writes it. */
  public static class Log {
    private final HandOver handOver = new HandOver(this::write);
    private final List<Pending> written =
        new ArrayList<>(); // the writer's own, so not synchronised
    private final AtomicInteger pushes = new AtomicInteger();
    private boolean writing;

    private void write(@Nullable Pending first) {
      if (writing) throw new IllegalStateException("two threads write at once");
      writing = true;
      for (var pending = first; pending != null; pending = pending.next) written.add(pending);
      writing = false;
    }

    /** An append as a caller does it. */
    @Operation
    public void append() {
      pushes.incrementAndGet();
      handOver.push(new Pending(new byte[0], Durability.BOUNDED, _ -> {}));
      while (!handOver.flush()) Thread.onSpinWait();
    }

    /** A batch: two pushes, then one flush. */
    @Operation
    public void appendTwo() {
      pushes.addAndGet(2);
      handOver.push(new Pending(new byte[0], Durability.BOUNDED, _ -> {}));
      handOver.push(new Pending(new byte[0], Durability.BOUNDED, _ -> {}));
      while (!handOver.flush()) Thread.onSpinWait();
    }

    /** When all callers have returned, all that they pushed is written, once. */
    @Validate
    public void everythingIsWritten() {
      int pushed = pushes.get();
      if (!handOver.isEmpty() || written.size() != pushed) {
        throw new IllegalStateException(
            "expected " + pushed + " written appends, got " + written.size());
      }
    }
  }

  @Test
  void everyInterleavingWritesEverythingOnceAndByOneThreadAtATime() {
    boolean all = Boolean.getBoolean("ostiary.long");
    new ModelCheckingOptions()
        .iterations(all ? 100 : 3)
        .invocationsPerIteration(all ? 10_000 : 500)
        .threads(3)
        .actorsPerThread(2)
        .actorsBefore(0)
        .actorsAfter(0)
        .check(Log.class);
  }

  @Test
  void realThreadsWriteEverythingOnceAndByOneThreadAtATime() {
    boolean all = Boolean.getBoolean("ostiary.long");
    new StressOptions()
        .iterations(all ? 100 : 3)
        .invocationsPerIteration(all ? 10_000 : 1_000)
        .threads(3)
        .actorsPerThread(3)
        .check(Log.class);
  }
}
