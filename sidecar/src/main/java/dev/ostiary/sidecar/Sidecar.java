package dev.ostiary.sidecar;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.ostiary.log.Health;
import dev.ostiary.sidecar.bundle.AdminPolicies;
import dev.ostiary.sidecar.config.Config;
import dev.ostiary.sidecar.decide.Admission;
import dev.ostiary.sidecar.decide.Snapshot;
import dev.ostiary.sidecar.door.Asking;
import dev.ostiary.sidecar.facts.FactLog;
import dev.ostiary.sidecar.identity.Tokens;
import dev.ostiary.sidecar.limit.FairShare;
import dev.ostiary.sidecar.metrics.Meters;
import dev.ostiary.sidecar.record.Clock;
import dev.ostiary.sidecar.record.ClockSteps;
import dev.ostiary.sidecar.record.DecisionIds;
import dev.ostiary.sidecar.record.DiskRation;
import dev.ostiary.sidecar.record.Erasure;
import dev.ostiary.sidecar.record.Intake;
import dev.ostiary.sidecar.record.Recorder;
import dev.ostiary.sidecar.record.Refusals;
import dev.ostiary.sidecar.record.Retention;
import dev.ostiary.sidecar.sign.SigningException;
import dev.ostiary.sidecar.sign.TrustedKeys;
import dev.ostiary.sidecar.subjects.Subjects;
import dev.ostiary.sidecar.trace.Spans;
import dev.ostiary.sidecar.trace.Tracing;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;

/**
 * One sidecar: its logs, its doors, and what keeps them going.
 *
 * <p>It starts without a bundle, and then answers UNAVAILABLE until one is activated. {@link
 * #close} drains it: calls that are open get their answers, and the log gets its last entry.
 */
public final class Sidecar implements AutoCloseable {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration CLOCK_EVERY = Duration.ofSeconds(1);
  private static final Duration HEALTH_EVERY = Duration.ofMillis(100);
  private static final Duration FOLLOW_EVERY = Duration.ofMillis(50);

  private final Config config;
  private final Journal journal;
  private final Meters meters = new Meters();
  private final FactLog facts;
  private final Subjects subjects;
  private final Recorder recorder;
  private final Loops loops;
  private final Doors doors;
  private final Optional<Tokens> tokens;
  private final Activations activations;
  private final Upkeep upkeep;
  private final DiskRation disk;
  private final Spans spans;
  private final FairShare questions;
  private final FairShare connections;
  private volatile boolean closing;
  private volatile boolean wasReady;

  /**
   * Starts a sidecar; it returns when it listens.
   *
   * @param out where events go, a line each
   * @throws StartException with the reason, in one line
   */
  public static Sidecar start(Config config, PrintStream out) throws StartException {
    var data = DataDirectory.open(config);
    var journal = new Journal(out, config.jsonOutput());
    data.epoch().notices().forEach(journal::say);
    var book = Book.open(data, journal);
    try {
      return new Sidecar(config, journal, book);
    } catch (StartException | RuntimeException e) {
      book.close();
      throw e;
    }
  }

