package dev.ostiary.sidecar.decide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.sidecar.bundle.BundleReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Searches of the lab against checks of everything there is. */
final class SearchTest {
  private static final Path LAB = Path.of(System.getProperty("ostiary.root"), "examples", "lab");
  private static final EntityUid READ = EntityUid.of("Action", "readData");
  private static Snapshot snapshot;

  @BeforeAll
  static void readLab() throws Exception {
    snapshot = Snapshot.of(BundleReader.read(LAB), new Revision("test/facts", 1, 1));
  }

  private static Question question(EntityUid principal, EntityUid action, EntityUid resource) {
    return new Question(
        EntityUid.of(Caller.TYPE, "loopback"),
        Question.Proof.ASSERTED,
        OptionalLong.of(1_790_000_000_000L),
        principal,
        action,
        resource,
        RecordValue.EMPTY,
        List.of(),
        Optional.empty());
  }

  @Test
  void aSearchFindsWhatChecksOfEverythingAllow() {
    int found = 0;
    for (String name : List.of("ada", "dan", "eve", "femi", "greta", "hugo", "jun", "nell")) {
      EntityUid principal = EntityUid.of("User", name);
      for (String type : List.of("Dataset", "FeatureView")) found += compare(principal, READ, type);
      for (String type : List.of("Project", "Run", "ModelVersion"))
        found += compare(principal, EntityUid.of("Action", "describe"), type);
    }
    assertTrue(found > 100, "found only " + found);
  }

  /** Compares one search, in pages of seven, and returns the number of its results. */
  private static int compare(EntityUid principal, EntityUid action, String type) {
    List<String> expected =
        known(type).stream()
            .filter(uid ->
                Decider.decide(question(principal, action, uid), snapshot) instanceof Answer answer
                    && answer.allowed())
            .map(EntityUid::toString)
            .sorted()
            .toList();
    var found = new ArrayList<String>();
    String after = "";
    boolean more = true;
    while (more) {
      Search.Found page =
          Search.entities(
              question(principal, action, EntityUid.of(type, "")),
              after,
              7,
              uid -> question(principal, action, uid),
              snapshot);
      for (var one : page.answers()) found.add(one.found().toString());
      more = page.more();
      assertFalse(more && page.answers().size() != 7, "a page that is not full has a next one");
      if (more) after = found.getLast();
    }
    assertEquals(expected, found, principal + " " + action + " " + type);
    return found.size();
  }

  @Test
  void wherePoliciesDenyAnyhowNoCandidateIsTried() {
    EntityUid eve = EntityUid.of("User", "eve"); // suspended
    var tried = new AtomicInteger();
    Search.Found found =
        Search.entities(
            question(eve, READ, EntityUid.of("Dataset", "")),
            "",
            10,
            uid -> {
              tried.incrementAndGet();
              return question(eve, READ, uid);
            },
            snapshot);
    assertEquals(List.of(), found.answers());
    assertEquals(0, tried.get());
  }

  /** Who may read a dataset: whoever is in the groups that it names, and nobody else is tried. */
  @Test
  void whoMayIsSoughtAmongTheMembersOfWhatPoliciesName() {
    int tried = 0;
    int all = 0;
    int found = 0;
    for (EntityUid dataset : known("Dataset")) {
      var asked = new AtomicInteger();
      Search.Found page =
          Search.entities(
              question(EntityUid.of("User", ""), READ, dataset),
              "",
              1_000,
              uid -> {
                asked.incrementAndGet();
                return question(uid, READ, dataset);
              },
              snapshot);
      var expected =
          known("User").stream()
              .filter(uid ->
                  Decider.decide(question(uid, READ, dataset), snapshot) instanceof Answer answer
                      && answer.allowed())
              .map(EntityUid::toString)
              .sorted()
              .toList();
      assertEquals(expected, page.answers().stream().map(one -> one.found().toString()).toList());
      tried += asked.get();
      all += known("User").size();
      found += expected.size();
    }
    assertTrue(found > 10, "found only " + found);
    assertTrue(tried < all / 2, tried + " of " + all + " tried");
  }

  private static List<EntityUid> known(String type) {
    return snapshot.entities().stream()
        .map(Entity::uid)
        .filter(uid -> uid.type().equals(type))
        .toList();
  }
}
