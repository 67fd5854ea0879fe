package dev.ostiary.sidecar;

import static dev.ostiary.sidecar.Served.question;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.sidecar.config.Key;
import dev.ostiary.v1.Decision;
import dev.ostiary.v1.Revision;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ActivationTest {
  private static final String NOBODY = "@id(\"nobody\") forbid (principal, action, resource);\n";

  @TempDir Path directory;

  @Test
  void aNewVersionComesIntoForceAndABrokenOneLeavesTheLastGoodOne() throws Exception {
    Served.writeBundle(directory, 1, "");
    try (var served = Served.in(directory)) {
      assertEquals(Decision.DECISION_ALLOW, decision(served));
      Served.writeBundle(directory, 2, NOBODY);
      served.await(s -> decision(s) == Decision.DECISION_DENY);
      Served.writeBundle(directory, 3, "@id(\"broken\") permit (principal, action, resource\n");
      served.await(s -> s.journal().contains("docs.cedar:"));
      assertEquals("1.0", metric(served, "ostiary_bundle_broken"));
      assertEquals("2.0", metric(served, "ostiary_bundle_version"));
      assertEquals("3.0", metric(served, "ostiary_policies"));
      // Two of them name different actions.
      assertEquals("2.0", metric(served, "ostiary_policies_worst_candidates"));
      assertTrue(
          served.journal().contains(" 3 policies, worst candidate count 2\n"), served.journal());
      assertEquals(Decision.DECISION_DENY, decision(served));
      assertTrue(served.journal().contains("docs version 2 stays in force"), served.journal());
      Served.writeBundle(directory, 4, "");
      served.await(s -> decision(s) == Decision.DECISION_ALLOW);
      assertEquals("0.0", metric(served, "ostiary_bundle_broken"));
      assertEquals(
          3, served.entries().stream().filter(DecisionLogEntry::hasPolicyActivated).count());
    }
  }

  @Test
  void aRestartReturnsToTheExactRevisionWithTheDirectoryOrWithout() throws Exception {
    Served.writeBundle(directory, 1, "");
    Revision revision;
    try (var served = Served.in(directory)) {
      revision = served.client().check(question().build()).getPolicyRevision();
    }
    try (var served = Served.in(directory)) {
      assertEquals(revision, served.client().check(question().build()).getPolicyRevision());
    }
    var without = Map.of(Key.BUNDLE, directory.resolve("gone").toString());
    try (var served = Served.in(directory, without)) {
      var response = served.client().check(question().build());
      assertEquals(Decision.DECISION_ALLOW, response.getDecision());
      assertEquals(revision, response.getPolicyRevision());
    }
  }

  @Test
  void aBundleThatIsNestedBeyondMeasureDoesNotStopTheNextOne() throws Exception {
    Served.writeBundle(directory, 1, "");
    try (var served = Served.in(directory)) {
      Served.writeBundle(
          directory,
          2,
          "@id(\"deep\") forbid (principal, action, resource) when { false"
              + " && (true || resource == principal)".repeat(20_000)
              + " };\n");
      served.await(
          s -> s.journal().contains("version 2 activated") || s.journal().contains("refused"));
      Served.writeBundle(directory, 3, NOBODY);
      served.await(s -> decision(s) == Decision.DECISION_DENY);
    }
  }

  @Test
  void theSameVersionWithOtherContentIsRefused() throws Exception {
    Served.writeBundle(directory, 1, "");
    try (var served = Served.in(directory)) {
      Served.writeBundle(directory, 1, NOBODY);
      served.await(s -> s.journal().contains("bundle refused"));
      assertEquals(Decision.DECISION_ALLOW, decision(served));
    }
  }

  @Test
  void entriesTellOfStartActivationAndEndInOrder() throws Exception {
    Served.writeBundle(directory, 1, "");
    try (var served = Served.in(directory)) {
      served.client().check(question().build());
    }
    var entries = Served.entries(directory.resolve("data/decisions/1"));
    assertTrue(entries.getFirst().hasStarted());
    assertTrue(entries.get(1).hasPolicyActivated());
    assertTrue(entries.get(2).hasDecision());
    assertTrue(entries.getLast().hasClosed());
    long last = 0;
    for (var entry : entries) {
      assertTrue(entry.getTimeMicros() >= last);
      last = entry.getTimeMicros();
    }
  }

  private static String metric(Served served, String name) throws Exception {
    var uri = URI.create("http://" + served.sidecar().adminAddress() + "/metrics");
    try (var http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofLines())
          .body()
          .filter(line -> line.startsWith(name + " "))
          .map(line -> line.substring(name.length() + 1))
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void aPolicyThatDoesNotFitTheSchemaLeavesTheLastGoodOneAndAWarningIsJournalled()
      throws Exception {
    Served.writeBundle(directory, 1, "");
    try (var served = Served.in(directory)) {
      Served.writeBundle(
          directory,
          2,
          "@id(\"typo\") forbid (principal, action, resource) when { resource.opne };\n");
      served.await(s -> s.journal().contains("docs.cedar:6:57: "));
      assertEquals(Decision.DECISION_ALLOW, decision(served));
      Served.writeBundle(
          directory,
          3,
          "@id(\"never\") forbid (principal, action, resource) when { resource is Folder };\n");
      served.await(s -> s.journal().contains("bundle docs version 3 activated"));
      served.await(s -> s.journal().contains("warning: docs.cedar:6:1: policy `never`: "));
    }
  }

  private static Decision decision(Served served) {
    return served.client().check(question().build()).getDecision();
  }
}
