package dev.ostiary.sidecar.cli;

import dev.ostiary.cedar.syntax.PolicyParser;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.record.v1.DecisionRecord;
import dev.ostiary.v1.Decision;
import dev.ostiary.v1.EntityUid;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Options that say which records of a decision log are meant: those to which all that is given
 * applies; of a batch, to the same item. Options other than times mean decisions alone.
 */
final class EntryFilter {
  @Option(
      names = "--principal",
      paramLabel = "UID",
      description = "Decisions on this principal, as Cedar writes it: 'User::\"dan\"'.")
  private @Nullable String principal;

  @Option(
      names = "--action",
      paramLabel = "UID",
      description = "Decisions on this action: 'Action::\"describe\"'.")
  private @Nullable String action;

  @Option(
      names = "--resource",
      paramLabel = "UID",
      description = "Decisions on this resource: 'Project::\"atlas\"'.")
  private @Nullable String resource;

  @Option(
      names = "--decision",
      paramLabel = "allow|deny",
      description = "Decisions with this outcome.")
  private @Nullable String decision;

  @Option(
      names = "--policy",
      paramLabel = "ID",
      description = "Decisions that this policy determined, or could not be evaluated for.")
  private @Nullable String policy;

  @Option(
      names = "--correlation",
      paramLabel = "ID",
      description = "Decisions on questions with this id of the caller's own.")
  private @Nullable String correlation;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Records from this time on: 2026-01-31T12:00:00Z.")
  private @Nullable String since;

  @Option(names = "--until", paramLabel = "TIME", description = "Records before this time.")
  private @Nullable String until;

  /** The records that are meant. */
  Predicate<DecisionLogEntry> entries() {
    long from = micros("--since", since, Long.MIN_VALUE);
    long to = micros("--until", until, Long.MAX_VALUE);
    Predicate<DecisionLogEntry> inTime =
        entry -> entry.getTimeMicros() >= from && entry.getTimeMicros() < to;
    Predicate<DecisionRecord> wanted = decisions();
    if (!asksForDecisions()) return inTime;
    return inTime.and(entry ->
        (entry.hasDecision() && wanted.test(entry.getDecision()))
            || entry.getBatch().getItemsList().stream().anyMatch(wanted));
  }

  private boolean asksForDecisions() {
    return principal != null
        || action != null
        || resource != null
        || decision != null
        || policy != null
        || correlation != null;
  }

  private Predicate<DecisionRecord> decisions() {
    Predicate<DecisionRecord> wanted = _ -> true;
    if (principal != null) {
      EntityUid uid = uid("--principal", principal);
      wanted = wanted.and(record -> record.getPrincipal().equals(uid));
    }
    if (action != null) {
      EntityUid uid = uid("--action", action);
      wanted = wanted.and(record -> record.getAction().equals(uid));
    }
    if (resource != null) {
      EntityUid uid = uid("--resource", resource);
      wanted = wanted.and(record -> record.getResource().equals(uid));
    }
    if (decision != null) {
      Decision outcome = outcome(decision);
      wanted = wanted.and(record -> record.getDecision() == outcome);
    }
    if (policy != null) {
      String id = policy;
      wanted =
          wanted.and(record ->
              record.getPolicyIdsList().contains(id)
                  || record.getErrorsList().stream().anyMatch(e -> e.getPolicyId().equals(id)));
    }
    if (correlation != null) {
      String id = correlation;
      wanted = wanted.and(record -> record.getCorrelationId().equals(id));
    }
    return wanted;
  }

  private static Decision outcome(String text) {
    return switch (text) {
      case "allow" -> Decision.DECISION_ALLOW;
      case "deny" -> Decision.DECISION_DENY;
      default -> throw new UserException("--decision: expected allow or deny, got `" + text + "`");
    };
  }

  private static EntityUid uid(String option, String text) {
    try {
      var uid = PolicyParser.entityUid(new Source(option, text));
      return EntityUid.newBuilder().setType(uid.type()).setId(uid.id()).build();
    } catch (SourceException e) {
      throw new UserException(e.errors().getFirst().withCaret());
    }
  }

  private static long micros(String option, @Nullable String text, long absent) {
    if (text == null) return absent;
    try {
      return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(text));
    } catch (DateTimeParseException e) {
      throw new UserException(
          option + ": expected a time such as 2026-01-31T12:00:00Z, got `" + text + "`");
    }
  }
}
