package dev.ostiary.sidecar.door;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.v1.AdviceKind;
import dev.ostiary.v1.CheckResponse;
import dev.ostiary.v1.Decision;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;

/** Answers as JSON has them: a decision, and beside it why. */
final class AnswerJson {
  private AnswerJson() {}

  static Json of(CheckResponse response) {
    var answer = new LinkedHashMap<String, Json>();
    answer.put("decision", Json.of(response.getDecision() == Decision.DECISION_ALLOW));
    answer.put("context", why(response));
    return Json.of(answer);
  }

  /** A question that was denied undecided. */
  static Json denied(Refused refused) {
    var why = new LinkedHashMap<String, Json>();
    why.put("reason_code", Json.of(refused.why().name().toLowerCase(Locale.ROOT)));
    why.put("error", Problems.json(refused));
    var answer = new LinkedHashMap<String, Json>();
    answer.put("decision", Json.of(false));
    answer.put("context", Json.of(why));
    return Json.of(answer);
  }

  /** {@code permitted}, {@code no_permit} and so on. */
  static String code(CheckResponse response) {
    return response
        .getReasonCode()
        .name()
        .substring("REASON_CODE_".length())
        .toLowerCase(Locale.ROOT);
  }

  static Json why(CheckResponse response) {
    var why = new LinkedHashMap<String, Json>();
    why.put("id", Json.of(response.getDecisionId()));
    why.put("reason_code", Json.of(code(response)));
    var reasons = new ArrayList<Json>();
    for (var reason : response.getReasonsList()) {
      var one = new LinkedHashMap<String, Json>();
      one.put("policy_id", Json.of(reason.getPolicyId()));
      if (!reason.getText().isEmpty()) one.put("text", Json.of(reason.getText()));
      reasons.add(Json.of(one));
    }
    why.put("reasons", Json.of(reasons));
    if (response.getObligationsCount() > 0)
      why.put(
          "obligations",
          Json.of(
              response.getObligationsList().stream()
                  .map(obligation -> Json.of("id", Json.of(obligation.getName())))
                  .toList()));
    if (response.getAdviceCount() > 0) {
      var advice = new ArrayList<Json>();
      for (var each : response.getAdviceList()) {
        var one = new LinkedHashMap<String, Json>();
        one.put("kind", Json.of(kind(each.getKind())));
        one.put("name", Json.of(each.getName()));
        advice.add(Json.of(one));
      }
      why.put("advice", Json.of(advice));
    }
    var receipt = new LinkedHashMap<String, Json>();
    receipt.put("origin", Json.of(response.getReceipt().getOrigin()));
    if (response.getReceipt().hasIndex()) {
      receipt.put("index", Json.of(response.getReceipt().getIndex()));
      byte[] leaf = response.getReceipt().getLeafHash().toByteArray();
      receipt.put("leaf_hash", Json.of(HexFormat.of().formatHex(leaf)));
      receipt.put("item", Json.of(response.getReceipt().getItem()));
    }
    why.put("receipt", Json.of(receipt));
    return Json.of(why);
  }

  private static String kind(AdviceKind kind) {
    return kind.name().substring("ADVICE_KIND_".length()).toLowerCase(Locale.ROOT);
  }
}
