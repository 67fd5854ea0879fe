package dev.ostiary.cedar.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.Authorizer;
import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.Response;
import dev.ostiary.cedar.Trace;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Policy.Condition;
import dev.ostiary.cedar.syntax.Policy.Effect;
import dev.ostiary.cedar.syntax.Scope;
import dev.ostiary.cedar.syntax.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The compiled and indexed engine against the plain one, on random worlds. */
final class ReferenceTest {
  private static final int WORLDS = Boolean.getBoolean("ostiary.long") ? 20_000 : 150;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 0x5eed})
  void decisionReasonsAndErrorsAreThoseOfTheTreeWalk(long seed) throws Exception {
    int permits = 0;
    int failures = 0;
    int asked = 0;
    for (int world = 0; world < WORLDS; world++) {
      var random = new RandomWorld(seed * 1_000_003 + world);
      String text = random.policies(12);
      var policies = PolicySet.parse(text);
      List<Entity> list = random.entities();
      var entities = Entities.of(list);
      for (int i = 0; i < 6; i++) {
        Request request = random.request();
        Response response = Authorizer.isAuthorized(request, policies, entities);
        String message = "seed " + seed + " world " + world + "\n" + text + request + "\n" + list;
        Expected expected = expected(policies, request, list);
        assertEquals(expected.decision(), response.decision(), message);
        assertEquals(expected.reasons, ids(response.reasons()), message);
        assertEquals(
            expected.errors,
            ids(response.errors().stream().map(error -> error.policy()).toList()),
            message);
        assertEquals(response.decision(), Authorizer.decide(request, policies, entities), message);
        assertTraceAgrees(response, Authorizer.trace(request, policies, entities));
        asked++;
        if (response.decision() == Decision.ALLOW) permits++;
        failures += response.errors().size();
      }
    }
    // A generator that never allows or never fails tests nothing.
    assertTrue(permits > asked / 20 && failures > asked / 20, permits + ", " + failures);
  }

  private static void assertTraceAgrees(Response response, List<Trace> traces) {
    var applied = new TreeSet<String>();
    var failed = new TreeSet<String>();
    for (Trace trace : traces) {
      boolean determines =
          (trace.policy().effect() == Effect.PERMIT) == (response.decision() == Decision.ALLOW);
      switch (trace.outcome()) {
        case Trace.Applied() -> {
          if (determines) applied.add(trace.policy().id());
        }
        case Trace.Failed _ -> failed.add(trace.policy().id());
        case Trace.ScopeMismatch(var variables) -> assertTrue(!variables.isEmpty());
        case Trace.ConditionFalse(Condition condition, Expr clause, _) -> {
          assertTrue(condition.span().start() <= clause.span().start());
          assertTrue(clause.span().end() <= condition.span().end());
        }
      }
    }
    assertEquals(ids(response.reasons()), applied);
    assertEquals(ids(response.errors().stream().map(error -> error.policy()).toList()), failed);
  }

  private record Expected(Set<String> reasons, Set<String> errors, boolean allows) {
    Decision decision() {
      return allows ? Decision.ALLOW : Decision.DENY;
    }
  }

  private static Expected expected(PolicySet policies, Request request, List<Entity> entities) {
    var walk = new TreeWalk(request, entities);
    var permits = new TreeSet<String>();
    var forbids = new TreeSet<String>();
    var errors = new TreeSet<String>();
    for (Policy policy : policies.policies().values()) {
      try {
        if (applies(walk, policy, request))
          (policy.effect() == Effect.PERMIT ? permits : forbids).add(policy.id());
      } catch (TreeWalk.NoValue _) {
        errors.add(policy.id());
      }
    }
    boolean allows = forbids.isEmpty() && !permits.isEmpty();
    return new Expected(forbids.isEmpty() ? permits : forbids, errors, allows);
  }

  private static boolean applies(TreeWalk walk, Policy policy, Request request)
      throws TreeWalk.NoValue {
    if (!matches(walk, policy.principal(), request.principal())) return false;
    if (!matches(walk, policy.action(), request.action())) return false;
    if (!matches(walk, policy.resource(), request.resource())) return false;
    for (Condition condition : policy.conditions()) {
      Expr holds =
          condition.kind() == Condition.Kind.WHEN
              ? new Expr.And(condition.body(), condition.body(), Span.NONE)
              : new Expr.Not(condition.body(), Span.NONE);
      if (walk.eval(holds) != dev.ostiary.cedar.BoolValue.TRUE) return false;
    }
    return true;
  }

  private static boolean matches(TreeWalk walk, Scope scope, EntityUid uid) {
    return switch (scope) {
      case Scope.Any() -> true;
      case Scope.Equal(var entity) -> uid.equals(uid(entity));
      case Scope.In(var entity) -> walk.isBelow(uid, uid(entity));
      case Scope.Is(String type) -> uid.type().equals(type);
      case Scope.IsIn(String type, var entity) ->
          uid.type().equals(type) && walk.isBelow(uid, uid(entity));
      case Scope.ActionEqual(var action) -> uid.equals(action);
      case Scope.ActionIn(var action) -> walk.isBelow(uid, action);
      case Scope.ActionInList(var actions) ->
          actions.stream().anyMatch(action -> walk.isBelow(uid, action));
    };
  }

  private static EntityUid uid(Scope.Reference reference) {
    return switch (reference) {
      case Scope.Reference.Entity(var uid) -> uid;
      case Scope.Reference.Slot() -> throw new AssertionError("a slot");
    };
  }

  private static Set<String> ids(List<Policy> policies) {
    return new TreeSet<>(policies.stream().map(Policy::id).toList());
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5})
  void theIndexFindsWhatTheFullScanFinds(long seed) throws Exception {
    for (int world = 0; world < WORLDS / 3; world++) {
      var random = new RandomWorld(seed * 1_000_003 + world);
      var policies = new CompiledSet(PolicySet.parse(random.policies(150)).policies().values());
      var store =
          dev.ostiary.cedar.store.EntityStore.of(
              random.entities().stream()
                  .collect(java.util.stream.Collectors.toMap(Entity::uid, e -> e)));
      for (int i = 0; i < 30; i++) {
        Request request = random.request();
        Response found = policies.decide(request, store);
        Response scanned = policies.decideByFullScan(request, store);
        String message = "seed " + seed + " world " + world + " " + request;
        assertEquals(scanned.decision(), found.decision(), message);
        assertEquals(scanned.reasons(), found.reasons(), message);
        assertEquals(errors(scanned), errors(found), message);
      }
    }
  }

  private static List<String> errors(Response response) {
    return response.errors().stream().map(Object::toString).toList();
  }

  @ParameterizedTest
  @ValueSource(longs = {6, 7, 8})
  void entitiesChangedOneByOneAreThoseBuiltAtOnce(long seed) throws Exception {
    var random = new RandomWorld(seed);
    var choices = new java.util.SplittableRandom(seed);
    List<String> types = List.of("User", "Group", "Photo", "NS::Thing");
    var entities = Entities.EMPTY;
    var map = new java.util.LinkedHashMap<EntityUid, Entity>();
    for (int step = 0; step < 40 * WORLDS; step++) {
      Entity entity = random.entity(types.get(choices.nextInt(4)), choices.nextInt(7));
      if (choices.nextInt(3) == 0) {
        entities = entities.without(entity.uid());
        map.remove(entity.uid());
      } else {
        entities = entities.with(entity);
        map.put(entity.uid(), entity);
      }
      if (step % 7 > 0) continue;
      var rebuilt = Entities.of(new ArrayList<>(map.values()));
      assertEquals(rebuilt.size(), entities.size());
      for (String type : types) {
        for (int i = 0; i < 7; i++) {
          var uid = EntityUid.of(type, "" + i);
          assertEquals(rebuilt.ancestors(uid), entities.ancestors(uid), "step " + step);
          assertEquals(rebuilt.find(uid), entities.find(uid), "step " + step);
        }
      }
    }
  }
}
