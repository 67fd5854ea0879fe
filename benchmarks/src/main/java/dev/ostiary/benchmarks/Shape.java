package dev.ostiary.benchmarks;

import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.syntax.Policy.Link;
import dev.ostiary.cedar.syntax.Policy.Slot;
import dev.ostiary.cedar.syntax.Source;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Policy sets that an index of scopes does not love, or that are large; seeded. */
public enum Shape {
  /** 1,000 permits whose scopes name nothing, and which begin with an attribute's equality. */
  UNSCOPED_1000 {
    @Override
    Workload make() {
      return unscoped(1_000, BY_EQUALITY);
    }
  },
  /** 10,000 of them. */
  UNSCOPED_10000 {
    @Override
    Workload make() {
      return unscoped(10_000, BY_EQUALITY);
    }
  },
  /** 1,000 that say the same the other way round: each must be looked at for each request. */
  RANGES_1000 {
    @Override
    Workload make() {
      return unscoped(1_000, BY_RANGE);
    }
  },
  /** 10,000 of them. */
  RANGES_10000 {
    @Override
    Workload make() {
      return unscoped(10_000, BY_RANGE);
    }
  },
  /** Principals in 500 groups of 2,000, each of which one permit names. */
  GROUPS_500 {
    @Override
    Workload make() {
      return groups();
    }
  },
  /** 100,000 links of one template, each for one principal and one folder. */
  LINKS_100000 {
    @Override
    Workload make() {
      return links();
    }
  };

  private static final long SEED = 20261123;
  private static final int REQUESTS = 1_000;
  private static final String BY_EQUALITY =
      """
      permit(principal, action, resource) when {
        principal.department == "d%1$d" && resource.kind == "k%2$d" && context.level >= %3$d };
      """;
  private static final String BY_RANGE =
      """
      permit(principal, action, resource) when {
        context.level >= %3$d && resource.kind == "k%2$d" && principal.department == "d%1$d" };
      """;
  private static final EntityUid READ = EntityUid.of("Action", "read");

  abstract Workload make();

  private static Workload unscoped(int policies, String policy) {
    var random = new SplittableRandom(SEED);
    var text = new StringBuilder();
    var thresholds = new int[policies];
    for (int i = 0; i < policies; i++) {
      thresholds[i] = random.nextInt(10);
      text.append(policy.formatted(i % 8, i, thresholds[i]));
    }
    var entities = new ArrayList<Entity>();
    for (int i = 0; i < 1_000; i++) {
      entities.add(entity("User", i, Map.of("department", new StringValue("d" + i % 8)), Set.of()));
    }
    for (int i = 0; i < policies; i++) {
      entities.add(entity("Dataset", i, Map.of("kind", new StringValue("k" + i)), Set.of()));
    }
    var requests = new ArrayList<Request>();
    var expected = new ArrayList<Decision>();
    for (int i = 0; i < REQUESTS; i++) {
      int resource = random.nextInt(policies);
      // Half of them in the department that the one permit of this kind asks for.
      int user = random.nextBoolean() ? resource % 8 : random.nextInt(1_000);
      int level = random.nextInt(20);
      requests.add(request(user, "Dataset", resource, Map.of("level", new LongValue(level))));
      expected.add(decision(user % 8 == resource % 8 && level >= thresholds[resource]));
    }
    return workload(text.toString(), List.of(), entities, requests, expected);
  }

