package dev.ostiary.cedar.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import com.cedarpolicy.BasicAuthorizationEngine;
import dev.ostiary.cedar.Authorizer;
import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.Response;
import dev.ostiary.cedar.json.EntitiesJson;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.json.JsonWriter;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Source;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Our engine against the official one, which is Rust behind JNI, on random worlds. */
final class CedarJavaTest {
  private static final Duration TIME =
      Boolean.getBoolean("ostiary.long") ? Duration.ofMinutes(30) : Duration.ofSeconds(20);

  @Test
  void decisionReasonsAndErrorsAreThoseOfTheOfficialEngine() throws Exception {
    Method official = officialEngine();
    long seed = Long.getLong("ostiary.seed", System.nanoTime());
    System.out.println("worlds compared with cedar-java from seed " + seed);
    long end = System.nanoTime() + TIME.toNanos();
    int asked = 0;
    int allowed = 0;
    int failed = 0;
    // A few at least, however busy the machine is.
    for (long world = seed; System.nanoTime() < end || asked < 100; world++) {
      var random = new RandomWorld(world);
      String text = random.policies(10);
      List<Entity> list = random.entities();
      var policies = PolicySet.parse(text);
      var entities = Entities.of(list);
      String json = JsonWriter.compact(EntitiesJson.toJson(list));
      for (int i = 0; i < 10; i++) {
        Request request = random.request();
        String call = call(text, json, request);
        JsonObject answer = success(answer(official, call), call);
        Response ours = Authorizer.isAuthorized(request, policies, entities);
        String message = "seed " + world + "\n" + text + call + "\n" + ours.errors();
        assertEquals(
            member(answer, "decision"),
            ours.decision() == Decision.ALLOW ? "\"allow\"" : "\"deny\"",
            message);
        var diagnostics = (JsonObject) find(answer, "diagnostics");
        assertEquals(strings(find(diagnostics, "reason")), ids(ours.reasons()), message);
        assertEquals(
            policyIds(find(diagnostics, "errors")),
            ids(ours.errors().stream().map(error -> error.policy()).toList()),
            message);
        asked++;
        if (ours.decision() == Decision.ALLOW) allowed++;
        failed += ours.errors().size();
      }
    }
    System.out.println(asked + " requests, " + allowed + " allowed, " + failed + " errors");
    assertTrue(allowed > 0 && failed > 0);
  }

  private static String call(String policies, String entities, Request request) {
    return "{\"principal\":"
        + uid(request.principal())
        + ",\"action\":"
        + uid(request.action())
        + ",\"resource\":"
        + uid(request.resource())
        + ",\"context\":"
        + attributes(request.context())
        + ",\"validateRequest\":false,\"policies\":{\"staticPolicies\":"
        + JsonWriter.quoted(policies)
        + "},\"entities\":"
        + entities
        + "}";
  }

  private static String uid(EntityUid uid) {
    return "{\"type\":"
        + JsonWriter.quoted(uid.type())
        + ",\"id\":"
        + JsonWriter.quoted(uid.id())
        + "}";
  }

  private static String attributes(RecordValue record) {
    var entity = new Entity(EntityUid.of("X", "x"), record, RecordValue.EMPTY, Set.of());
    if (EntitiesJson.toJson(List.of(entity)) instanceof Json.Arr(var elements, _, _)
        && elements.getFirst() instanceof JsonObject object) return member(object, "attrs");
    throw new AssertionError(record);
  }

  /** The door to the native library, which takes and gives JSON. */
  private static Method officialEngine() throws Exception {
    try {
      Method method =
          BasicAuthorizationEngine.class.getDeclaredMethod(
              "callCedarJNI", String.class, String.class);
      method.setAccessible(true);
      // Only the class's own loading finds the library inside the jar.
      Class.forName(BasicAuthorizationEngine.class.getName());
      return method;
    } catch (LinkageError | NoSuchMethodException e) {
      String missing = "cedar-java's native library does not load on this platform: " + e;
      assertFalse(Boolean.getBoolean("ostiary.require-tools"), missing);
      abort(missing);
      throw new AssertionError(e);
    }
  }

  private static String answer(Method official, String call) throws IllegalAccessException {
    try {
      return String.valueOf(official.invoke(null, "AuthorizationOperation", call));
    } catch (InvocationTargetException e) {
      throw new AssertionError(call, e.getCause());
    }
  }

  private static JsonObject success(String answer, String call) throws Exception {
    var json = (JsonObject) Json.parse(new Source("answer", answer));
    if (json.find("response") instanceof JsonObject response) return response;
    throw new AssertionError(answer + "\nto " + call);
  }

  private static Json find(JsonObject object, String name) {
    Json found = object.find(name);
    if (found == null) throw new AssertionError("no " + name + " in " + object);
    return found;
  }

  private static String member(JsonObject object, String name) {
    return JsonWriter.compact(find(object, name));
  }

  private static Set<String> strings(@Nullable Json json) {
    var strings = new TreeSet<String>();
    if (json instanceof Json.Arr(var elements, _, _)) {
      for (Json element : elements) strings.add(((Json.Str) element).value());
    }
    return strings;
  }

  private static Set<String> policyIds(Json errors) {
    var ids = new TreeSet<String>();
    for (Json error : ((Json.Arr) errors).elements())
      ids.add(((Json.Str) find((JsonObject) error, "policyId")).value());
    return ids;
  }

  private static Set<String> ids(List<Policy> policies) {
    return new TreeSet<>(policies.stream().map(Policy::id).toList());
  }
}