  private Sidecar(Config config, Journal journal, Book book) throws StartException {
    var data = book.data();
    var clock = book.clock();
    var log = book.decisions();
    this.config = config;
    this.journal = journal;
    this.facts = book.facts();
    this.subjects = book.subjects();
    var refusals = new Refusals();
    this.spans = config.traces().<Spans>map(to -> new Tracing(to, version())).orElse(Spans.NONE);
    this.disk = new DiskRation(data.decisions(), config.reserveBytes(), config.scarceBytes());
    this.questions = new FairShare(config.limits().questions());
    this.connections = new FairShare(Math.min(config.limits().connections(), openFiles() / 2));
    var ids = new DecisionIds(new SecureRandom().nextLong());
    this.recorder =
        new Recorder(
            log,
            data.decisionsOrigin(),
            clock,
            ids,
            refusals,
            config.observe(),
            new Intake(log, new FairShare(config.limits().pendingBytes()), disk, data.lag()),
            subjects);
    recorder.started(version(), data.epoch().before());
    var erasure = new Erasure(facts, subjects, recorder);
    try {
      erasure.finish();
      recorder.keyRotated();
    } catch (IOException e) {
      throw new StartException(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartException("interrupted");
    }
    this.activations =
        new Activations(
            facts,
            recorder,
            journal,
            meters,
            config.data(),
            keys(config.recoveryKeys(), 1, "recovery.keys"),
            config.dev(),
            keys(config.bundleKeys(), config.bundleThreshold(), "bundle.keys"));
    var admission =
        new Admission(
            ownUid(),
            config.svidType(),
            () -> facts.snapshot().flatMap(s -> s.bundle().admin()).orElse(AdminPolicies.BUILT_IN));
    this.loops = Loops.open(config);
    var retention = new Retention(log, recorder, data.decisions(), clock);
    this.upkeep = new Upkeep(loops.vertx(), facts, retention, disk, journal, () -> closing);
    this.tokens = config.jwt().map(jwt -> new Tokens(jwt, () -> clock.micros() / 1_000));
    var asking =
        new Asking(facts::snapshot, recorder, clock, refusals, meters, tokens, questions, spans);
    try {
      this.doors =
          new Doors(
              config,
              journal,
              meters,
              loops,
              book,
              asking,
              recorder,
              erasure,
              admission,
              connections,
              this::unready);
    } catch (StartException e) {
      loops.close(journal);
      throw e;
    }
    Gauges.show(this, facts, questions, connections, meters);
    LogMeters.show(recorder, meters);
    LogMeters.showStore(recorder, meters);
    try {
      activations.begin(config.bundle());
      listen();
    } catch (StartException | RuntimeException e) {
      doors.stop();
      loops.close(journal);
      throw e;
    }
  }

  private static Optional<TrustedKeys> keys(Optional<Path> file, int threshold, String key)
      throws StartException {
    if (file.isEmpty()) return Optional.empty();
    try {
      return Optional.of(TrustedKeys.read(file.get(), threshold));
    } catch (SigningException e) {
      throw new StartException(key + ": " + e.getMessage());
    }
  }

  private void listen() throws StartException {
    doors.listen();
    watchHealth();
    var vertx = loops.vertx();
    vertx.setPeriodic(HEALTH_EVERY.toMillis(), _ -> watchHealth());
    vertx.setPeriodic(SECOND.toMillis(), _ -> everySecond());
    var steps = new ClockSteps(Clock::systemMicros, System::nanoTime);
    vertx.setPeriodic(CLOCK_EVERY.toMillis(), _ -> watchClock(steps));
    doors.certificates().ifPresent(kept -> upkeep.watch(config.watchEvery(), kept));
    upkeep.begin();
    vertx.setPeriodic(FOLLOW_EVERY.toMillis(), _ -> doors.look());
    vertx.setPeriodic(config.watchEvery().toMillis(), _ -> lookForBundle());
    doors.tell();
  }

  /** Looks at the bundle on a worker thread; a look that is still under way is not doubled. */
  private void lookForBundle() {
    if (closing || !activations.claim()) return;
    loops
        .vertx()
        .executeBlocking(
            () -> {
              activations.look();
              return true;
            },
            true);
  }

  private void everySecond() {
    recorder.flushRefusals();
    questions.forgetIdle();
    connections.forgetIdle();
  }

  /** How many files and connections the system lets the process open. */
  private static long openFiles() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getMaxFileDescriptorCount()
        : Long.MAX_VALUE;
  }

  private void watchClock(ClockSteps steps) {
    long step = steps.look();
    if (closing || step == 0) return;
    recorder.clockStepped(step);
    journal.say("the system's clock was set by " + step / 1_000 + " ms");
  }

  private void watchHealth() {
    if (closing) return;
    var unready = unready();
    if (unready.isEmpty() == wasReady) return;
    wasReady = unready.isEmpty();
    doors.serving(wasReady);
    journal.say(wasReady ? "ready" : "not ready: " + unready.orElse(""));
  }

  /** Why it cannot decide or write now; empty if it can. */
  public Optional<String> unready() {
    if (closing) return Optional.of("the sidecar is stopping");
    if (facts.snapshot().isEmpty()) return Optional.of("no bundle has been activated yet");
    return switch (recorder.health()) {
      case Health.Writable() -> Optional.empty();
      case Health.Unwritable(_, String detail) ->
          Optional.of("the decision log takes no entry: " + detail);
    };
  }

  /** The bundle in force, if there is one. */
  public Optional<Snapshot> snapshot() {
    return facts.snapshot();
  }

  /** HOST:PORT of the gRPC door on TCP; empty where it is off. */
  public Optional<String> grpcAddress() {
    return doors.grpcAddress();
  }

  /** HOST:PORT of the HTTP door; empty where it is off. */
  public Optional<String> httpAddress() {
    return doors.httpAddress();
  }

  /** The Unix socket of the gRPC door; empty where it is off. */
  public Optional<Path> socket() {
    return config.socket();
  }

  /** The Unix socket on which facts are taken. */
  public Path adminSocket() {
    return config.adminSocket();
  }

  /** Number of entries of the decision log that are fsynced. */
  public long syncedEntries() {
    return recorder.syncedSize();
  }

  /** HOST:PORT of metrics and health. */
  public String adminAddress() {
    return doors.adminAddress();
  }

  /** Version of the program. */
  public static String version() {
    String version = Sidecar.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  private static long ownUid() throws StartException {
    try {
      return ((Number) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).longValue();
    } catch (IOException | UnsupportedOperationException e) {
      throw new StartException("expected Linux: /proc/self cannot be read");
    }
  }

  /**
   * Stops in order: health says so, no call is taken, those that are open end, the log gets its
   * last entry. Blocks; a second call does nothing.
   */
  @Override
  public void close() {
    if (closing) return;
    closing = true;
    journal.say("stopping");
    doors.drain();
    tokens.ifPresent(Tokens::close);
    activations.close();
    spans.close();
    recorder.close();
    facts.close();
    subjects.close();
    loops.close(journal);
    journal.say("stopped");
  }
}
