package dev.ostiary.sidecar.cli;

import dev.ostiary.v1.AdviceKind;
import dev.ostiary.v1.CheckResponse;
import dev.ostiary.v1.Decision;
import dev.ostiary.v1.ExplainResponse;
import dev.ostiary.v1.Outcome;
import dev.ostiary.v1.PolicyOutcome;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** An answer for people: the decision, below it why and what goes with it, a line each. */
final class AnswerText {
  private AnswerText() {}

  /** {@code allow} or {@code deny}. */
  static String decision(CheckResponse response) {
    return response.getDecision() == Decision.DECISION_ALLOW ? "allow" : "deny";
  }

  /** Why, and what goes with it. */
  static List<String> why(CheckResponse response) {
    var lines = new ArrayList<String>();
    switch (response.getReasonCode()) {
      case REASON_CODE_NO_PERMIT -> lines.add("no policy permits this");
      case REASON_CODE_ENTITY_UNKNOWN, REASON_CODE_FORBID_ERRORED -> {
        for (var error : response.getErrorsList()) {
          lines.add(
              (error.getPolicyId().isEmpty() ? "" : error.getPolicyId() + ": ")
                  + error.getMessage());
        }
      }
      case REASON_CODE_PERMITTED, REASON_CODE_FORBIDDEN, REASON_CODE_UNSPECIFIED, UNRECOGNIZED -> {}
    }
    for (var reason : response.getReasonsList()) {
      lines.add(reason.getPolicyId() + (reason.getText().isEmpty() ? "" : ": " + reason.getText()));
    }
    for (var obligation : response.getObligationsList()) lines.add("must: " + obligation.getName());
    for (var advice : response.getAdviceList()) {
      lines.add(
          (advice.getKind() == AdviceKind.ADVICE_KIND_STEP_UP ? "step up: " : "can be requested: ")
              + advice.getName());
    }
    return lines;
  }

  /** Under which name and at which place the answer is written down, and what it rests on. */
  static String receipt(CheckResponse response) {
    var receipt = response.getReceipt();
    String at =
        receipt.hasIndex()
            ? " is entry " + receipt.getIndex() + " of " + receipt.getOrigin()
            : " is not in the log yet";
    String leaf =
        receipt.hasIndex()
            ? ", leaf " + HexFormat.of().formatHex(receipt.getLeafHash().toByteArray())
            : "";
    return "decision "
        + response.getDecisionId()
        + at
        + leaf
        + "; policy revision "
        + response.getPolicyRevision().getSize();
  }

  /** What each policy said, a line each. */
  static List<String> outcomes(ExplainResponse explained) {
    return explained.getPoliciesList().stream().map(AnswerText::outcome).toList();
  }

  private static String outcome(PolicyOutcome policy) {
    String effect =
        policy.getEffect().name().substring("EFFECT_".length()).toLowerCase(Locale.ROOT);
    String head = effect + " " + policy.getPolicyId() + " ";
    Outcome outcome = policy.getOutcome();
    String said =
        outcome.name().substring("OUTCOME_".length()).toLowerCase(Locale.ROOT).replace('_', ' ');
    var line = new StringBuilder(head).append(said);
    if (!policy.getClause().isEmpty())
      line.append(": ").append(policy.getClause().replaceAll("\\s+", " "));
    if (!policy.getLocation().isEmpty()) line.append(" (").append(policy.getLocation()).append(')');
    if (!policy.getMessage().isEmpty()) line.append(": ").append(policy.getMessage());
    return line.toString();
  }
}
