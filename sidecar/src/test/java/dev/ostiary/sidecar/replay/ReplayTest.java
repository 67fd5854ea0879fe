package dev.ostiary.sidecar.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.log.DecisionLog;
import dev.ostiary.log.Durability;
import dev.ostiary.log.LogOptions;
import dev.ostiary.log.LogReader;
import dev.ostiary.log.note.LogKey;
import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.record.v1.DecisionRecord;
import dev.ostiary.sidecar.Served;
import dev.ostiary.sidecar.facts.History;
import dev.ostiary.sidecar.subjects.Names;
import dev.ostiary.sidecar.subjects.Subjects;
import dev.ostiary.v1.Attribute;
import dev.ostiary.v1.CheckBatchRequest;
import dev.ostiary.v1.CheckRequest;
import dev.ostiary.v1.Decision;
import dev.ostiary.v1.Entity;
import dev.ostiary.v1.ExplainRequest;
import dev.ostiary.v1.Record;
import dev.ostiary.v1.Set;
import dev.ostiary.v1.Value;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReplayTest {
  /** Denies some, and has no value where the sum is too large. */
  private static final String NARROWER =
      """
      @id("shut") forbid (principal, action, resource in Folder::"shut");
      @id("sum") @obligation("mask") forbid (principal, action == Action::"read", resource)
      when {
        context has deep && context.deep has a &&
        9223372036854775804 + context.deep.a > 9223372036854775805
      };
      """;

  @TempDir Path directory;

  @Test
  void everyDecisionComesOutTheSameByTheBundleOfItsTime() throws Exception {
    long seed = System.nanoTime();
    System.out.println("ReplayTest seed " + seed);
    var random = new SplittableRandom(seed);
    var questions = new ArrayList<CheckRequest>();
    for (int i = 0; i < 700; i++) questions.add(question(random));
    int asked = 0;
    Served.writeBundle(directory, 1, "");
    try (var served = Served.in(directory)) {
      asked += ask(served, questions);
      Served.writeBundle(directory, 2, NARROWER);
      served.await(s -> s.journal().contains("docs version 2 activated"));
      asked += ask(served, questions);
    }
    try (var served = Served.in(directory)) {
      Served.writeBundle(directory, 3, "");
      served.await(s -> s.journal().contains("docs version 3 activated"));
      asked += ask(served, questions);
    }
    assertEquals(new Replayed(asked, List.of(), Map.of()), replay(log(), 0));
    // What makes this worth checking: another bundle answers otherwise.
    var byVersion = new ArrayList<List<DecisionRecord>>();
    for (var entry : Served.entries(directory.resolve("data/decisions/1"))) {
      if (entry.hasPolicyActivated() || byVersion.isEmpty()) byVersion.add(new ArrayList<>());
      if (entry.hasDecision()) byVersion.getLast().add(entry.getDecision());
    }
    byVersion.removeIf(List::isEmpty);
    long flipped = 0;
    for (int i = 0; i < byVersion.get(0).size(); i++)
      if (byVersion.get(0).get(i).getDecision() != byVersion.get(1).get(i).getDecision()) flipped++;
    assertTrue(flipped > 10, "only " + flipped + " answers changed with the bundle");
  }

  @Test
  void aForgedEntryIsNamedWithEveryFieldThatDiffers() throws Exception {
    Served.writeBundle(directory, 1, "");
    try (var served = Served.in(directory)) {
      served.client().check(Served.question().build());
    }
    var forged =
        rewritten(decision -> {
          decision.setDecision(Decision.DECISION_DENY).clearPolicyIds().clearObligations();
        });
    var replayed = replay(forged, 0);
    assertEquals(0, replayed.same());
    assertEquals(1, replayed.differences().size());
    var difference = replayed.differences().getFirst();
    assertEquals(2, difference.index());
    assertEquals(
        List.of(
            new Difference.Part("decision", "DECISION_DENY", "DECISION_ALLOW"),
            new Difference.Part("policy_ids", "[]", "[reads]"),
            new Difference.Part("obligations", "[]", "[mask]")),
        difference.parts());
  }

  @Test
  void aForgedQuestionIsFoundByItsAnswer() throws Exception {
    Served.writeBundle(directory, 1, "");
    try (var served = Served.in(directory)) {
      served.client().check(Served.question().build());
    }
    var forged = rewritten(decision -> decision.setPrincipal(Served.uid("User", "nobody")));
    var parts = replay(forged, 0).differences().getFirst().parts();
    assertEquals("decision", parts.getFirst().field());
    var refused = rewritten(decision -> decision.setPrincipal(Served.uid("Folder", "x")));
    assertTrue(
        replay(refused, 0)
            .differences()
            .getFirst()
            .parts()
            .getFirst()
            .again()
            .startsWith("SCHEMA_MISMATCH principal: "));
  }

  @Test
  void whatCannotBeMadeAgainIsCountedWithItsReason() throws Exception {
    Served.writeBundle(directory, 1, "");
    try (var served = Served.in(directory)) {
      served.client().check(Served.question().build());
    }
    var later = rewritten(decision -> decision.getDataRevisionBuilder().setSize(1_000));
    assertEquals(
        new Replayed(0, List.of(), Map.of("the facts up to its revision are not here", 1L)),
        replay(later, 0));
    var elsewhere =
        rewritten(decision -> decision.getDataRevisionBuilder().setOrigin("other.example/facts"));
    assertEquals(
        new Replayed(0, List.of(), Map.of("the facts up to its revision are not here", 1L)),
        replay(elsewhere, 0));
    var unnamed = rewritten(DecisionRecord.Builder::clearPrincipal);
    assertEquals(
        new Replayed(
            0,
            List.of(),
            Map.of(
                "the entry holds no question: principal.type: expected a type, got an empty one",
                1L)),
        replay(unnamed, 0));
  }

  private Replayed replay(LogReader log, long from) throws Exception {
    Path data = directory.resolve("data");
    Names names = Subjects.read(data, Subjects.standardKey(data));
    return Replay.run(log, from, History.open(data.resolve("facts/1"), names), names, _ -> {});
  }

  private LogReader log() throws Exception {
    return LogReader.live(directory.resolve("data/decisions/1"));
  }

  /** Another log with the same records, but for what {@code forge} does to its decisions. */
  private LogReader rewritten(Consumer<DecisionRecord.Builder> forge) throws Exception {
    Path copy = directory.resolve("forged-" + System.nanoTime());
    var options = LogOptions.of(copy, "forged.example/1", LogKey.generate("forged.example/1"));
    try (var log = DecisionLog.open(options)) {
      for (var entry : Served.entries(directory.resolve("data/decisions/1"))) {
        var forged = entry.toBuilder();
        if (forged.getEntryCase() == DecisionLogEntry.EntryCase.DECISION)
          forge.accept(forged.getDecisionBuilder());
        log.append(forged.build().toByteArray(), Durability.BOUNDED, _ -> {});
      }
    }
    return LogReader.live(copy);
  }

  /** Asks in every way there is; the number of decisions. */
  private static int ask(Served served, List<CheckRequest> questions) {
    var client = served.client();
    for (var question : questions) client.check(question);
    client.checkBatch(CheckBatchRequest.newBuilder().addAllRequests(questions).build());
    client.explain(ExplainRequest.newBuilder().setRequest(questions.getFirst()).build());
    return 2 * questions.size() + 1;
  }

  private static CheckRequest question(SplittableRandom random) {
    String id = random.nextBoolean() ? "one" : "given-" + random.nextInt(5);
    boolean read = random.nextInt(4) > 0;
    var question =
        CheckRequest.newBuilder()
            .setPrincipal(Served.uid("User", pick(random, "ada", "strict", "nobody")))
            .setAction(Served.uid("Action", read ? "read" : "erase"))
            .setResource(Served.uid(random.nextInt(5) == 0 ? "Site" : "Doc", id));
    if (read && random.nextBoolean())
      question.addContext(attribute("why", Value.newBuilder().setString("é\n" + id).build()));
    if (read && random.nextBoolean())
      question.addContext(
          attribute(
              "deep",
              Value.newBuilder()
                  .setRecord(
                      random.nextInt(4) == 0
                          ? Record.getDefaultInstance()
                          : Record.newBuilder()
                              .addAttributes(
                                  attribute(
                                      "a", Value.newBuilder().setLong(random.nextInt(7)).build()))
                              .build())
                  .build()));
    if (read && random.nextInt(3) == 0)
      question.addContext(
          attribute(
              "tags",
              Value.newBuilder()
                  .setSet(
                      Set.newBuilder()
                          .addElements(Value.newBuilder().setString("b"))
                          .addElements(Value.newBuilder().setString("a")))
                  .build()));
    if (id.startsWith("given") && question.getResource().getType().equals("Doc"))
      question.addEntities(
          Entity.newBuilder()
              .setUid(question.getResource())
              .addAttributes(attribute("open", Value.newBuilder().setBoolean(true).build()))
              .addParents(Served.uid("Folder", pick(random, "shut", "open"))));
    return question.build();
  }

  private static String pick(SplittableRandom random, String... of) {
    return of[random.nextInt(of.length)];
  }

  private static Attribute attribute(String name, Value value) {
    return Attribute.newBuilder().setName(name).setValue(value).build();
  }
}
