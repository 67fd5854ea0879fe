package dev.ostiary.sidecar.decide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.json.EntitiesJson;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.json.RequestJson;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.sidecar.bundle.BundleReader;
import dev.ostiary.v1.Advice;
import dev.ostiary.v1.Obligation;
import dev.ostiary.v1.Outcome;
import dev.ostiary.v1.PolicyOutcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The lab's table of questions and the answers that they must get. */
class LabTest {
  private static final Path LAB = Path.of(System.getProperty("ostiary.root"), "examples", "lab");
  private static final long NOW = 1_790_000_000_000L;
  private static Snapshot snapshot;

  record Row(String name, Question question, Expected expected) {
    @Override
    public String toString() {
      return name;
    }
  }

  record Expected(
      boolean allowed,
      String reasonCode,
      List<String> policies,
      List<String> obligations,
      List<String> advice) {
    static Expected of(Answer answer) {
      return new Expected(
          answer.allowed(),
          answer.reasonCode().name().replace("REASON_CODE_", "").toLowerCase(Locale.ROOT),
          answer.determining().stream().map(PolicyNotes::id).toList(),
          answer.obligations().stream().map(Obligation::getName).toList(),
          answer.advice().stream().map(Advice::getName).sorted().toList());
    }
  }

  @BeforeAll
  static void readLab() throws Exception {
    snapshot = Snapshot.of(BundleReader.read(LAB), new Revision("test/facts", 1, 1));
  }

  static Stream<Row> rows() throws Exception {
    var rows = new ArrayList<Row>();
    for (String line : Files.readAllLines(LAB.resolve("tests/decisions.jsonl")))
      rows.add(row(new Source("decisions.jsonl", line)));
    assertEquals(100, rows.size());
    return rows.stream();
  }

  private static Row row(Source source) throws Exception {
    var row = (JsonObject) Json.parse(source);
    Json entities = row.find("entities");
    List<Entity> given =
        entities == null ? List.of() : EntitiesJson.parse(source, entities, Optional.empty());
    var question =
        new Question(
            EntityUid.of(Caller.TYPE, "loopback"),
            Question.Proof.ASSERTED,
            OptionalLong.of(NOW),
            RequestJson.uid(source, member(row, "principal")),
            RequestJson.uid(source, member(row, "action")),
            RequestJson.uid(source, member(row, "resource")),
            RequestJson.context(source, member(row, "context")),
            given,
            Optional.empty());
    var expected =
        new Expected(
            text(row, "decision").equals("allow"),
            text(row, "reason_code"),
            texts(row, "policies"),
            texts(row, "obligations"),
            texts(row, "advice"));
    return new Row(text(row, "name"), question, expected);
  }

  private static Json member(JsonObject row, String name) {
    return Objects.requireNonNull(row.find(name), name);
  }

  private static String text(JsonObject row, String name) {
    return ((Json.Str) member(row, name)).value();
  }

  private static List<String> texts(JsonObject row, String name) {
    return ((Json.Arr) member(row, name))
        .elements().stream().map(text -> ((Json.Str) text).value()).toList();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void theAnswerIsTheExpectedOne(Row row) {
    var answer = assertInstanceOf(Answer.class, Decider.decide(row.question(), snapshot));
    assertEquals(row.expected(), Expected.of(answer));
  }

  /** An explanation is the same answer, and the outcomes in it account for the decision. */
  @ParameterizedTest
  @MethodSource("rows")
  void theExplanationAgreesWithTheAnswer(Row row) {
    Explained explained = Decider.explain(row.question(), snapshot);
    var answer = assertInstanceOf(Answer.class, explained.result());
    assertEquals(row.expected(), Expected.of(answer));
    List<String> decisive =
        explained.policies().stream()
            .filter(policy ->
                policy.getOutcome()
                    == (row.expected().reasonCode().equals("forbid_errored")
                        ? Outcome.OUTCOME_ERRORED
                        : Outcome.OUTCOME_APPLIES))
            .map(PolicyOutcome::getPolicyId)
            .toList();
    assertTrue(decisive.containsAll(row.expected().policies()), decisive.toString());
    if (row.expected().reasonCode().equals("no_permit")) assertEquals(List.of(), decisive);
    if (row.expected().allowed()) assertEquals(row.expected().policies(), decisive);
    for (String policy : row.expected().policies())
      assertTrue(explained.text().contains("`" + policy + "`"), explained.text());
    if (row.expected().reasonCode().equals("no_permit"))
      assertTrue(explained.text().contains("no policy permits it"), explained.text());
  }

  /** Of the types that the schema marks, only what the question named itself is in the text. */
  @ParameterizedTest
  @MethodSource("rows")
  void theExplanationNamesNobodyElse(Row row) {
    String text = Decider.explain(row.question(), snapshot).text();
    var asked = Set.of(row.question().principal().toString(), row.question().resource().toString());
    var named = Pattern.compile("(User|Dataset|FeatureView)::\"[^\"]*\"").matcher(text);
    while (named.find()) assertTrue(asked.contains(named.group()), text);
  }

  @Test
  void theExplanationNamesTheClauseAsWritten() throws Exception {
    Row row =
        rows()
            .filter(r -> r.name().equals("a guard that cannot be evaluated denies"))
            .findFirst()
            .orElseThrow();
    PolicyOutcome guard =
        Decider.explain(row.question(), snapshot).policies().stream()
            .filter(policy -> policy.getPolicyId().equals("production-after-staging"))
            .findFirst()
            .orElseThrow();
    assertEquals(Outcome.OUTCOME_ERRORED, guard.getOutcome());
    assertTrue(guard.getLocation().startsWith("stages.cedar:"), guard.getLocation());
    assertTrue(
        guard.getMessage().contains("`resource.model`: the entity does not exist"),
        guard.getMessage());
  }

  @Test
  void theStampedContextIsPartOfTheAnswer() throws Exception {
    Answer answer = (Answer) Decider.decide(rows().findFirst().orElseThrow().question(), snapshot);
    assertEquals(
        List.of("caller", "now", "principal_proof"),
        List.copyOf(answer.context().attributes().keySet()));
    assertEquals(RecordValue.EMPTY, answer.question().context());
  }

  @Test
  void theLabsReuseHoldsForThoseWithoutAnEndDate() throws Exception {
    assertEquals(Duration.ofSeconds(5), reuse("staff searches the catalog"));
    assertEquals(Duration.ofSeconds(2), reuse("a viewer describes a dataset"));
    // Greta has a contract, so time decides about her.
    assertEquals(Duration.ZERO, reuse("a contractor is not staff"));
  }

  private static Duration reuse(String name) throws Exception {
    Row row = rows().filter(r -> r.name().equals(name)).findFirst().orElseThrow();
    return ((Answer) Decider.decide(row.question(), snapshot)).reuse();
  }
}
