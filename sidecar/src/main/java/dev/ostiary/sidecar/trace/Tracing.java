package dev.ostiary.sidecar.trace;

import com.google.protobuf.ByteString;
import dev.ostiary.sidecar.decide.Answer;
import dev.ostiary.sidecar.record.Call;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Sends spans by OTLP over HTTP: of each decision whose caller's trace is sampled, its way from the
 * door, the decision, and the log. Any thread; what cannot be sent in time is dropped, and no
 * answer waits for it.
 *
 * <p>Spans say which decision it was, and nothing that came with the question: the entry has that.
 */
public final class Tracing implements Spans {
  private static final AttributeKey<String> DOOR = AttributeKey.stringKey("authz.door");
  private static final AttributeKey<String> DECISION = AttributeKey.stringKey("authz.decision");
  private static final AttributeKey<String> ID = AttributeKey.stringKey("authz.decision_id");
  private static final AttributeKey<String> REASON = AttributeKey.stringKey("authz.reason_code");
  private static final AttributeKey<Long> POLICY = AttributeKey.longKey("authz.policy_revision");
  private static final AttributeKey<Long> DATA = AttributeKey.longKey("authz.data_revision");
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final HexFormat HEX = HexFormat.of();

  private final SdkTracerProvider provider;
  private final Tracer tracer;

  /**
   * Sends to {@code endpoint}, such as {@code http://127.0.0.1:4318/v1/traces}.
   *
   * @param version of the program
   */
  public Tracing(String endpoint, String version) {
    var exporter =
        OtlpHttpSpanExporter.builder().setEndpoint(endpoint).setTimeout(PATIENCE).build();
    this.provider =
        SdkTracerProvider.builder()
            .setResource(
                Resource.create(
                    Attributes.of(
                        AttributeKey.stringKey("service.name"),
                        "ostiary",
                        AttributeKey.stringKey("service.version"),
                        version)))
            .addSpanProcessor(BatchSpanProcessor.builder(exporter).setScheduleDelay(EVERY).build())
            .build();
    this.tracer = provider.get("dev.ostiary");
  }

  @Override
  public void answered(Call call, Answer answer, byte[] id, long decidedNanos, boolean written) {
    var trace = call.trace();
    if (!trace.sampled()) return;
    long now = System.nanoTime();
    long nowEpoch = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    var remote =
        SpanContext.createFromRemoteParent(
            hex(trace.traceId()),
            hex(trace.spanId()),
            TraceFlags.getSampled(),
            TraceState.getDefault());
    var door =
        tracer
            .spanBuilder("authz " + name(call))
            .setSpanKind(SpanKind.SERVER)
            .setParent(Context.root().with(Span.wrap(remote)))
            .setStartTimestamp(nowEpoch - (now - call.arrivedNanos()), TimeUnit.NANOSECONDS)
            .setAttribute(DOOR, name(call))
            .setAttribute(DECISION, answer.allowed() ? "allow" : "deny")
            .setAttribute(ID, HEX.formatHex(id))
            .setAttribute(REASON, reason(answer))
            .setAttribute(POLICY, answer.policyRevision().size())
            .setAttribute(DATA, answer.dataRevision().size())
            .startSpan();
    if (decidedNanos != 0) parts(door, call, decidedNanos, now, nowEpoch, written);
    if (!written) door.setStatus(StatusCode.ERROR);
    door.end(nowEpoch, TimeUnit.NANOSECONDS);
  }

  private void parts(
      Span door, Call call, long decidedNanos, long now, long nowEpoch, boolean written) {
    var within = Context.root().with(door);
    long decidedEpoch = nowEpoch - (now - decidedNanos);
    tracer
        .spanBuilder("authz.decide")
        .setParent(within)
        .setStartTimestamp(nowEpoch - (now - call.arrivedNanos()), TimeUnit.NANOSECONDS)
        .startSpan()
        .end(decidedEpoch, TimeUnit.NANOSECONDS);
    var log =
        tracer
            .spanBuilder("authz.log")
            .setParent(within)
            .setStartTimestamp(decidedEpoch, TimeUnit.NANOSECONDS)
            .startSpan();
    if (!written) log.setStatus(StatusCode.ERROR);
    log.end(nowEpoch, TimeUnit.NANOSECONDS);
  }

  private static String name(Call call) {
    return call.door().name().substring("DOOR_".length()).toLowerCase(Locale.ROOT);
  }

  private static String reason(Answer answer) {
    return answer.reasonCode().name().substring("REASON_CODE_".length()).toLowerCase(Locale.ROOT);
  }

  private static String hex(ByteString bytes) {
    return HEX.formatHex(bytes.toByteArray());
  }

  @Override
  public void close() {
    provider.shutdown().join(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }
}
