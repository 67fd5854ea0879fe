package dev.ostiary.benchmarks;

import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.StringValue;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;

/**
 * Many users, each in one of 1,000 teams; every second one is in the group {@link #HALF} too, which
 * is in one of two organizations.
 */
final class Crowd {
  static final EntityUid HALF = EntityUid.of("Group", "half");

  private Crowd() {}

  static Entities of(int users) {
    var entities = new ArrayList<Entity>(users + 1_003);
    entities.add(group(HALF, organization(0)));
    for (int i = 0; i < 2; i++) entities.add(group(organization(i)));
    for (int i = 0; i < 1_000; i++) entities.add(group(team(i)));
    for (int i = 0; i < users; i++) entities.add(user(i, i % 10));
    return Workload.loaded(() -> Entities.of(entities));
  }

  /** A user with that level. */
  static Entity user(int i, int level) {
    var attributes =
        RecordValue.of(
            Map.of(
                "level", new LongValue(level),
                "mail", new StringValue("user" + i + "@example.org")));
    return new Entity(
        userUid(i),
        attributes,
        RecordValue.EMPTY,
        i % 2 == 0 ? Set.of(team(i % 1_000), HALF) : Set.of(team(i % 1_000)));
  }

  /** The group of half of the users, in that organization. */
  static Entity half(int organization) {
    return group(HALF, organization(organization));
  }

  static EntityUid userUid(int i) {
    return EntityUid.of("User", "user" + i);
  }

  static EntityUid organization(int i) {
    return EntityUid.of("Organization", "organization" + i);
  }

  private static EntityUid team(int i) {
    return EntityUid.of("Team", "team" + i);
  }

  private static Entity group(EntityUid uid, EntityUid... parents) {
    return new Entity(uid, RecordValue.EMPTY, RecordValue.EMPTY, Set.of(parents));
  }
}
