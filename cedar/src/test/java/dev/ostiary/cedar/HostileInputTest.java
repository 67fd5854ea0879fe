package dev.ostiary.cedar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Inputs made to hurt get an answer or an error, soon, and nothing else. */
final class HostileInputTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final EntityUid SOMEONE = EntityUid.of("User", "u");

  private static Entity group(int number, int parent) {
    return new Entity(
        EntityUid.of("G", "" + number),
        RecordValue.EMPTY,
        RecordValue.EMPTY,
        Set.of(EntityUid.of("G", "" + parent)));
  }

  private static List<Entity> chain(int length, int lastParent) {
    var chain = new ArrayList<Entity>();
    for (int i = 0; i < length; i++) chain.add(group(i, i == length - 1 ? lastParent : i + 1));
    return chain;
  }

  @Test
  void aCycleOfAHundredThousandEntitiesIsRefused() {
    var thrown =
        assertTimeoutPreemptively(
            SOON,
            () -> assertThrows(EntitiesException.class, () -> Entities.of(chain(100_000, 0))));
    assertTrue(String.valueOf(thrown.getMessage()).endsWith("is its own ancestor"));
  }

  @Test
  void aChainOfAHundredThousandEntitiesIsRefusedRatherThanClosed() {
    assertTimeoutPreemptively(
        SOON,
        () -> assertThrows(EntitiesException.class, () -> Entities.of(chain(100_000, 100_000))));
  }

  @Test
  void aCycleMadeByAChangeIsRefusedAndNothingChanges() throws Exception {
    var entities = Entities.of(chain(900, 900));
    assertThrows(EntitiesException.class, () -> entities.with(group(900, 0)));
    assertThrows(EntitiesException.class, () -> entities.with(group(5, 5)));
    assertEquals(900, entities.ancestors(EntityUid.of("G", "0")).size());
    assertTrue(entities.isIn(EntityUid.of("G", "0"), EntityUid.of("G", "900")));
  }

  /** "Aa" and "BB" have one hash, so any string of them does. */
  private static String collision(int number) {
    var text = new StringBuilder();
    for (int bit = 0; bit < 17; bit++) text.append((number >> bit & 1) == 0 ? "Aa" : "BB");
    return text.toString();
  }

  @Test
  void namesThatCollideAreAsGoodAsOthers() {
    assertTimeoutPreemptively(
        SOON,
        () -> {
          var values = new ArrayList<Value>();
          var entities = new ArrayList<Entity>();
          for (int i = 0; i < 20_000; i++) {
            values.add(new StringValue(collision(i)));
            entities.add(
                new Entity(
                    EntityUid.of("User", collision(i)),
                    RecordValue.EMPTY,
                    RecordValue.EMPTY,
                    Set.of()));
          }
          SetValue set = SetValue.of(values);
          assertTrue(set.containsAll(SetValue.of(values)));
          assertEquals(20_000, Entities.of(entities).size());
          var grown = Entities.EMPTY.with(entities.getFirst());
          for (Entity entity : entities.subList(1, 3_000)) grown = grown.with(entity);
          assertTrue(grown.contains(entities.get(2_999).uid()));
          for (Entity entity : entities.subList(0, 2_999)) grown = grown.without(entity.uid());
          assertEquals(1, grown.size());
        });
  }

  @Test
  void aMillionElementsAreAnOrdinarySet() {
    assertTimeoutPreemptively(
        SOON,
        () -> {
          var values = new ArrayList<Value>();
          for (int i = 0; i < 1_000_000; i++) values.add(new LongValue(i % 500_000));
          SetValue set = SetValue.of(values);
          assertEquals(500_000, set.size());
          var policies =
              PolicySet.parse(
                  "permit(principal, action, resource) when { context.set.contains(499999) };");
          var request = new Request(SOMEONE, SOMEONE, SOMEONE, RecordValue.of(Map.of("set", set)));
          assertEquals(
              Decision.ALLOW,
              Authorizer.isAuthorized(request, policies, Entities.EMPTY).decision());
        });
  }
}
