package dev.ostiary.client;

import dev.ostiary.v1.CheckResponse;
import dev.ostiary.v1.CheckResult;
import dev.ostiary.v1.Decision;
import dev.ostiary.v1.Obligation;
import dev.ostiary.v1.ReasonCode;
import java.util.Arrays;
import java.util.Set;

/**
 * What came of one question: the sidecar's decision, or why there is none. It is not yet a verdict;
 * {@link #enforce} makes one of it.
 */
public sealed interface Answer {

  /**
   * What the caller must do.
   *
   * @param knownObligations names of the obligations that the caller carries out with an allowed
   *     answer; an answer that asks for any other is a denial
   * @return allowed only where the sidecar decided so and every obligation is known
   */
  Verdict enforce(Set<String> knownObligations);

  /** What a caller that carries out these obligations must do; see {@link #enforce(Set)}. */
  default Verdict enforce(String... knownObligations) {
    return enforce(Set.copyOf(Arrays.asList(knownObligations)));
  }

  /**
   * The sidecar decided.
   *
   * @param response the answer as it came, its decision one of allow and deny
   */
  record Decided(CheckResponse response) implements Answer {
    @Override
    public Verdict enforce(Set<String> knownObligations) {
      if (response.getDecision() != Decision.DECISION_ALLOW) {
        return new Verdict.Denied(Verdict.Cause.POLICY, policyText(), this);
      }
      for (Obligation obligation : response.getObligationsList()) {
        if (!knownObligations.contains(obligation.getName())) {
          return new Verdict.Denied(
              Verdict.Cause.UNKNOWN_OBLIGATION,
              "obligation `" + obligation.getName() + "` is not known here",
              this);
        }
      }
      var names = response.getObligationsList().stream().map(Obligation::getName).toList();
      return new Verdict.Allowed(names, response);
    }

    private String policyText() {
      var text = new StringBuilder();
      for (var reason : response.getReasonsList()) {
        if (reason.getText().isEmpty()) continue;
        text.append(text.isEmpty() ? "" : "; ").append(reason.getText());
      }
      if (!text.isEmpty()) return text.toString();
      return switch (response.getReasonCode()) {
        case REASON_CODE_NO_PERMIT -> "no policy permits this";
        case REASON_CODE_FORBID_ERRORED -> "a policy that could forbid this has failed";
        case REASON_CODE_ENTITY_UNKNOWN -> "principal or resource is not known";
        case REASON_CODE_FORBIDDEN, REASON_CODE_PERMITTED, REASON_CODE_UNSPECIFIED, UNRECOGNIZED ->
            "denied by policy";
      };
    }
  }

  /**
   * There is no decision.
   *
   * @param failure why
   */
  record Failed(Failure failure) implements Answer {
    @Override
    public Verdict enforce(Set<String> knownObligations) {
      return new Verdict.Denied(Verdict.Cause.NO_ANSWER, failure.message(), this);
    }
  }

  /** Reads a response, failing closed where it is none: an allow must say that it was permitted. */
  static Answer of(CheckResponse response) {
    return switch (response.getDecision()) {
      case DECISION_ALLOW -> {
        if (response.getReasonCode() == ReasonCode.REASON_CODE_PERMITTED) {
          yield new Decided(response);
        }
        yield new Failed(Failure.protocol("an allow came with `" + reasonCode(response) + "`"));
      }
      case DECISION_DENY -> new Decided(response);
      case DECISION_UNSPECIFIED, UNRECOGNIZED ->
          new Failed(
              Failure.protocol("expected allow or deny, got " + response.getDecisionValue()));
    };
  }

  /** Reads one result of a batch or a stream, failing closed where it is none. */
  static Answer of(CheckResult result) {
    return switch (result.getResultCase()) {
      case RESPONSE -> of(result.getResponse());
      case REFUSAL -> new Failed(Failure.of(result.getRefusal()));
      case RESULT_NOT_SET -> new Failed(Failure.protocol("a result without response or refusal"));
    };
  }

  private static String reasonCode(CheckResponse response) {
    var code = response.getReasonCode();
    return code == ReasonCode.UNRECOGNIZED
        ? Integer.toString(response.getReasonCodeValue())
        : code.name();
  }
}
