package dev.ostiary.benchmarks;

import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.json.EntitiesJson;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.json.RequestJson;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.sidecar.bundle.BundleException;
import dev.ostiary.sidecar.bundle.BundleReader;
import dev.ostiary.sidecar.decide.Answer;
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Decider;
import dev.ostiary.sidecar.decide.Question;
import dev.ostiary.sidecar.decide.Revision;
import dev.ostiary.sidecar.decide.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The lab of {@code examples/lab} with its table of decisions: as the decision point is asked, and
 * as the decision point asks the engine.
 *
 * @param snapshot the lab's bundle, loaded
 * @param questions every row of the table, asked at one moment by a caller on loopback
 * @param engine what comes to the engine of those rows in which Cedar alone decides: without
 *     entities in the request, and without strictness about unknown entities and errors
 */
public record LabWorkload(Snapshot snapshot, List<Question> questions, Workload engine) {
  private static final long NOW_MILLIS = 1_790_000_000_000L;

  private record Row(Question question, boolean allowed, String reasonCode) {
    /** Whether the decision is Cedar's, and not one of the sidecar's own. */
    boolean isCedars() {
      return question.entities().isEmpty()
          && List.of("permitted", "no_permit", "forbidden").contains(reasonCode);
    }
  }

  /** The lab of the checkout that {@code ostiary.root} names. */
  public static LabWorkload standard() {
    return read(Path.of(System.getProperty("ostiary.root", ""), "examples", "lab"));
  }

  /**
   * Reads the bundle and asks every question once.
   *
   * @throws IllegalStateException on the first answer that is not the table's: no time counts
   *     before this has passed
   */
  public static LabWorkload read(Path lab) {
    try {
      var snapshot = Snapshot.of(BundleReader.read(lab), new Revision("bench/facts", 1, 1));
      var rows = new ArrayList<Row>();
      for (var line : Files.readAllLines(lab.resolve("tests").resolve("decisions.jsonl"))) {
        rows.add(row(new Source("decisions.jsonl", line)));
      }
      var requests = new ArrayList<Request>();
      var expected = new ArrayList<Decision>();
      for (var row : rows) {
        var answer = agreed(row, snapshot);
        if (!row.isCedars()) continue;
        var asked = row.question();
        requests.add(
            new Request(asked.principal(), asked.action(), asked.resource(), answer.context()));
        expected.add(row.allowed() ? Decision.ALLOW : Decision.DENY);
      }
      var bundle = snapshot.bundle();
      var policies = PolicySet.of(bundle.policies(), List.of());
      return new LabWorkload(
          snapshot,
          rows.stream().map(Row::question).toList(),
          new Workload(policies, bundle.entities(), requests, expected).agreed());
    } catch (IOException absent) {
      throw new UncheckedIOException("no lab in " + lab, absent);
    } catch (BundleException | SourceException broken) {
      throw new IllegalStateException("the lab cannot be loaded: " + broken, broken);
    }
  }

  private static Answer agreed(Row row, Snapshot snapshot) {
    var result = Decider.decide(row.question(), snapshot);
    if (result instanceof Answer answer
        && answer.allowed() == row.allowed()
        && name(answer).equals(row.reasonCode())) return answer;
    throw new IllegalStateException("expected %s, got %s".formatted(row, result));
  }

  private static String name(Answer answer) {
    return answer.reasonCode().name().replace("REASON_CODE_", "").toLowerCase(Locale.ROOT);
  }

  private static Row row(Source source) throws SourceException {
    var row = (JsonObject) Json.parse(source);
    var entities = row.find("entities");
    var question =
        new Question(
            EntityUid.of(Caller.TYPE, "loopback"),
            Question.Proof.ASSERTED,
            OptionalLong.of(NOW_MILLIS),
            RequestJson.uid(source, member(row, "principal")),
            RequestJson.uid(source, member(row, "action")),
            RequestJson.uid(source, member(row, "resource")),
            RequestJson.context(source, member(row, "context")),
            entities == null ? List.of() : EntitiesJson.parse(source, entities, Optional.empty()),
            Optional.empty());
    return new Row(question, text(row, "decision").equals("allow"), text(row, "reason_code"));
  }

  private static Json member(JsonObject row, String name) {
    return Objects.requireNonNull(row.find(name), name);
  }

  private static String text(JsonObject row, String name) {
    return ((Json.Str) member(row, name)).value();
  }
}
