package dev.ostiary.cedar.syntax;

import dev.ostiary.cedar.syntax.TokenReader.Unreadable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Reads a text again on a thread with a large stack where it is nested so deep that the caller's
 * might not do. Hardly a text is.
 */
final class DeepStack {
  /** Nesting that any stack can take. */
  static final int ORDINARY = 200;

  /** Nesting that a stack of {@link #BYTES} can take; what is deeper is refused. */
  static final int DEEPEST = 1000;

  private static final long BYTES = 64L << 20;

  private DeepStack() {}

  /** The text is nested deeper than {@link #ORDINARY}. */
  static final class TooDeep extends Unreadable {
    private static final long serialVersionUID = 1L;
  }

  /** Reads a text that may be nested {@code maxNesting} deep. */
  interface Reading<T> {
    T read(int maxNesting) throws TooDeep, SourceException;
  }

  static <T> T read(Reading<T> reading) throws SourceException {
    try {
      return reading.read(ORDINARY);
    } catch (TooDeep _) {
      return readOnLargeStack(reading);
    }
  }

  private static <T> T readOnLargeStack(Reading<T> reading) throws SourceException {
    var result = new CompletableFuture<T>();
    Runnable work =
        () -> {
          try {
            result.complete(reading.read(DEEPEST));
          } catch (TooDeep | SourceException | RuntimeException | Error e) {
            result.completeExceptionally(e);
          }
        };
    new Thread(null, work, "cedar-parser", BYTES).start();
    boolean interrupted = false;
    while (true) {
      try {
        T read = result.get();
        if (interrupted) Thread.currentThread().interrupt();
        return read;
      } catch (InterruptedException _) {
        interrupted = true; // reading is bounded, so it is waited for all the same
      } catch (ExecutionException e) {
        if (interrupted) Thread.currentThread().interrupt();
        if (e.getCause() instanceof SourceException refused) throw refused;
        throw new IllegalStateException("the parser failed", e.getCause());
      }
    }
  }
}
