package dev.ostiary.sidecar.cli.cedar;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.json.JsonWriter;
import dev.ostiary.cedar.json.PartialEntitiesJson;
import dev.ostiary.cedar.json.PolicyJson;
import dev.ostiary.cedar.json.RequestJson;
import dev.ostiary.cedar.partial.PartialAuthorizer;
import dev.ostiary.cedar.partial.PartialEntities;
import dev.ostiary.cedar.partial.PartialRequest;
import dev.ostiary.cedar.partial.PartialResponse;
import dev.ostiary.cedar.partial.PartialUid;
import dev.ostiary.cedar.partial.ResidualPolicy;
import dev.ostiary.cedar.partial.ResidualPolicy.Verdict;
import dev.ostiary.cedar.schema.ConformanceException;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.Policy.Effect;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.LinkedHashMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The request of a line of a batch that leaves something open. */
final class BatchPartial {
  private BatchPartial() {}

  /** What is left of each policy; empty where a policy does not validate. */
  static Optional<Json> answer(JsonObject json, Schema schema, PolicySet policies) {
    PartialRequest request;
    PartialEntities entities;
    var authorizer = new PartialAuthorizer(schema);
    try {
      request = request(json, schema);
      entities = entities(json, schema);
      authorizer.check(request);
    } catch (SourceException | ConformanceException _) {
      return Optional.of(Json.of("input", Json.of("error")));
    }
    try {
      return Optional.of(answer(authorizer.isAuthorized(request, policies, entities)));
    } catch (SourceException | ConformanceException _) {
      return Optional.empty();
    }
  }

  private static PartialRequest request(JsonObject given, Schema schema) throws SourceException {
    var source = new Source("tpe", JsonWriter.compact(given));
    // Read again, so that its places are those of its own text.
    var json = (JsonObject) Json.parse(source);
    Json named = json.find("action");
    EntityUid action = RequestJson.uid(source, named == null ? Json.ofNull() : named);
    Optional<RecordValue> context = Optional.empty();
    Json values = json.find("context");
    if (values != null && !(values instanceof Json.Null))
      context =
          Optional.of(
              RequestJson.context(
                  new Source("context", JsonWriter.compact(values)), schema, action));
    return new PartialRequest(
        uid(source, json.find("principal")), action, uid(source, json.find("resource")), context);
  }

  private static PartialUid uid(Source source, @Nullable Json json) throws SourceException {
    if (json instanceof JsonObject object
        && object.find("id") == null
        && object.find("type") instanceof Json.Str(var type, _, _)) return PartialUid.ofType(type);
    return PartialUid.of(RequestJson.uid(source, json == null ? Json.ofNull() : json));
  }

  private static PartialEntities entities(JsonObject json, Schema schema) throws SourceException {
    Json given = json.find("entities");
    String text = given == null ? "[]" : JsonWriter.compact(given);
    return PartialEntitiesJson.load(new Source("entities", text), schema);
  }

  private static Json answer(PartialResponse response) {
    var out = new LinkedHashMap<String, Json>();
    out.put(
        "decision",
        response.decision().map(BatchRequest::name).map(Json::of).orElseGet(Json::ofNull));
    for (var effect : Effect.values()) {
      String name = effect == Effect.PERMIT ? "Permits" : "Forbids";
      out.put("true" + name, ids(response, effect, Verdict.TRUE));
      out.put("false" + name, ids(response, effect, Verdict.FALSE));
      out.put("error" + name, ids(response, effect, Verdict.ERROR));
      out.put("residual" + name, ids(response, effect, Verdict.OPEN));
    }
    var residuals = new LinkedHashMap<String, Json>();
    for (var each : response.policies())
      if (each.verdict() == Verdict.OPEN)
        residuals.put(each.policy().id(), PolicyJson.of(CoreForm.of(each.toPolicy())));
    out.put("residuals", Json.of(residuals));
    return Json.of(out);
  }

  private static Json ids(PartialResponse response, Effect effect, Verdict verdict) {
    return BatchRequest.strings(
        response.policies().stream()
            .filter(each -> each.verdict() == verdict && each.policy().effect() == effect)
            .map(ResidualPolicy::policy)
            .map(policy -> policy.id())
            .sorted()
            .toList());
  }
}
