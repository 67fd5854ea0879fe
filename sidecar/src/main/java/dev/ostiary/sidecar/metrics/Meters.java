package dev.ostiary.sidecar.metrics;

import dev.ostiary.record.v1.Door;
import dev.ostiary.sidecar.decide.Refused;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;

/**
 * The meters of one process. Any thread; all are made at the start, so that counting looks up
 * nothing.
 */
public final class Meters {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<Door, Counter> allowed = new EnumMap<>(Door.class);
  private final Map<Door, Counter> denied = new EnumMap<>(Door.class);
  private final Map<Door, Timer> latency = new EnumMap<>(Door.class);
  private final Map<Refused.Why, Counter> refused = new EnumMap<>(Refused.Why.class);
  private final LongAdder calls = new LongAdder();

  /** All meters at zero. */
  public Meters() {
    for (var door : Door.values()) {
      if (door == Door.UNRECOGNIZED || door == Door.DOOR_UNSPECIFIED) continue;
      allowed.put(door, decisions(door, "allow"));
      denied.put(door, decisions(door, "deny"));
      latency.put(
          door,
          Timer.builder("ostiary.decision.latency")
              .description("from a question's arrival to its answer, log included")
              .tag("door", name(door))
              .serviceLevelObjectives(
                  Duration.ofNanos(50_000),
                  Duration.ofNanos(100_000),
                  Duration.ofNanos(250_000),
                  Duration.ofNanos(500_000),
                  Duration.ofMillis(1),
                  Duration.ofMillis(5),
                  Duration.ofMillis(25),
                  Duration.ofMillis(100),
                  Duration.ofSeconds(1))
              .register(registry));
    }
    for (var why : Refused.Why.values()) {
      refused.put(
          why,
          Counter.builder("ostiary.refusals")
              .description("questions that got no decision")
              .tag("reason", why.name().toLowerCase(Locale.ROOT))
              .register(registry));
    }
    gauge("ostiary.calls.open", "calls that are not finished", this, Meters::openCalls);
  }

  private Counter decisions(Door door, String decision) {
    return Counter.builder("ostiary.decisions")
        .description("answers given")
        .tag("door", name(door))
        .tag("decision", decision)
        .register(registry);
  }

  private static String name(Door door) {
    return door.name().substring("DOOR_".length()).toLowerCase(Locale.ROOT);
  }

  /** An answer left. */
  public void decided(Door door, boolean allow, long nanos) {
    var counter = (allow ? allowed : denied).get(door);
    if (counter != null) counter.increment();
    var timer = latency.get(door);
    if (timer != null) timer.record(nanos, TimeUnit.NANOSECONDS);
  }

  /** A question got no decision. */
  public void refused(Refused.Why why) {
    var counter = refused.get(why);
    if (counter != null) counter.increment();
  }

  /** A call began. */
  public void callOpened() {
    calls.increment();
  }

  /** A call ended. */
  public void callClosed() {
    calls.decrement();
  }

  /** Number of calls that are not finished; zero only if there are none, while none begins. */
  public long openCalls() {
    return calls.sum();
  }

  /** Shows a number that {@code source} knows. */
  public <T> void gauge(String name, String description, T source, ToDoubleFunction<T> number) {
    Gauge.builder(name, source, number)
        .description(description)
        .strongReference(true)
        .register(registry);
  }

  /** Shows a number that {@code source} knows and that only rises. */
  public <T> void total(String name, String description, T source, ToDoubleFunction<T> number) {
    FunctionCounter.builder(name, source, number).description(description).register(registry);
  }

  /** A counter of its own. */
  public Counter counter(String name, String description) {
    return Counter.builder(name).description(description).register(registry);
  }

  /** All meters in Prometheus' text format. */
  public String scrape() {
    return registry.scrape();
  }
}
