package dev.ostiary.cedar.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.Response;
import dev.ostiary.cedar.SetValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.store.EntityStore;
import dev.ostiary.cedar.syntax.Policy;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Policies that begin by comparing attributes, there or not, with literals. */
final class LiteralIndexTest {
  private static final List<String> LITERALS = List.of("\"a\"", "\"b\"", "1", "true", "U::\"0\"");
  private static final List<Value> VALUES =
      List.of(
          new StringValue("a"),
          new StringValue("b"),
          new LongValue(1),
          BoolValue.TRUE,
          EntityUid.of("U", "0"),
          SetValue.of(List.of(new StringValue("a"))));
  private static final List<String> VARIABLES =
      List.of("principal", "resource", "context", "action");

  private record World(SplittableRandom random) {
    <T> T pick(List<T> all) {
      return all.get(random.nextInt(all.size()));
    }

    String conjunct() {
      String attribute = pick(VARIABLES) + "." + pick(List.of("x", "y"));
      return switch (random.nextInt(8)) {
        case 0 -> pick(LITERALS) + " == " + attribute;
        case 1 -> pick(VARIABLES) + " has " + pick(List.of("x", "y"));
        case 2 -> attribute + " != " + pick(LITERALS);
        case 3 -> attribute + " < 2";
        default -> attribute + " == " + pick(LITERALS);
      };
    }

    String policy() {
      var text = new StringBuilder(pick(List.of("permit", "forbid")));
      text.append(" (principal, ").append(pick(List.of("action", "action in Action::\"all\"")));
      text.append(", resource)");
      for (int i = random.nextInt(3); i > 0; i--) {
        text.append(random.nextInt(4) == 0 ? " unless { " : " when { ").append(conjunct());
        for (int k = random.nextInt(3); k > 0; k--) text.append(" && ").append(conjunct());
        text.append(" }");
      }
      return text.append(";\n").toString();
    }

    /** Some of those that requests name, the action in a group. */
    EntityStore entities() throws Exception {
      var entities = new LinkedHashMap<EntityUid, Entity>();
      for (String type : List.of("U", "Action", "R")) {
        Set<EntityUid> parents =
            type.equals("Action") ? Set.of(EntityUid.of("Action", "all")) : Set.of();
        var entity = new Entity(uid(type), attributes(), RecordValue.EMPTY, parents);
        if (random.nextInt(6) > 0) entities.put(entity.uid(), entity);
      }
      return EntityStore.of(entities);
    }

    RecordValue attributes() {
      var attributes = new HashMap<String, Value>();
      for (String name : List.of("x", "y"))
        if (random.nextInt(4) > 0) attributes.put(name, pick(VALUES));
      return RecordValue.of(attributes);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 0x5eed})
  void decisionReasonsAndErrorsAreThoseOfTheFullScan(long seed) throws Exception {
    var world = new World(new SplittableRandom(seed));
    int reasons = 0;
    int failed = 0;
    for (int i = 0; i < 60; i++) {
      var text = new StringBuilder();
      for (int k = 0; k < 120; k++) text.append(world.policy());
      var policies = new CompiledSet(PolicySet.parse(text.toString()).policies().values());
      for (int k = 0; k < 10; k++) {
        EntityStore store = world.entities();
        var request = new Request(uid("U"), uid("Action"), uid("R"), world.attributes());
        String message = "seed " + seed + "\n" + text + request;
        Response indexed = policies.decide(request, store);
        Response scanned = policies.decideByFullScan(request, store);
        assertEquals(scanned.decision(), indexed.decision(), message);
        assertEquals(ids(scanned.reasons()), ids(indexed.reasons()), message);
        assertEquals(failed(scanned), failed(indexed), message);
        assertEquals(scanned.decision(), policies.decision(request, store), message);
        reasons += scanned.reasons().size();
        failed += scanned.errors().size();
      }
    }
    assertTrue(reasons > 1_000 && failed > 1_000, reasons + ", " + failed);
  }

  private static EntityUid uid(String type) {
    return EntityUid.of(type, "0");
  }

  private static List<String> ids(List<Policy> policies) {
    return policies.stream().map(Policy::id).toList();
  }

  private static List<String> failed(Response response) {
    return response.errors().stream()
        .map(error -> error.policy().id() + ": " + error.error().message())
        .toList();
  }
}
