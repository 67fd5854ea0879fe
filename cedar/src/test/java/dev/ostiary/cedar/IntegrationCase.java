package dev.ostiary.cedar;

import dev.ostiary.cedar.json.EntitiesJson;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.json.RequestJson;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Source;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A case in the format of the integration tests: one world, several requests with answers. */
public record IntegrationCase(
    String name,
    PolicySet policies,
    Schema schema,
    Entities entities,
    boolean shouldValidate,
    List<Ask> asks) {

  /** A request and its recorded answer. */
  public record Ask(
      String name, Request request, Decision decision, Set<String> reasons, Set<String> errors) {}

  /** Reads the case of that file; the paths in it are relative to {@code root}. */
  public static IntegrationCase read(Path root, Path file) throws Exception {
    var source = new Source(file.toString(), Files.readString(file));
    var json = object(Json.parse(source, 1_000));
    Schema schema = Schema.parse(source(root, json, "schema"));
    List<Ask> asks = new ArrayList<>();
    for (Json ask : elements(json.find("requests"))) asks.add(ask(source, object(ask), schema));
    return new IntegrationCase(
        file.getFileName().toString(),
        PolicySet.parse(PolicySet.Ids.BY_POSITION, List.of(source(root, json, "policies"))),
        schema,
        EntitiesJson.load(source(root, json, "entities"), schema),
        isTrue(json.find("shouldValidate")),
        asks);
  }

  private static Ask ask(Source source, JsonObject json, Schema schema) throws Exception {
    EntityUid action = uid(source, json.find("action"));
    var context = RequestJson.context(source, object(json.find("context")), schema, action);
    var request =
        new Request(
            uid(source, json.find("principal")),
            action,
            uid(source, json.find("resource")),
            context);
    if (json.find("validateRequest") == null || isTrue(json.find("validateRequest")))
      schema.check(request);
    return new Ask(
        SharedData.text(json, "description"),
        request,
        SharedData.text(json, "decision").equals("allow") ? Decision.ALLOW : Decision.DENY,
        strings(json.find("reason")),
        strings(json.find("errors")));
  }

  /** What our engine says differently; empty where it agrees. */
  public List<String> disagreements() {
    var different = new ArrayList<String>();
    for (Ask ask : asks) {
      Response response = Authorizer.isAuthorized(ask.request, policies, entities);
      if (response.decision() != ask.decision
          || !reasons(response).equals(ask.reasons)
          || !errors(response).equals(ask.errors))
        different.add(name + " " + ask.name + ": " + response + " instead of " + ask);
    }
    return different;
  }

  /** Ids of the determining policies. */
  public static Set<String> reasons(Response response) {
    return response.reasons().stream()
        .map(Policy::id)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Ids of the policies that could not be evaluated. */
  public static Set<String> errors(Response response) {
    return response.errors().stream()
        .map(error -> error.policy().id())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The strings of a JSON array. */
  public static Set<String> strings(@Nullable Json json) {
    var strings = new TreeSet<String>();
    for (Json element : elements(json))
      if (element instanceof Json.Str(var s, _, _)) strings.add(s);
    return strings;
  }

  private static Source source(Path root, JsonObject json, String member) throws Exception {
    String name = SharedData.text(json, member);
    return new Source(name, Files.readString(root.resolve(name)));
  }

  private static EntityUid uid(Source source, @Nullable Json json) throws Exception {
    return RequestJson.uid(source, object(json));
  }

  private static boolean isTrue(@Nullable Json json) {
    return json instanceof Json.Bool(var value, _, _) && value;
  }

  private static JsonObject object(@Nullable Json json) {
    if (json instanceof JsonObject object) return object;
    throw new AssertionError("no object: " + json);
  }

  private static List<Json> elements(@Nullable Json json) {
    if (json instanceof Json.Arr(var elements, _, _)) return elements;
    throw new AssertionError("no array: " + json);
  }
}
