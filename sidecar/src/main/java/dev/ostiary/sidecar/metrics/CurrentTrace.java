package dev.ostiary.sidecar.metrics;

import com.google.protobuf.ByteString;
import dev.ostiary.sidecar.record.Call.Trace;
import io.micrometer.core.instrument.Timer;
import io.prometheus.metrics.tracer.common.SpanContext;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The caller's trace while its latency is recorded, so that a histogram can name an example. */
final class CurrentTrace implements SpanContext {
  private static final HexFormat HEX = HexFormat.of();
  private static final ThreadLocal<Trace> CURRENT = ThreadLocal.withInitial(() -> Trace.NONE);

  /** Records {@code nanos} with {@code trace} as an example, if there is one. */
  void during(Trace trace, Timer timer, long nanos) {
    if (trace.traceId().isEmpty()) {
      timer.record(nanos, TimeUnit.NANOSECONDS);
      return;
    }
    CURRENT.set(trace);
    try {
      timer.record(nanos, TimeUnit.NANOSECONDS);
    } finally {
      CURRENT.set(Trace.NONE);
    }
  }

  @Override
  public @Nullable String getCurrentTraceId() {
    return hex(CURRENT.get().traceId());
  }

  @Override
  public @Nullable String getCurrentSpanId() {
    return hex(CURRENT.get().spanId());
  }

  private static @Nullable String hex(ByteString id) {
    return id.isEmpty() ? null : HEX.formatHex(id.toByteArray());
  }

  @Override
  public boolean isCurrentSpanSampled() {
    return !CURRENT.get().traceId().isEmpty();
  }

  @Override
  public void markCurrentSpanAsExemplar() {}
}
