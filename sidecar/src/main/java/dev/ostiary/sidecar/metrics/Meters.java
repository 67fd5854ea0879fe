package dev.ostiary.sidecar.metrics;

import dev.ostiary.record.v1.Door;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.record.Call;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;

/**
 * The meters of one process. Any thread; all are made at the start, so that counting looks up
 * nothing.
 */
public final class Meters {
  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
  private static final String OPEN_METRICS =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";

  /**
   * Policy revisions whose decisions are shown: those in force, and one before for what is late.
   */
  private static final int REVISIONS = 2;

  private final CurrentTrace trace = new CurrentTrace();
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(
          PrometheusConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM, trace);
  private volatile List<Decided> decided = List.of();
  private final Map<Door, Timer> latency = new EnumMap<>(Door.class);
  private final Map<Refused.Why, Counter> refused = new EnumMap<>(Refused.Why.class);
  private final LongAdder calls = new LongAdder();
  private final Counter connectionsRefused;
  private final Counter connectionsEnded;

  /** All meters at zero. */
  public Meters() {
    for (var door : Door.values()) {
      if (door == Door.UNRECOGNIZED || door == Door.DOOR_UNSPECIFIED) continue;
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
    connectionsRefused =
        counter("ostiary.connections.refused", "connections over their caller's share");
    connectionsEnded =
        counter("ostiary.connections.ended", "HTTP/2 connections ended for what they did");
    gauge("ostiary.calls.open", "calls that are not finished", this, Meters::openCalls);
  }

  /** Decisions of one policy revision. */
  private final class Decided {
    private final long revision;
    private final Map<Door, Counter> allowed = new EnumMap<>(Door.class);
    private final Map<Door, Counter> denied = new EnumMap<>(Door.class);

    Decided(long revision) {
      this.revision = revision;
      for (var door : latency.keySet()) {
        allowed.put(door, counter(door, "allow"));
        denied.put(door, counter(door, "deny"));
      }
    }

    private Counter counter(Door door, String decision) {
      return Counter.builder("ostiary.decisions")
          .description("answers given")
          .tag("door", name(door))
          .tag("decision", decision)
          .tag("policy_revision", Long.toString(revision))
          .register(registry);
    }

    void remove() {
      allowed.values().forEach(registry::remove);
      denied.values().forEach(registry::remove);
    }
  }

  /** The counters of a revision; those of the oldest go where there are too many. */
  private synchronized Decided made(long revision) {
    for (var known : decided) if (known.revision == revision) return known;
    var revisions = new ArrayList<Decided>();
    revisions.add(new Decided(revision));
    revisions.addAll(decided);
    while (revisions.size() > REVISIONS) revisions.removeLast().remove();
    decided = List.copyOf(revisions);
    return revisions.getFirst();
  }

  private Decided of(long revision) {
    for (var known : decided) if (known.revision == revision) return known;
    return made(revision);
  }

  private static String name(Door door) {
    return door.name().substring("DOOR_".length()).toLowerCase(Locale.ROOT);
  }

  /**
   * An answer left.
   *
   * @param revision size of the fact log at the activation that it was made by
   */
  public void decided(Call call, boolean allow, long revision) {
    var of = of(revision);
    var counter = (allow ? of.allowed : of.denied).get(call.door());
    if (counter != null) counter.increment();
    var timer = latency.get(call.door());
    if (timer == null) return;
    trace.during(call.trace(), timer, System.nanoTime() - call.arrivedNanos());
  }

  /** A question got no decision. */
  public void refused(Refused.Why why) {
    var counter = refused.get(why);
    if (counter != null) counter.increment();
  }

  /** A connection was over its caller's share. */
  public void connectionRefused() {
    connectionsRefused.increment();
  }

  /** A connection was ended with an error. */
  public void connectionEnded() {
    connectionsEnded.increment();
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

  /**
   * All meters in Prometheus' text format, or in OpenMetrics, which has exemplars.
   *
   * @param accept what the reader asks for; empty if it does not say
   */
  public Page scrape(String accept) {
    boolean open = accept.contains("application/openmetrics-text");
    String type = open ? OPEN_METRICS : TEXT;
    return new Page(type, registry.scrape(type));
  }

  /** What is shown, with its media type. */
  public record Page(String contentType, String text) {}
}
