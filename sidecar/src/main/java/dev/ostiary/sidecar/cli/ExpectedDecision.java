package dev.ostiary.sidecar.cli;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.v1.Advice;
import dev.ostiary.v1.CheckRequest;
import dev.ostiary.v1.CheckResponse;
import dev.ostiary.v1.Decision;
import dev.ostiary.v1.Obligation;
import dev.ostiary.v1.Reason;
import dev.ostiary.v1.ReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A question with the answer that a bundle must give: one line of {@code tests/decisions.jsonl}.
 *
 * @param name what the row claims, unique in its file
 * @param demo a sentence for people, where the row is worth showing
 * @param policyIds determining policies, ascending
 * @param obligations names, ascending
 * @param advice names, ascending
 */
public record ExpectedDecision(
    String name,
    Optional<String> demo,
    CheckRequest request,
    Decision decision,
    ReasonCode reasonCode,
    List<String> policyIds,
    List<String> obligations,
    List<String> advice) {

  /**
   * Reads the rows of a file, one JSON object a line.
   *
   * @throws SourceException where a line is not a row, naming it
   */
  public static List<ExpectedDecision> read(Path file) throws IOException, SourceException {
    var rows = new ArrayList<ExpectedDecision>();
    int line = 0;
    for (String text : Files.readAllLines(file)) {
      line++;
      if (!text.isBlank()) rows.add(row(new Source(file + " line " + line, text)));
    }
    return rows;
  }

  /** Each part of {@code response} that is not as expected, in words; empty if none. */
  public List<String> differences(CheckResponse response) {
    var differences = new ArrayList<String>();
    compare("decision", decision, response.getDecision(), differences);
    compare("reason code", reasonCode, response.getReasonCode(), differences);
    compare(
        "policies",
        policyIds,
        response.getReasonsList().stream().map(Reason::getPolicyId).toList(),
        differences);
    compare(
        "obligations",
        obligations,
        response.getObligationsList().stream().map(Obligation::getName).toList(),
        differences);
    compare(
        "advice",
        advice,
        response.getAdviceList().stream().map(Advice::getName).sorted().toList(),
        differences);
    return differences;
  }

  private static void compare(
      String what, Object expected, Object actual, List<String> differences) {
    if (!expected.equals(actual))
      differences.add("expected " + what + " " + expected + ", got " + actual);
  }

  private static ExpectedDecision row(Source source) throws SourceException {
    var json = new CedarJson(source);
    JsonObject row = json.object(Json.parse(source));
    var request =
        CheckRequest.newBuilder()
            .setPrincipal(json.uid(json.member(row, "principal")))
            .setAction(json.uid(json.member(row, "action")))
            .setResource(json.uid(json.member(row, "resource")))
            .addAllContext(json.attributes(json.member(row, "context")));
    Json entities = row.find("entities");
    if (entities != null) {
      for (Json entity : json.elements(entities)) request.addEntities(json.entity(entity));
    }
    Json demo = row.find("demo");
    return new ExpectedDecision(
        json.string(json.member(row, "name")),
        demo == null ? Optional.empty() : Optional.of(json.string(demo)),
        request.build(),
        constant(json, Decision.class, "DECISION_", json.member(row, "decision")),
        constant(json, ReasonCode.class, "REASON_CODE_", json.member(row, "reason_code")),
        json.strings(json.member(row, "policies")),
        json.strings(json.member(row, "obligations")),
        json.strings(json.member(row, "advice")));
  }

  private static <E extends Enum<E>> E constant(
      CedarJson json, Class<E> type, String prefix, Json value) throws SourceException {
    String name = json.string(value);
    try {
      return Enum.valueOf(type, prefix + name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException _) {
      throw new SourceException(
          List.of(
              new SourceError(
                  value.span(json.source()),
                  "expected a name of " + type.getSimpleName() + ", got `" + name + "`")));
    }
  }
}
