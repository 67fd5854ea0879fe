package dev.ostiary.cedar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.ostiary.cedar.syntax.Source;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What things cost in memory touched, which is steady where times are not. */
final class CostTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int USERS = 20_000;
  private static final String RULES =
      """
      permit(principal, action == Action::"read", resource)
        when { principal in resource.team && principal.clearance >= resource.sensitivity };
      permit(principal in Team::"t1", action in [Action::"read", Action::"write"], resource)
        when { ["training", "audit"].contains(context.purpose) && context.at - principal.since >= 0 };
      permit(principal, action == Action::"write", resource)
        when { resource.owner == principal && context.managed };
      forbid(principal, action, resource)
        when { resource.sensitivity >= 3 }
        unless { context.managed && ip(context.ip).isInRange(ip("10.0.0.0/8")) };
      forbid(principal, action == Action::"write", resource)
        when { resource.tags.contains("frozen") && !(resource.stage like "dev*") };
      """;

  /** Before the ids of people, files and projects: too long to be kept as numbers. */
  private static final String LONG = "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d-";

  private static EntityUid uid(String type, int number) {
    return uid("", type, number);
  }

  private static EntityUid uid(String before, String type, int number) {
    return EntityUid.of(type, before + type.charAt(0) + number);
  }

  private static Entities entities(String before) throws EntitiesException {
    var random = new SplittableRandom(7);
    var entities = new ArrayList<Entity>();
    for (int i = 0; i < 50; i++)
      entities.add(
          new Entity(
              EntityUid.of("Team", "t" + i),
              RecordValue.EMPTY,
              RecordValue.EMPTY,
              Set.of(EntityUid.of("Org", "o" + i % 5))));
    for (int i = 0; i < USERS; i++) {
      Map<String, Value> user =
          Map.of("clearance", new LongValue(random.nextInt(5)), "since", new LongValue(i % 100));
      Set<EntityUid> teams =
          Set.of(
              EntityUid.of("Team", "t" + random.nextInt(25)),
              EntityUid.of("Team", "t" + (25 + random.nextInt(25))));
      entities.add(
          new Entity(uid(before, "User", i), RecordValue.of(user), RecordValue.EMPTY, teams));
      Map<String, Value> file =
          Map.of(
              "sensitivity", new LongValue(random.nextInt(5)),
              "team", EntityUid.of("Team", "t" + random.nextInt(50)),
              "owner", uid(before, "User", random.nextInt(USERS)),
              "stage", new StringValue(random.nextBoolean() ? "dev1" : "prod"),
              "tags", SetValue.of(List.of(new StringValue("frozen"), new StringValue("pii"))));
      entities.add(
          new Entity(
              uid(before, "File", i),
              RecordValue.of(file),
              RecordValue.EMPTY,
              Set.of(uid(before, "Project", i % 2000))));
    }
    return Entities.of(entities);
  }

  private static List<Request> requests(String before) {
    var random = new SplittableRandom(8);
    var requests = new ArrayList<Request>();
    for (int i = 0; i < 2_000; i++) {
      Map<String, Value> context =
          Map.of(
              "purpose", new StringValue(random.nextBoolean() ? "training" : "debug"),
              "at", new LongValue(random.nextInt(200)),
              "managed", BoolValue.of(random.nextBoolean()),
              "ip", new StringValue("10.1.2." + random.nextInt(256)));
      requests.add(
          new Request(
              uid(before, "User", random.nextInt(USERS)),
              EntityUid.of("Action", random.nextBoolean() ? "read" : "write"),
              uid(before, "File", random.nextInt(USERS)),
              RecordValue.of(context)));
    }
    return requests;
  }

  private static PolicySet policies(String before, int grants) throws Exception {
    var text = new StringBuilder(RULES);
    for (int i = 0; i < grants; i++)
      text.append(
          """
          permit(principal in Team::"t%d", action == Action::"read", resource in Project::"%sP%d")
            when { principal.clearance >= %d };
          """
              .formatted(i % 50, before, i / 50, i % 4));
    return PolicySet.parse(
        PolicySet.Ids.BY_POSITION, List.of(new Source("cost.cedar", text.toString())));
  }

  private static long allocated(Callable<?> work) throws Exception {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    assertTrue(work.call() != null);
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  @ParameterizedTest
  @ValueSource(strings = {"", LONG})
  void aDecisionAllocatesAtMostTwoHundredBytesHoweverManyPoliciesThereAre(String before)
      throws Exception {
    Entities entities = entities(before);
    List<Request> requests = requests(before);
    for (int grants : List.of(0, 20_000)) {
      PolicySet policies = policies(before, grants);
      assertTrue(
          policies.worstCandidateCount() <= 7, () -> "worst " + policies.worstCandidateCount());
      long bytes =
          allocated(() -> {
            int allowed = 0;
            for (Request request : requests) {
              Response response = Authorizer.isAuthorized(request, policies, entities);
              assertEquals(List.of(), response.errors());
              if (response.decision() == Decision.ALLOW) allowed++;
            }
            assertTrue(allowed > 10 && allowed < requests.size(), "allowed " + allowed);
            return policies;
          });
      // The first run also loads classes and links call sites; the second is what it costs.
      bytes = Math.min(bytes, allocated(() -> decideAll(requests, policies, entities)));
      long each = bytes / requests.size();
      assertTrue(each <= 200, grants + " grants: " + each + " bytes a decision");
    }
  }

  private static PolicySet decideAll(
      List<Request> requests, PolicySet policies, Entities entities) {
    for (Request request : requests) Authorizer.isAuthorized(request, policies, entities);
    return policies;
  }

  @Test
  void aChangeTouchesAPathNotTheWhole() throws Exception {
    Entities entities = entities("");
    Entity user = entities.find(uid("User", 77)).orElseThrow();
    var changed =
        new Entity(
            user.uid(),
            user.attributes().with("clearance", new LongValue(9)),
            user.tags(),
            Set.of(EntityUid.of("Team", "t3")));
    long put = allocated(() -> entities.with(changed));
    put = Math.min(put, allocated(() -> entities.with(changed)));
    assertTrue(put < 20_000, put + " bytes for an entity without members");

    var team =
        new Entity(
            EntityUid.of("Team", "t3"),
            RecordValue.EMPTY,
            RecordValue.EMPTY,
            Set.of(EntityUid.of("Org", "o9")));
    long move = allocated(() -> entities.with(team));
    move = Math.min(move, allocated(() -> entities.with(team)));
    // 800 users are members of it.
    assertTrue(move < 20_000, move + " bytes for a group");
    Entities moved = entities.with(team);
    assertEquals(
        Set.of(EntityUid.of("Team", "t3"), EntityUid.of("Org", "o9")),
        moved.with(changed).ancestors(changed.uid()));
    assertTrue(!entities.isIn(team.uid(), EntityUid.of("Org", "o9")));
  }
}
