package dev.ostiary.sidecar.door;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonWriter;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.v1.AdviceKind;
import dev.ostiary.v1.CheckResponse;
import dev.ostiary.v1.Obligation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a gateway tells somebody who is denied: why, in words for people, and what may change it.
 *
 * @param status 401 where authenticating more strongly may help, else 403
 * @param headers to answer with
 * @param body JSON
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9470">RFC 9470</a>
 */
record Challenges(int status, Map<String, String> headers, String body) {
  static final String DECISION_ID = "x-ostiary-decision-id";
  static final String REASON_CODE = "x-ostiary-reason-code";
  static final String OBLIGATIONS = "x-ostiary-obligations";

  /** RFC 6750. */
  static final String INVALID_TOKEN = "Bearer error=\"invalid_token\"";

  static Challenges of(CheckResponse denied) {
    var headers = new LinkedHashMap<String, String>();
    headers.put(DECISION_ID, denied.getDecisionId());
    headers.put(REASON_CODE, AnswerJson.code(denied));
    List<String> steps = names(denied, AdviceKind.ADVICE_KIND_STEP_UP);
    if (!steps.isEmpty())
      headers.put(
          "www-authenticate",
          "Bearer error=\"insufficient_user_authentication\","
              + " error_description=\"A stronger authentication is needed\", acr_values=\""
              + String.join(" ", steps)
              + "\"");
    var body = new LinkedHashMap<String, Json>();
    body.put("decision_id", Json.of(denied.getDecisionId()));
    body.put("reason_code", Json.of(AnswerJson.code(denied)));
    var reasons = new ArrayList<Json>();
    for (var reason : denied.getReasonsList())
      if (!reason.getText().isEmpty()) reasons.add(Json.of(reason.getText()));
    body.put("reasons", Json.of(reasons));
    List<String> requestable = names(denied, AdviceKind.ADVICE_KIND_REQUESTABLE);
    if (!requestable.isEmpty())
      body.put("requestable", Json.of(requestable.stream().map(Json::of).toList()));
    return new Challenges(steps.isEmpty() ? 403 : 401, headers, JsonWriter.compact(Json.of(body)));
  }

  /** What the service behind must do with what it is let do: names with commas, perhaps none. */
  static String obligations(CheckResponse allowed) {
    return String.join(
        ",", allowed.getObligationsList().stream().map(Obligation::getName).toList());
  }

  static Challenges of(Refused refused) {
    String code = refused.why().name().toLowerCase(Locale.ROOT);
    var headers = new LinkedHashMap<String, String>();
    headers.put(REASON_CODE, code);
    boolean token = refused.why() == Refused.Why.TOKEN_REFUSED;
    if (token) headers.put("www-authenticate", INVALID_TOKEN);
    return new Challenges(
        token ? 401 : 403, headers, JsonWriter.compact(Json.of("reason_code", Json.of(code))));
  }

  private static List<String> names(CheckResponse denied, AdviceKind kind) {
    return denied.getAdviceList().stream()
        .filter(advice -> advice.getKind() == kind)
        .map(advice -> advice.getName())
        .toList();
  }
}
