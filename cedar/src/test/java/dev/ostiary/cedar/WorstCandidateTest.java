package dev.ostiary.cedar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every policy here fails where its scope matches, so that the errors count what was looked at. */
final class WorstCandidateTest {
  private static final List<String> ACTIONS = List.of("read", "write", "erase");

  private static int errors(PolicySet policies, Entities entities, String... ids) {
    var request =
        new Request(
            EntityUid.of("User", ids[0]),
            EntityUid.of("Action", ids[1]),
            EntityUid.of("Doc", ids[2]),
            RecordValue.EMPTY);
    return Authorizer.isAuthorized(request, policies, entities).errors().size();
  }

  private static PolicySet policies(String... scopes) throws Exception {
    var text = new StringBuilder();
    for (String scope : scopes)
      text.append("permit (").append(scope).append(") when { context.absent };\n");
    return PolicySet.parse(text.toString());
  }

  @Test
  void someRequestReachesIt() throws Exception {
    var policies =
        policies(
            "principal, action, resource",
            "principal, action == Action::\"write\", resource",
            "principal == User::\"a\", action == Action::\"read\", resource",
            "principal == User::\"b\", action == Action::\"read\", resource",
            "principal == User::\"b\", action == Action::\"read\", resource == Doc::\"x\"",
            "principal == User::\"b\", action == Action::\"read\", resource == Doc::\"y\"",
            "principal, action == Action::\"read\", resource == Doc::\"x\"");
    assertEquals(4, policies.worstCandidateCount());
    int most = 0;
    for (String user : List.of("a", "b", "c"))
      for (String action : ACTIONS)
        for (String doc : List.of("x", "y", "z"))
          most = Math.max(most, errors(policies, Entities.EMPTY, user, action, doc));
    assertEquals(4, most);
    assertEquals(0, PolicySet.EMPTY.worstCandidateCount());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 0x5eed})
  void noRequestExceedsItForEachThingThatItsPrincipalAndResourceAreIn(long seed) throws Exception {
    var random = new SplittableRandom(seed);
    for (int world = 0; world < 100; world++) {
      var scopes = new String[12];
      for (int i = 0; i < scopes.length; i++) scopes[i] = scope(random);
      var policies = policies(scopes);
      Set<EntityUid> groups = parents(random, "Group");
      Set<EntityUid> folders = parents(random, "Folder");
      var entities =
          Entities.of(
              List.of(
                  new Entity(
                      EntityUid.of("User", "a"), RecordValue.EMPTY, RecordValue.EMPTY, groups),
                  new Entity(
                      EntityUid.of("Doc", "x"), RecordValue.EMPTY, RecordValue.EMPTY, folders)));
      for (String action : ACTIONS) {
        int most = policies.worstCandidateCount() * (1 + groups.size()) * (1 + folders.size());
        int found = errors(policies, entities, "a", action, "x");
        assertTrue(
            found <= most, () -> found + " of " + most + ", seed " + seed + " " + List.of(scopes));
      }
    }
  }

  private static String scope(SplittableRandom random) {
    String principal =
        switch (random.nextInt(3)) {
          case 0 -> "principal";
          case 1 -> "principal == User::\"a\"";
          default -> "principal in Group::\"" + random.nextInt(4) + "\"";
        };
    String action =
        random.nextBoolean()
            ? "action"
            : "action == Action::\"" + ACTIONS.get(random.nextInt(3)) + "\"";
    String resource =
        switch (random.nextInt(3)) {
          case 0 -> "resource";
          case 1 -> "resource == Doc::\"x\"";
          default -> "resource in Folder::\"" + random.nextInt(4) + "\"";
        };
    return principal + ", " + action + ", " + resource;
  }

  private static Set<EntityUid> parents(SplittableRandom random, String type) {
    var parents = new HashSet<EntityUid>();
    for (int i = 0; i < 4; i++) if (random.nextInt(3) == 0) parents.add(EntityUid.of(type, "" + i));
    return parents;
  }
}
