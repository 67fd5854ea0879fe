package dev.ostiary.sidecar.trace;

import dev.ostiary.sidecar.decide.Answer;
import dev.ostiary.sidecar.record.Call;

/** Takes what a trace shows of a decision. Any thread; never blocks but in {@link #close}. */
public interface Spans extends AutoCloseable {
  /** Where nobody configured traces: nothing of OpenTelemetry is loaded. */
  Spans NONE =
      new Spans() {
        @Override
        public void answered(
            Call call, Answer answer, byte[] id, long decidedNanos, boolean written) {}

        @Override
        public void close() {}
      };

  /**
   * A decision was written, or could not be.
   *
   * @param id its 16 bytes
   * @param decidedNanos {@link System#nanoTime} when it went to the log; 0 where that was with
   *     others
   */
  void answered(Call call, Answer answer, byte[] id, long decidedNanos, boolean written);

  @Override
  void close();
}
