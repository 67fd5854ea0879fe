package dev.ostiary.cedar.partial;

import dev.ostiary.cedar.Authorizer;
import dev.ostiary.cedar.Decision;
import dev.ostiary.cedar.Entities;
import dev.ostiary.cedar.EntitiesException;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.schema.ConformanceException;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Policy.Condition;
import dev.ostiary.cedar.syntax.Scope;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.cedar.syntax.Span;
import dev.ostiary.cedar.validate.Typing;
import dev.ostiary.cedar.validate.ValidationError;
import dev.ostiary.cedar.validate.ValidationMode;
import dev.ostiary.cedar.validate.Validator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;

/**
 * Decides requests of which something is left open, against one schema. Immutable; any thread may
 * use it.
 */
public final class PartialAuthorizer {
  private final Schema schema;
  private final Validator validator;

  /** For requests that fit {@code schema}. */
  public PartialAuthorizer(Schema schema) {
    this.schema = schema;
    this.validator = new Validator(schema);
  }

  /**
   * What is left of each policy, and the decision if it depends on nothing that is left open.
   *
   * @throws ConformanceException where the request does not fit the schema
   * @throws SourceException where a policy does not validate in strict mode for this kind of
   *     request
   */
  public PartialResponse isAuthorized(
      PartialRequest request, PolicySet policies, PartialEntities entities)
      throws ConformanceException, SourceException {
    check(request);
    var residuals = new ArrayList<ResidualPolicy>();
    for (var policy : policies.policies().values()) {
      var link = policies.links().get(policy.id());
      refuse(
          validator.names(
              link == null
                  ? policy
                  : Objects.requireNonNull(policies.templates().get(link.templateId()))));
      var types = new PartialTypes(schema, typing(policy, request));
      var evaluator = new PartialEvaluator(request, entities, types);
      residuals.add(ResidualPolicy.of(policy, evaluate(policy, evaluator)));
    }
    return PartialResponse.of(residuals);
  }

  /**
   * Checks what is known of a request against the schema.
   *
   * @throws ConformanceException where it does not fit
   */
  public void check(PartialRequest request) throws ConformanceException {
    schema.check(
        request.principal().type(),
        request.principal().uid(),
        request.action(),
        request.resource().type(),
        request.resource().uid(),
        request.context());
  }

  private static void refuse(List<ValidationError> errors) throws SourceException {
    if (!errors.isEmpty())
      throw new SourceException(errors.stream().map(ValidationError::error).toList());
  }

  private Typing typing(Policy policy, PartialRequest request) throws SourceException {
    for (var typing : validator.typings(policy, ValidationMode.STRICT)) {
      var environment = typing.environment();
      if (environment.action().equals(request.action())
          && environment.principal().equals(request.principal().type())
          && environment.resource().equals(request.resource().type())) {
        if (typing.isTyped()) return typing;
        break;
      }
    }
    refuse(validator.validate(List.of(policy), ValidationMode.STRICT).errors());
    throw new SourceException(
        List.of(new SourceError(policy.span(), "the policy does not validate")));
  }

  private static Residual evaluate(Policy policy, PartialEvaluator evaluator) {
    Residual residual = Residual.known(true);
    for (var conjunct : conjuncts(policy)) {
      if (PartialEvaluator.isFalse(residual) || residual instanceof Residual.Failed)
        return residual;
      residual = PartialEvaluator.both(residual, evaluator.evaluate(conjunct));
    }
    return residual;
  }

  private static List<Expr> conjuncts(Policy policy) {
    var all = new ArrayList<Expr>();
    all.addAll(scope(Expr.Variable.Name.PRINCIPAL, policy.principal()));
    all.addAll(scope(policy.action()));
    all.addAll(scope(Expr.Variable.Name.RESOURCE, policy.resource()));
    for (var condition : policy.conditions())
      all.add(
          condition.kind() == Condition.Kind.WHEN
              ? condition.body()
              : new Expr.Not(condition.body(), condition.span()));
    return all;
  }

  private static List<Expr> scope(Expr.Variable.Name name, Scope.OfEntity scope) {
    Expr variable = new Expr.Variable(name, Span.NONE);
    return switch (scope) {
      case Scope.Any _ -> List.of();
      case Scope.Equal(var entity) ->
          List.of(binary(Expr.Binary.Operator.EQUAL, variable, literal(entity)));
      case Scope.In(var entity) ->
          List.of(binary(Expr.Binary.Operator.IN, variable, literal(entity)));
      case Scope.Is(var type) -> List.of(new Expr.Is(variable, type, Span.NONE));
      case Scope.IsIn(var type, var entity) ->
          List.of(
              new Expr.Is(variable, type, Span.NONE),
              binary(Expr.Binary.Operator.IN, variable, literal(entity)));
    };
  }

