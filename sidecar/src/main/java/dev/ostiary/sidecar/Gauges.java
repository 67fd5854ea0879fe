package dev.ostiary.sidecar;

import dev.ostiary.sidecar.decide.Snapshot;
import dev.ostiary.sidecar.facts.FactLog;
import dev.ostiary.sidecar.limit.FairShare;
import dev.ostiary.sidecar.metrics.Meters;

/** What a sidecar shows of itself. */
final class Gauges {
  private Gauges() {}

  static void show(
      Sidecar sidecar, FactLog facts, FairShare questions, FairShare connections, Meters meters) {
    meters.gauge(
        "ostiary.ready",
        "1 if it can decide and write",
        sidecar,
        s -> s.unready().isEmpty() ? 1 : 0);
    meters.gauge(
        "ostiary.revision.policy",
        "size of the fact log at the activation in force",
        facts,
        f -> f.snapshot().map(s -> s.policyRevision().size()).orElse(0L));
    meters.gauge(
        "ostiary.revision.data",
        "size of the fact log at the last fact folded",
        facts,
        f -> f.snapshot().map(s -> s.dataRevision().size()).orElse(0L));
    meters.gauge(
        "ostiary.bundle.version",
        "version of the bundle in force",
        facts,
        f -> f.snapshot().map(s -> s.bundle().version()).orElse(0L));
    meters.gauge(
        "ostiary.policies",
        "policies in force",
        facts,
        f -> f.snapshot().map(s -> s.bundle().policies().size()).orElse(0));
    meters.gauge(
        "ostiary.policies.worst.candidates",
        "of these, how many one question may make the engine look at",
        facts,
        f -> f.snapshot().map(Snapshot::worstCandidateCount).orElse(0));
    meters.gauge(
        "ostiary.questions.open",
        "questions that are not answered yet",
        questions,
        FairShare::taken);
    meters.gauge(
        "ostiary.connections.open", "connections of all doors", connections, FairShare::taken);
  }
}
