package dev.ostiary.sidecar;

import dev.ostiary.sidecar.bundle.Bundle;
import dev.ostiary.sidecar.decide.Snapshot;
import dev.ostiary.sidecar.facts.ActivationException;
import dev.ostiary.sidecar.facts.FactLog;
import dev.ostiary.sidecar.facts.Recovery;
import dev.ostiary.sidecar.metrics.Meters;
import dev.ostiary.sidecar.record.Recorder;
import dev.ostiary.sidecar.sign.Envelope;
import dev.ostiary.sidecar.sign.SigningException;
import dev.ostiary.sidecar.sign.TrustedKeys;
import dev.ostiary.sidecar.watch.BundleWatcher;
import dev.ostiary.sidecar.watch.BundleWatcher.Seen;
import io.micrometer.core.instrument.Counter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Brings bundles into force: what the watched directory holds becomes a fact, the fact a snapshot.
 * What is broken is reported, and the bundle in force stays.
 */
final class Activations {
  private final FactLog facts;
  private final Recorder recorder;
  private final Journal journal;
  private final Counter activated;
  private final Counter refused;
  private final AtomicBoolean looking = new AtomicBoolean();
  private final ReentrantLock work = new ReentrantLock();
  private final Path data;
  private final Optional<TrustedKeys> recoveryKeys;
  private final boolean dev;
  private final Optional<TrustedKeys> keys;
  private Optional<BundleWatcher> watcher = Optional.empty();
  private boolean closed;
  private volatile boolean broken;

  /**
   * Brings bundles into force.
   *
   * @param dev whether they may be unsigned
   * @param data where a recovery is put
   * @param recoveryKeys whose signatures it needs; empty where there is none
   * @param keys whose signatures they need; empty where there is no directory, or with {@code dev}
   */
  Activations(
      FactLog facts,
      Recorder recorder,
      Journal journal,
      Meters meters,
      Path data,
      Optional<TrustedKeys> recoveryKeys,
      boolean dev,
      Optional<TrustedKeys> keys) {
    this.data = data;
    this.recoveryKeys = recoveryKeys;
    this.dev = dev;
    this.keys = keys;
    this.facts = facts;
    this.recorder = recorder;
    this.journal = journal;
    this.activated = meters.counter("ostiary.bundle.activations", "bundles that came into force");
    this.refused = meters.counter("ostiary.bundle.refusals", "bundles that did not");
    meters.gauge(
        "ostiary.bundle.broken",
        "1 if the bundle directory holds what cannot be activated",
        this,
        a -> a.broken ? 1 : 0);
    meters.gauge(
        "ostiary.bundle.unchecked",
        "1 if bundles come into force unsigned, with --dev",
        this,
        a -> a.dev ? 1 : 0);
  }

  /** Reports what the fact log holds, and takes up the directory. */
  void begin(Optional<Path> directory) throws StartException {
    if (dev) journal.say("WARNING: --dev: bundles come into force unsigned, whoever wrote them");
    facts.beforeInForce(this::record);
    facts.snapshot().ifPresent(this::record);
    facts.snapshot().ifPresent(snapshot -> inForce(snapshot, "in force again"));
    watcher = directory.map(path -> new BundleWatcher(path, keys));
    watcher.ifPresent(w -> take(w.first()));
    if (dev) return;
    var unchecked = facts.snapshot().map(Snapshot::bundle).filter(b -> b.signed().isEmpty());
    if (unchecked.isPresent())
      throw new StartException(
          "expected a bundle that is signed, but "
              + unchecked.get()
              + " is in force from a start with --dev; sign it and give it as `bundle`, or start"
              + " with --dev");
  }

  /** Whether the caller may look now; {@link #look} gives the claim back. */
  boolean claim() {
    return looking.compareAndSet(false, true);
  }

  /** Looks for a change of the directory. Blocks. */
  void look() {
    work.lock();
    try {
      if (closed) return;
      watcher.ifPresent(w -> take(w.look()));
      if (recoveryKeys.isPresent()) lookForRecovery(recoveryKeys.get());
    } finally {
      work.unlock();
      looking.set(false);
    }
  }

  private void lookForRecovery(TrustedKeys trusted) {
    Path file = data.resolve(Recovery.FILE);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) return;
    try {
      byte[] envelope;
      try (var in = Files.newInputStream(file)) {
        envelope = in.readNBytes(Envelope.MAX_BYTES + 1);
      }
      Files.delete(file);
      var signed = facts.recovery().check(envelope, trusted);
      inForce(facts.recover(signed), "recovered by " + String.join(", ", signed.keyIds()));
    } catch (IOException | SigningException | ActivationException e) {
      journal.say("recovery refused: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Looks no more; waits for a look that is under way. */
  void close() {
    work.lock();
    try {
      closed = true;
    } finally {
      work.unlock();
    }
  }

  private void take(Seen seen) {
    switch (seen) {
      case Seen.Same() -> {}
      case Seen.Changed(var bundle) -> activate(bundle);
      case Seen.Unreadable(var faults) -> refuse(String.join("\n  ", faults));
    }
  }

  private void activate(Bundle bundle) {
    try {
      bring(bundle);
    } catch (RuntimeException | StackOverflowError defect) {
      refuse("the sidecar failed on it: " + defect); // what is in force must stay so
    }
  }

  private void bring(Bundle bundle) {
    var before = facts.snapshot();
    try {
      Snapshot after = facts.activate(bundle);
      broken = false;
      boolean same =
          before.isPresent() && before.get().policyRevision().equals(after.policyRevision());
      if (!same) {
        activated.increment();
        inForce(after, "activated");
      }
    } catch (ActivationException e) {
      refuse(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void record(Snapshot snapshot) {
    recorder.activated(snapshot.bundle(), snapshot.policyRevision());
  }

  private void inForce(Snapshot snapshot, String what) {
    var bundle = snapshot.bundle();
    journal.say(
        "bundle %s version %d %s at revision %s, digest %s, %s, %d policies, worst candidate count %d"
            .formatted(
                bundle.name(),
                bundle.version(),
                what,
                snapshot.policyRevision(),
                HexFormat.of().formatHex(bundle.digest(), 0, 8),
                signers(bundle),
                bundle.policies().size(),
                snapshot.worstCandidateCount()));
    bundle.warnings().forEach(warning -> journal.say("warning: " + warning));
  }

  private static String signers(Bundle bundle) {
    return bundle
        .signed()
        .map(signed ->
            "signed by "
                + String.join(
                    ", ", signed.keyIds().stream().map(id -> id.substring(0, 8)).toList()))
        .orElse("unsigned (--dev)");
  }

  private void refuse(String faults) {
    broken = true;
    refused.increment();
    String stays =
        facts
            .snapshot()
            .map(s ->
                "; " + s.bundle().name() + " version " + s.bundle().version() + " stays in force")
            .orElse("; nothing is in force");
    journal.say("bundle refused" + stays + "\n  " + faults);
  }
}