  private static Workload groups() {
    int groups = 2_000;
    var random = new SplittableRandom(SEED);
    var text = new StringBuilder();
    for (int i = 0; i < groups; i++) {
      text.append(
          """
          permit(principal in Group::"%d", action == Action::"read", resource in Folder::"%d");
          """
              .formatted(i, i));
    }
    var entities = new ArrayList<Entity>();
    for (int i = 0; i < groups; i++) {
      entities.add(entity("Group", i, Map.of(), Set.of()));
      entities.add(entity("Folder", i, Map.of(), Set.of()));
      entities.add(entity("Dataset", i, Map.of(), Set.of(EntityUid.of("Folder", "" + i))));
    }
    var memberships = new ArrayList<Set<Integer>>();
    for (int user = 0; user < 200; user++) {
      var groupsOfUser = new HashSet<Integer>();
      while (groupsOfUser.size() < 500) groupsOfUser.add(random.nextInt(groups));
      memberships.add(groupsOfUser);
      var parents = new HashSet<EntityUid>();
      for (int group : groupsOfUser) parents.add(EntityUid.of("Group", "" + group));
      entities.add(entity("User", user, Map.of(), parents));
    }
    var requests = new ArrayList<Request>();
    var expected = new ArrayList<Decision>();
    for (int i = 0; i < REQUESTS; i++) {
      int user = random.nextInt(200);
      int resource = random.nextInt(groups);
      requests.add(request(user, "Dataset", resource, Map.of()));
      expected.add(decision(memberships.get(user).contains(resource)));
    }
    return workload(text.toString(), List.of(), entities, requests, expected);
  }

  private static Workload links() {
    var random = new SplittableRandom(SEED);
    var template =
        """
        @id("share")
        permit(principal == ?principal, action == Action::"read", resource in ?resource);
        """;
    var links = new ArrayList<Link>();
    var shared = new HashSet<List<Integer>>();
    while (links.size() < 100_000) {
      int user = random.nextInt(1_000);
      int folder = random.nextInt(10_000);
      if (!shared.add(List.of(user, folder))) continue;
      var slots = new EnumMap<Slot, EntityUid>(Slot.class);
      slots.put(Slot.PRINCIPAL, EntityUid.of("User", "" + user));
      slots.put(Slot.RESOURCE, EntityUid.of("Folder", "" + folder));
      links.add(new Link("share", "link" + links.size(), slots));
    }
    var entities = new ArrayList<Entity>();
    for (int i = 0; i < 1_000; i++) entities.add(entity("User", i, Map.of(), Set.of()));
    for (int i = 0; i < 10_000; i++) {
      entities.add(entity("Folder", i, Map.of(), Set.of()));
      entities.add(entity("Dataset", i, Map.of(), Set.of(EntityUid.of("Folder", "" + i))));
    }
    var known = List.copyOf(shared);
    var requests = new ArrayList<Request>();
    var expected = new ArrayList<Decision>();
    for (int i = 0; i < REQUESTS; i++) {
      var pair =
          random.nextBoolean()
              ? known.get(random.nextInt(known.size()))
              : List.of(random.nextInt(1_000), random.nextInt(10_000));
      requests.add(request(pair.get(0), "Dataset", pair.get(1), Map.of()));
      expected.add(decision(shared.contains(pair)));
    }
    return workload(template, links, entities, requests, expected);
  }

  private static Workload workload(
      String policies,
      List<Link> links,
      List<Entity> entities,
      List<Request> requests,
      List<Decision> expected) {
    return Workload.loaded(() ->
        new Workload(
            PolicySet.parse(
                    PolicySet.Ids.BY_ANNOTATION, List.of(new Source("policies.cedar", policies)))
                .withLinks(links),
            Entities.of(entities),
            requests,
            expected));
  }

  private static Entity entity(
      String type, int id, Map<String, StringValue> attributes, Set<EntityUid> parents) {
    return new Entity(
        EntityUid.of(type, "" + id), RecordValue.of(attributes), RecordValue.EMPTY, parents);
  }

  private static Request request(
      int user, String type, int resource, Map<String, LongValue> context) {
    return new Request(
        EntityUid.of("User", "" + user),
        READ,
        EntityUid.of(type, "" + resource),
        RecordValue.of(context));
  }

  private static Decision decision(boolean allow) {
    return allow ? Decision.ALLOW : Decision.DENY;
  }
}