  private static List<Expr> scope(Scope.OfAction scope) {
    Expr variable = new Expr.Variable(Expr.Variable.Name.ACTION, Span.NONE);
    return switch (scope) {
      case Scope.Any _ -> List.of();
      case Scope.ActionEqual(var uid) ->
          List.of(binary(Expr.Binary.Operator.EQUAL, variable, Expr.entity(uid)));
      case Scope.ActionIn(var uid) ->
          List.of(binary(Expr.Binary.Operator.IN, variable, Expr.entity(uid)));
      case Scope.ActionInList(var uids) ->
          List.of(
              binary(
                  Expr.Binary.Operator.IN,
                  variable,
                  new Expr.SetLiteral(uids.stream().map(Expr::entity).toList(), Span.NONE)));
    };
  }

  private static Expr binary(Expr.Binary.Operator operator, Expr left, Expr right) {
    return new Expr.Binary(operator, left, right, Span.NONE);
  }

  private static Expr literal(Scope.Reference reference) {
    return switch (reference) {
      case Scope.Reference.Entity(var uid) -> Expr.entity(uid);
      case Scope.Reference.Slot _ ->
          throw new IllegalArgumentException("a policy set's policies have no slots");
    };
  }

  /** The entities of type {@code principalType} that may do {@code action} to {@code resource}. */
  public List<EntityUid> principals(
      String principalType,
      EntityUid action,
      EntityUid resource,
      RecordValue context,
      PolicySet policies,
      Entities entities)
      throws ConformanceException, EntitiesException, SourceException {
    return search(
        new PartialRequest(
            PartialUid.ofType(principalType),
            action,
            PartialUid.of(resource),
            Optional.of(context)),
        principalType,
        principal -> new Request(principal, action, resource, context),
        policies,
        entities);
  }

  /** The entities of type {@code resourceType} to which {@code principal} may do {@code action}. */
  public List<EntityUid> resources(
      EntityUid principal,
      EntityUid action,
      String resourceType,
      RecordValue context,
      PolicySet policies,
      Entities entities)
      throws ConformanceException, EntitiesException, SourceException {
    return search(
        new PartialRequest(
            PartialUid.of(principal),
            action,
            PartialUid.ofType(resourceType),
            Optional.of(context)),
        resourceType,
        resource -> new Request(principal, action, resource, context),
        policies,
        entities);
  }

  private List<EntityUid> search(
      PartialRequest open,
      String type,
      Function<EntityUid, Request> closed,
      PolicySet policies,
      Entities entities)
      throws ConformanceException, EntitiesException, SourceException {
    var response = isAuthorized(open, policies, PartialEntities.of(entities, schema));
    var candidates =
        entities.stream().map(Entity::uid).filter(uid -> uid.type().equals(type)).sorted();
    if (response.decision().isPresent())
      return response.decision().get() == Decision.ALLOW ? candidates.toList() : List.of();
    var left = PolicySet.of(response.residuals(), List.of());
    return candidates
        .filter(uid ->
            Authorizer.isAuthorized(closed.apply(uid), left, entities).decision() == Decision.ALLOW)
        .toList();
  }

  /**
   * The actions that {@code principal} may do to {@code resource}, or may where something open
   * turns out so.
   *
   * @param contexts the circumstances by action, if they are known; an action without any, or with
   *     such as are not its context, is left out
   * @return by action {@code ALLOW}, or nothing where it depends on what is left open
   */
  public SequencedMap<EntityUid, Optional<Decision>> actions(
      PartialUid principal,
      PartialUid resource,
      Optional<Map<EntityUid, RecordValue>> contexts,
      PolicySet policies,
      PartialEntities entities)
      throws SourceException {
    var found = new LinkedHashMap<EntityUid, Optional<Decision>>();
    for (var action : schema.actions().values()) {
      if (!action.principals().contains(principal.type())
          || !action.resources().contains(resource.type())
          || (contexts.isPresent() && !contexts.get().containsKey(action.uid()))) continue;
      var context = contexts.map(known -> known.get(action.uid()));
      var request = new PartialRequest(principal, action.uid(), resource, context);
      try {
        var decision = isAuthorized(request, policies, entities).decision();
        if (!decision.equals(Optional.of(Decision.DENY))) found.put(action.uid(), decision);
      } catch (ConformanceException _) {
        // The context is of another action, so a request with both could not be made.
      }
    }
    return found;
  }
}
