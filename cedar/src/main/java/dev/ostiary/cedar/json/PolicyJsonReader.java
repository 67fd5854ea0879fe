package dev.ostiary.cedar.json;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.syntax.Identifiers;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Policy.Condition;
import dev.ostiary.cedar.syntax.Policy.Slot;
import dev.ostiary.cedar.syntax.Scope;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/** Reads policies and templates in the JSON policy format. */
final class PolicyJsonReader {
  private final JsonFields fields;
  private final ExpressionJsonReader expressions;

  PolicyJsonReader(Source source) {
    this.fields = new JsonFields(source);
    this.expressions = new ExpressionJsonReader(fields);
  }

  Policy policy(Json json, String id) throws SourceException {
    var policy =
        fields.object(
            json,
            "policy",
            List.of("effect", "principal", "action", "resource", "conditions"),
            List.of("annotations"));
    Json annotations = policy.find("annotations");
    return new Policy(
        id,
        annotations == null ? new LinkedHashMap<>() : annotations(annotations),
        annotations == null ? Set.of() : bareAnnotations(annotations),
        effect(fields.get(policy, "effect")),
        ofEntity(fields.get(policy, "principal"), Slot.PRINCIPAL),
        ofAction(fields.get(policy, "action")),
        ofEntity(fields.get(policy, "resource"), Slot.RESOURCE),
        conditions(fields.get(policy, "conditions")),
        fields.span(json));
  }

  private SequencedMap<String, String> annotations(Json json) throws SourceException {
    if (!(json instanceof JsonObject object)) throw fields.expected("an object", json);
    fields.unique(object);
    var annotations = new LinkedHashMap<String, String>();
    for (int i = 0; i < object.size(); i++) {
      String name = object.name(i);
      if (!Identifiers.isWord(name))
        throw fields.failure(object.value(i), "`" + name + "` is no name of an annotation");
      String value =
          object.value(i) instanceof Json.Null
              ? ""
              : fields.string(object.value(i), "a string or null");
      annotations.put(name, value);
    }
    return annotations;
  }

  /** An annotation without value is null. */
  private static Set<String> bareAnnotations(Json json) {
    var names = new HashSet<String>();
    if (json instanceof JsonObject object)
      for (int i = 0; i < object.size(); i++)
        if (object.value(i) instanceof Json.Null) names.add(object.name(i));
    return names;
  }

  private Policy.Effect effect(Json json) throws SourceException {
    return switch (fields.string(json, "`permit` or `forbid`")) {
      case "permit" -> Policy.Effect.PERMIT;
      case "forbid" -> Policy.Effect.FORBID;
      default -> throw fields.expected("`permit` or `forbid`", json);
    };
  }

  private Scope.OfEntity ofEntity(Json json, Slot slot) throws SourceException {
    var scope = scope(json);
    return switch (operator(scope)) {
      case "All", "all" -> new Scope.Any();
      case "==" -> new Scope.Equal(reference(scope, slot));
      case "in" -> new Scope.In(reference(scope, slot));
      case "is" -> {
        fields.object(scope, "scope", List.of("op", "entity_type"), List.of("in"));
        String type = fields.entityType(fields.get(scope, "entity_type"));
        Json group = scope.find("in");
        if (group == null || group instanceof Json.Null) yield new Scope.Is(type);
        if (!(group instanceof JsonObject object)) throw fields.expected("an object", group);
        yield new Scope.IsIn(type, reference(object, slot));
      }
      default -> throw fields.expected("`All`, `==`, `in` or `is`", fields.get(scope, "op"));
    };
  }

  private Scope.OfAction ofAction(Json json) throws SourceException {
    var scope = scope(json);
    return switch (operator(scope)) {
      case "All", "all" -> new Scope.Any();
      case "==" -> {
        Json entity = scope.find("entity");
        if (entity == null) throw fields.failure(scope, "the action's scope needs an `entity`");
        yield new Scope.ActionEqual(action(entity));
      }
      case "in" -> {
        Json entity = scope.find("entity");
        if (entity != null) yield new Scope.ActionIn(action(entity));
        if (!(scope.find("entities") instanceof Json.Arr(var entities, _, _)))
          throw fields.failure(
              scope, "the action's scope needs an `entity`, or an array `entities`");
        var actions = new ArrayList<EntityUid>(entities.size());
        for (var each : entities) actions.add(action(each));
        yield new Scope.ActionInList(actions);
      }
      default -> throw fields.expected("`All`, `==` or `in`", fields.get(scope, "op"));
    };
  }

  private JsonObject scope(Json json) throws SourceException {
    if (!(json instanceof JsonObject scope)) throw fields.expected("an object", json);
    fields.unique(scope);
    return scope;
  }

  private String operator(JsonObject scope) throws SourceException {
    Json operator = scope.find("op");
    if (operator == null) throw fields.failure(scope, "a scope needs a member `op`");
    return fields.string(operator, "an operator");
  }

  private Scope.Reference reference(JsonObject scope, Slot slot) throws SourceException {
    fields.unique(scope);
    Json entity = scope.find("entity");
    if (entity != null) return new Scope.Reference.Entity(fields.uid(entity));
    Json name = scope.find("slot");
    if (name == null) throw fields.failure(scope, "expected an `entity` or a `slot`");
    if (!slot.notation().equals(fields.string(name, "a slot")))
      throw fields.expected("`" + slot.notation() + "`", name);
    return new Scope.Reference.Slot();
  }

  private EntityUid action(Json json) throws SourceException {
    EntityUid uid = fields.uid(json);
    if (!uid.type().equals("Action") && !uid.type().endsWith("::Action"))
      throw fields.failure(json, "expected an entity of type `Action`, got `" + uid + "`");
    return uid;
  }

  private List<Condition> conditions(Json json) throws SourceException {
    if (!(json instanceof Json.Arr(var elements, _, _)))
      throw fields.expected("an array of conditions", json);
    var conditions = new ArrayList<Condition>(elements.size());
    for (var element : elements) {
      var condition = fields.object(element, "condition", List.of("kind", "body"), List.of());
      Json kind = fields.get(condition, "kind");
      conditions.add(
          new Condition(
              switch (fields.string(kind, "`when` or `unless`")) {
                case "when" -> Condition.Kind.WHEN;
                case "unless" -> Condition.Kind.UNLESS;
                default -> throw fields.expected("`when` or `unless`", kind);
              },
              expressions.expression(fields.get(condition, "body")),
              fields.span(element)));
    }
    return conditions;
  }
}
