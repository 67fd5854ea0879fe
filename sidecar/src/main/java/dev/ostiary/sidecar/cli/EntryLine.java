package dev.ostiary.sidecar.cli;

import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.record.v1.DecisionRecord;
import dev.ostiary.v1.Decision;
import dev.ostiary.v1.EntityUid;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A record of the decision log for people: a line, and for a batch one more for each item. */
final class EntryLine {
  private EntryLine() {}

  /** The lines of the record at {@code index}. */
  static List<String> of(long index, DecisionLogEntry entry) {
    String head = index + " " + Instant.EPOCH.plus(entry.getTimeMicros(), ChronoUnit.MICROS) + " ";
    return switch (entry.getEntryCase()) {
      case STARTED -> {
        var started = entry.getStarted();
        String after = "";
        if (started.hasPrevious()) {
          var previous = started.getPrevious();
          after =
              ", after checkpoint %d of %s, root %s"
                  .formatted(
                      previous.getSize(),
                      previous.getOrigin(),
                      HexFormat.of().formatHex(previous.getRoot().toByteArray()));
        }
        yield List.of(head + "started, version " + started.getVersion() + after);
      }
      case CLOSED -> List.of(head + "closed");
      case POLICY_ACTIVATED -> {
        var activated = entry.getPolicyActivated();
        yield List.of(
            head
                + "activated bundle %s version %d at revision %d, sha256 %s"
                    .formatted(
                        activated.getName(),
                        activated.getVersion(),
                        activated.getRevision().getSize(),
                        HexFormat.of().formatHex(activated.getDigest().toByteArray()))
                + (activated.getUnchecked() ? ", unsigned" : "")
                + (activated.getRecoveryKeyIdsCount() > 0
                    ? ", recovered by " + String.join(", ", activated.getRecoveryKeyIdsList())
                    : ""));
      }
      case DECISION -> List.of(head + decision(entry.getDecision()));
      case BATCH -> {
        var lines = new ArrayList<String>();
        var items = entry.getBatch().getItemsList();
        lines.add(head + "batch of " + items.size());
        for (int i = 0; i < items.size(); i++) lines.add("  " + i + " " + decision(items.get(i)));
        yield lines;
      }
      case REFUSALS -> {
        var lines = new ArrayList<String>();
        lines.add(head + "calls without a decision");
        for (var refused : entry.getRefusals().getRefusedList()) {
          lines.add(
              "  %d of %s by %s: %s"
                  .formatted(
                      refused.getCount(),
                      refused.getMethod(),
                      uid(refused.getCaller()),
                      refused.getReason()));
        }
        yield lines;
      }
      case GAP ->
          List.of(
              head
                  + "gap: "
                  + entry.getGap().getCount()
                  + " decisions of class observe are not here");
      case CLOCK_STEP ->
          List.of(
              head
                  + "the system's clock was set by "
                  + entry.getClockStep().getStepMicros() / 1_000
                  + " ms");
      case PRUNED ->
          List.of(
              head
                  + "entries below "
                  + entry.getPruned().getFirstIndex()
                  + " are removed: written before "
                  + Instant.EPOCH.plus(entry.getPruned().getBeforeMicros(), ChronoUnit.MICROS));
      case REVEALED -> {
        var revealed = entry.getRevealed();
        String names =
            revealed.getNamesCount() == 0
                ? "all names"
                : revealed.getNamesCount() == 1 ? "1 name" : revealed.getNamesCount() + " names";
        yield List.of(
            head
                + names
                + " revealed to "
                + uid(revealed.getCaller())
                + (revealed.getPurpose().isEmpty() ? "" : " for " + quoted(revealed.getPurpose())));
      }
      case ERASED -> {
        var erased = entry.getErased();
        yield List.of(
            head
                + "erased "
                + uid(erased.getSubject())
                + (erased.getFacts() ? ", entity facts of it deleted" : "")
                + (erased.getBundles() > 0
                    ? ", struck out of " + erased.getBundles() + " earlier bundles"
                    : "")
                + (erased.hasCaller() ? ", for " + uid(erased.getCaller()) : ""));
      }
      case KEY_ROTATED ->
          List.of(
              head
                  + "key of "
                  + entry.getKeyRotated().getName()
                  + " replaced by "
                  + HexFormat.of().formatHex(entry.getKeyRotated().getKeyId().toByteArray()));
      case ENTRY_NOT_SET ->
          List.of(head + "a record of a later version, which this program cannot show");
    };
  }

  private static String decision(DecisionRecord record) {
    var line = new StringBuilder();
    line.append(record.getDecision() == Decision.DECISION_ALLOW ? "allow " : "deny  ");
    line.append(uid(record.getPrincipal())).append(' ');
    line.append(uid(record.getAction())).append(' ');
    line.append(uid(record.getResource()));
    line.append(" because ").append(name(record.getReasonCode().name(), "REASON_CODE_"));
    if (record.getPolicyIdsCount() > 0)
      line.append(": ").append(String.join(", ", record.getPolicyIdsList()));
    if (record.getObligationsCount() > 0) {
      line.append("; must ").append(String.join(", ", record.getObligationsList()));
    }
    for (var error : record.getErrorsList()) {
      line.append("; error");
      if (!error.getPolicyId().isEmpty()) line.append(" in ").append(error.getPolicyId());
      line.append(": ").append(error.getMessage());
    }
    line.append("; id ").append(HexFormat.of().formatHex(record.getDecisionId().toByteArray()));
    line.append(", caller ").append(uid(record.getCaller()));
    return line.toString();
  }

  private static String name(String constant, String prefix) {
    return constant.substring(prefix.length()).toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
  }

  private static String quoted(String text) {
    String named = dev.ostiary.cedar.EntityUid.of("T", text).toString();
    return named.substring("T::".length());
  }

  /** In Cedar's notation, which also makes control characters visible. */
  private static String uid(EntityUid uid) {
    return dev.ostiary.cedar.EntityUid.of(uid.getType(), uid.getId()).toString();
  }
}
