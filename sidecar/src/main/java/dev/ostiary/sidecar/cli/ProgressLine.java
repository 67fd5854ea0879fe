package dev.ostiary.sidecar.cli;

import java.io.PrintWriter;

/**
 * One line on standard error that says how far a command is; nothing for what takes less than two
 * seconds.
 */
final class ProgressLine {
  private static final long PATIENCE_NANOS = 2_000_000_000L;
  private static final long INTERVAL_NANOS = 500_000_000L;

  private final PrintWriter err;
  private final String verb;
  private long nextNanos = System.nanoTime() + PATIENCE_NANOS;
  private boolean shown;

  ProgressLine(PrintWriter err, String verb) {
    this.err = err;
    this.verb = verb;
  }

  /** So many of {@code of} are done. */
  void at(long done, long of) {
    long now = System.nanoTime();
    if (now - nextNanos < 0) return;
    nextNanos = now + INTERVAL_NANOS;
    shown = true;
    err.printf("\r%s %d of %d (%d %%)", verb, done, of, of == 0 ? 100 : 100 * done / of);
    err.flush();
  }

  /** Ends the line, if there is one. */
  void end() {
    if (shown) err.println();
  }
}
