package dev.ostiary.cedar.json;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Policy.Slot;
import dev.ostiary.cedar.syntax.Scope;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;

/**
 * The JSON format of one policy or template.
 *
 * <p>What is written reads back as an equal policy, except for its id, which is not part of the
 * format, and the places it came from.
 *
 * @see <a href="https://docs.cedarpolicy.com/policies/json-format.html">JSON policy format</a>
 */
public final class PolicyJson {
  private PolicyJson() {}

  /**
   * The policy or template that {@code source} is.
   *
   * @param id the policy's id
   * @throws SourceException where the text is not JSON or not a policy, at the first fault
   */
  public static Policy read(Source source, String id) throws SourceException {
    return read(Json.parse(source), source, id);
  }

  /**
   * The policy or template that {@code json} is.
   *
   * @param source the text that {@code json} was read from, for the places of errors
   * @param id the policy's id
   * @throws SourceException where it is not a policy, at the first fault
   */
  public static Policy read(Json json, Source source, String id) throws SourceException {
    return new PolicyJsonReader(source).policy(json, id);
  }

  /** The expression that {@code json} is, as in a condition. */
  public static Expr readExpression(Json json, Source source) throws SourceException {
    return new ExpressionJsonReader(new JsonFields(source)).expression(json);
  }

  /** {@code policy} as JSON. */
  public static Json of(Policy policy) {
    var members = new LinkedHashMap<String, Json>();
    members.put("effect", Json.of(policy.effect().name().toLowerCase(Locale.ROOT)));
    members.put("principal", of(policy.principal(), Slot.PRINCIPAL));
    members.put("action", of(policy.action()));
    members.put("resource", of(policy.resource(), Slot.RESOURCE));
    members.put("conditions", Json.of(policy.conditions().stream().map(PolicyJson::of).toList()));
    if (!policy.annotations().isEmpty()) {
      var annotations = new LinkedHashMap<String, Json>();
      policy
          .annotations()
          .forEach((name, value) ->
              annotations.put(
                  name, policy.bareAnnotations().contains(name) ? Json.ofNull() : Json.of(value)));
      members.put("annotations", Json.of(annotations));
    }
    return Json.of(members);
  }

  /** {@code expr} as JSON. */
  public static Json of(Expr expr) {
    return ExpressionJson.of(expr);
  }

  private static Json of(Policy.Condition condition) {
    return ExpressionJson.object(
        "kind",
        Json.of(condition.kind().name().toLowerCase(Locale.ROOT)),
        "body",
        of(condition.body()));
  }

  private static Json of(Scope.OfEntity scope, Slot slot) {
    return switch (scope) {
      case Scope.Any _ -> Json.of("op", Json.of("All"));
      case Scope.Equal(var entity) -> reference("==", entity, slot);
      case Scope.In(var entity) -> reference("in", entity, slot);
      case Scope.Is(var type) ->
          ExpressionJson.object("op", Json.of("is"), "entity_type", Json.of(type));
      case Scope.IsIn(var type, var entity) ->
          ExpressionJson.object(
              "op",
              Json.of("is"),
              "entity_type",
              Json.of(type),
              "in",
              Json.of(name(entity), of(entity, slot)));
    };
  }

  private static Json reference(String operator, Scope.Reference reference, Slot slot) {
    return ExpressionJson.object("op", Json.of(operator), name(reference), of(reference, slot));
  }

  private static String name(Scope.Reference reference) {
    return switch (reference) {
      case Scope.Reference.Entity _ -> "entity";
      case Scope.Reference.Slot _ -> "slot";
    };
  }

  private static Json of(Scope.Reference reference, Slot slot) {
    return switch (reference) {
      case Scope.Reference.Entity(var uid) -> ExpressionJson.uid(uid);
      case Scope.Reference.Slot _ -> Json.of(slot.notation());
    };
  }

  private static Json of(Scope.OfAction scope) {
    return switch (scope) {
      case Scope.Any _ -> Json.of("op", Json.of("All"));
      case Scope.ActionEqual(var action) -> action("==", action);
      case Scope.ActionIn(var action) -> action("in", action);
      case Scope.ActionInList(List<EntityUid> actions) ->
          actions.size() == 1
              ? action("in", actions.getFirst())
              : ExpressionJson.object(
                  "op",
                  Json.of("in"),
                  "entities",
                  Json.of(actions.stream().map(ExpressionJson::uid).toList()));
    };
  }

  private static Json action(String operator, EntityUid action) {
    return ExpressionJson.object("op", Json.of(operator), "entity", ExpressionJson.uid(action));
  }
}
