package dev.ostiary.sidecar.cli.cedar;

import dev.ostiary.cedar.Authorizer;
import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.json.EntitiesJson;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.json.JsonWriter;
import dev.ostiary.cedar.json.RequestJson;
import dev.ostiary.cedar.schema.ConformanceException;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;

/** Entities and request of a line of a batch, and the decision. */
final class BatchRequest {
  private final JsonObject in;
  private final SequencedMap<String, Json> out;
  private final Optional<Schema> schema;

  BatchRequest(JsonObject in, SequencedMap<String, Json> out, Optional<Schema> schema) {
    this.in = in;
    this.out = out;
    this.schema = schema;
  }

  void run(Optional<PolicySet> policies) {
    Optional<Entities> entities = entities();
    Optional<Request> request =
        in.find("request") instanceof JsonObject json ? request(json) : Optional.empty();
    if (policies.isPresent() && entities.isPresent() && request.isPresent())
      decide(policies.get(), entities.get(), request.get());
    if (policies.isPresent() && schema.isPresent() && in.find("tpe") instanceof JsonObject partial)
      BatchPartial.answer(partial, schema.get(), policies.get())
          .ifPresent(answer -> out.put("tpe", answer));
  }

  private Optional<Entities> entities() {
    Json given = in.find("entities");
    if (in.find("rawEntities") instanceof Json.Str(var raw, _, _)) return entities(raw);
    return given == null ? Optional.of(Entities.EMPTY) : entities(JsonWriter.compact(given));
  }

  private Optional<Entities> entities(String text) {
    boolean useSchema = !(in.find("entitiesUseSchema") instanceof Json.Bool(var use, _, _)) || use;
    try {
      var source = new Source("entities", text);
      var entities =
          useSchema && schema.isPresent()
              ? EntitiesJson.load(source, schema.get())
              : EntitiesJson.load(source);
      out.put("entities", Json.of("ok"));
      out.put("entityCount", Json.of(entities.size()));
      return Optional.of(entities);
    } catch (SourceException e) {
      out.put("entities", Json.of("error"));
      out.put("entitiesMessage", Json.of(e.errors().getFirst().toString()));
      return Optional.empty();
    }
  }

  private Optional<Request> request(JsonObject json) {
    try {
      var source = new Source("request", JsonWriter.compact(json));
      // Read again, so that its places are those of its own text.
      json = (JsonObject) Json.parse(source);
      var action = uid(source, json, "action");
      boolean validate = !(json.find("validate") instanceof Json.Bool(var wanted, _, _)) || wanted;
      var request =
          new Request(
              uid(source, json, "principal"),
              action,
              uid(source, json, "resource"),
              context(json, action, validate));
      if (validate && schema.isPresent()) schema.get().check(request);
      out.put("request", Json.of("ok"));
      return Optional.of(request);
    } catch (SourceException e) {
      return refused(e.errors().getFirst().toString());
    } catch (ConformanceException e) {
      return refused(String.valueOf(e.getMessage()));
    }
  }

  private Optional<Request> refused(String message) {
    out.put("request", Json.of("error"));
    out.put("requestMessage", Json.of(message));
    return Optional.empty();
  }

  private static EntityUid uid(Source source, JsonObject request, String name)
      throws SourceException {
    Json json = request.find(name);
    return RequestJson.uid(source, json == null ? Json.ofNull() : json);
  }

  private RecordValue context(JsonObject request, EntityUid action, boolean check)
      throws SourceException {
    Json context = request.find("context");
    String text = context == null ? "{}" : JsonWriter.compact(context);
    if (request.find("rawContext") instanceof Json.Str(var raw, _, _)) text = raw;
    var source = new Source("context", text);
    if (schema.isEmpty()) return RequestJson.context(source);
    return check
        ? RequestJson.context(source, schema.get(), action)
        : RequestJson.uncheckedContext(source, schema.get(), action);
  }

  private void decide(PolicySet policies, Entities entities, Request request) {
    var response = Authorizer.isAuthorized(request, policies, entities);
    out.put("decision", Json.of(name(response.decision())));
    out.put("reason", strings(response.reasons().stream().map(Policy::id).sorted().toList()));
    var errors = new ArrayList<String>();
    var kinds = new ArrayList<Json>();
    for (var error : response.errors()) {
      errors.add(error.policy().id());
      kinds.add(
          strings(
              List.of(
                  error.policy().id(), error.error().kind().notation(), error.error().message())));
    }
    errors.sort(null);
    out.put("errors", strings(errors));
    out.put("errorKinds", Json.of(kinds));
  }

  static String name(Decision decision) {
    return decision.name().toLowerCase(Locale.ROOT);
  }

  static Json strings(List<String> texts) {
    return Json.of(texts.stream().map(Json::of).toList());
  }
}
