package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.schema.EntityTypeDeclaration;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Policy.Link;
import dev.ostiary.cedar.syntax.Policy.Slot;
import dev.ostiary.cedar.syntax.Scope;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.Span;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Says whether policies fit a schema. Immutable and safe for use by any thread; one validator
 * serves any number of policies.
 *
 * @see <a href="https://docs.cedarpolicy.com/policies/validation.html">Cedar policy validation</a>
 */
public final class Validator {
  /** As many of {@link Conditions} are the scope. */
  private static final int SCOPE = 3;

  private final TypedSchema schema;

  /** A validator against {@code schema}. */
  public Validator(Schema schema) {
    this.schema = new TypedSchema(schema);
  }

  /** Validates all policies, templates and links of a set. */
  public ValidationResult validate(PolicySet policies, ValidationMode mode) {
    return validate(policies, mode, Integer.MAX_VALUE);
  }

  /**
   * Validates all policies, templates and links of a set, up to a level.
   *
   * @param level as in {@link #validate(Collection, Collection, ValidationMode, int)}
   */
  public ValidationResult validate(PolicySet policies, ValidationMode mode, int level) {
    var written = new ArrayList<Policy>();
    for (Policy policy : policies.policies().values())
      if (!policies.links().containsKey(policy.id())) written.add(policy);
    written.addAll(policies.templates().values());
    return validate(written, policies.links().values(), mode, level);
  }

  /** Validates static policies and templates, without links. */
  public ValidationResult validate(Collection<Policy> policies, ValidationMode mode) {
    return validate(policies, List.of(), mode);
  }

  /**
   * Validates static policies, templates, and what links put into templates. All errors and
   * warnings come at once, in the order given.
   *
   * @param links of templates among {@code policies}; others are left out
   */
  public ValidationResult validate(
      Collection<Policy> policies, Collection<Link> links, ValidationMode mode) {
    return validate(policies, links, mode, Integer.MAX_VALUE);
  }

  /**
   * Validates, and refuses also what reads more entities in a row than a caller promises to load.
   *
   * @param level how many entities may be read in a row, from those of the request; 0 allows none
   * @see <a
   *     href="https://github.com/cedar-policy/rfcs/blob/main/text/0076-entity-slice-validation.md">RFC
   *     76</a>
   */
  public ValidationResult validate(
      Collection<Policy> policies, Collection<Link> links, ValidationMode mode, int level) {
    var errors = new ArrayList<ValidationError>();
    var warnings = new ArrayList<ValidationWarning>();
    var templates = new HashMap<String, Policy>();
    boolean complete = schema.schema().isComplete();
    for (Policy policy : policies) {
      templates.put(policy.id(), policy);
      if (complete) validate(policy, mode, level, errors, warnings);
      else errors.add(incomplete(policy));
    }
    if (!complete) return new ValidationResult(errors, warnings);
    for (Link link : links) {
      Policy template = templates.get(link.templateId());
      if (template != null) validate(template, link, errors, warnings);
    }
    return new ValidationResult(errors, warnings);
  }

  /**
   * Faults of {@code policy}, static or a template, in whatever request: names that the schema does
   * not declare, and that the schema is not complete.
   */
  public List<ValidationError> names(Policy policy) {
    if (!schema.schema().isComplete()) return List.of(incomplete(policy));
    return new NameChecker(schema)
        .check(Conditions.of(policy, ScopePlaces.exact(policy))).stream()
            .map(error -> error(policy.id(), error))
            .toList();
  }

  /** The types of {@code policy} in every request environment of the schema. */
  public List<Typing> typings(Policy policy, ValidationMode mode) {
    var conjuncts = Conditions.of(policy, ScopePlaces.coarse(policy));
    return typings(conjuncts, mode, environments(policy), new ArrayList<>());
  }

  private List<Typing> typings(
      List<Expr> conjuncts,
      ValidationMode mode,
      List<RequestEnvironment> environments,
      Collection<TypeError> errors) {
    var shapes = new Shapes();
    var typings = new ArrayList<Typing>();
    for (RequestEnvironment environment : environments) {
      var checker = new TypeChecker(schema, Lattice.of(mode), environment, shapes, errors);
      typings.add(new Typing(checker, checker.checkAll(conjuncts)));
    }
    return typings;
  }

  private void validate(
      Policy policy,
      ValidationMode mode,
      int level,
      List<ValidationError> errors,
      List<ValidationWarning> warnings) {
    List<Expr> conjuncts = Conditions.of(policy, ScopePlaces.coarse(policy));
    List<TypeError> found = new NameChecker(schema).check(conjuncts);
    List<ValidationWarning> odd = TextChecker.check(policy.id(), conjuncts);
    if (!found.isEmpty() || !odd.isEmpty()) {
      conjuncts = Conditions.of(policy, ScopePlaces.exact(policy));
      found = new NameChecker(schema).check(conjuncts);
      odd = TextChecker.check(policy.id(), conjuncts);
    }
    var typeErrors = new LinkedHashSet<TypeError>(); // the same in many environments, said once
    List<RequestEnvironment> environments = environments(policy);
    // Where every name is known there is nothing to be found for other actions.
    if (found.isEmpty() && level == Integer.MAX_VALUE)
      environments = environments.stream().filter(e -> isFor(policy.action(), e.action())).toList();
    List<Typing> typings = typings(conjuncts, mode, environments, typeErrors);
    if (level != Integer.MAX_VALUE)
      for (Typing typing : typings)
        if (typing.isTyped() || typing.isImpossible())
          new LevelChecker(typing, level, typeErrors).check(conjuncts, SCOPE, policy.span());
    found.addAll(typeErrors);
    for (TypeError error : found) errors.add(error(policy.id(), error));
    applies(policy, policy.span()).ifPresent(warnings::add);
    if (typings.stream().allMatch(Typing::isImpossible))
      warnings.add(
          new ValidationWarning(
              policy.id(),
              ValidationWarning.Kind.IMPOSSIBLE_POLICY,
              new SourceError(
                  policy.span(), "the policy applies to no request that the schema allows")));
    warnings.addAll(odd);
  }

  /** Whether the scope lets that action through; actions and their groups are all in the schema. */
  private boolean isFor(Scope.OfAction scope, EntityUid action) {
    return switch (scope) {
      case Scope.ActionEqual(var uid) -> uid.equals(action);
      case Scope.ActionIn(var group) ->
          action.equals(group) || schema.actionsBelow(group).contains(action);
      // A list may be empty or of different types, which is an error whatever the action.
      case Scope.Any(), Scope.ActionInList _ -> true;
    };
  }

  private static ValidationError incomplete(Policy policy) {
    return new ValidationError(
        policy.id(),
        ValidationError.Kind.INCOMPLETE_SCHEMA,
        new SourceError(
            policy.span(),
            "the schema declares types or actions as external that nothing defines"));
  }

  private static ValidationError error(String policyId, TypeError error) {
    return new ValidationError(
        policyId, error.kind(), new SourceError(error.span(), error.message()));
  }

  private Optional<ValidationWarning> applies(Policy policy, Span span) {
    return new ScopeChecker(schema)
        .complaint(policy)
        .map(message ->
            new ValidationWarning(
                policy.id(),
                ValidationWarning.Kind.INVALID_ACTION_APPLICATION,
                new SourceError(span, message)));
  }

  private void validate(
      Policy template, Link link, List<ValidationError> errors, List<ValidationWarning> warnings) {
    var found = new ArrayList<TypeError>();
    for (EntityUid uid : link.values().values())
      new NameChecker(schema).checkType(uid.type(), Span.NONE, found);
    for (TypeError error : found) errors.add(error(link.newId(), error));
    var linked =
        new Policy(
            link.newId(),
            template.annotations(),
            template.effect(),
            fill(template.principal(), link.values().get(Slot.PRINCIPAL)),
            template.action(),
            fill(template.resource(), link.values().get(Slot.RESOURCE)),
            List.of(),
            template.span());
    applies(linked, template.span()).ifPresent(warnings::add);
  }

  private static Scope.OfEntity fill(Scope.OfEntity scope, @Nullable EntityUid value) {
    if (value == null) return scope;
    var entity = new Scope.Reference.Entity(value);
    return switch (scope) {
      case Scope.Any(), Scope.Is _ -> scope;
      case Scope.Equal(var old) ->
          old instanceof Scope.Reference.Slot ? new Scope.Equal(entity) : scope;
      case Scope.In(var old) -> old instanceof Scope.Reference.Slot ? new Scope.In(entity) : scope;
      case Scope.IsIn(var type, var old) ->
          old instanceof Scope.Reference.Slot ? new Scope.IsIn(type, entity) : scope;
    };
  }

  /** The schema's environments, for a template with every type that may fill its slots. */
  private List<RequestEnvironment> environments(Policy policy) {
    if (!policy.isTemplate()) return schema.environments();
    var linked = new ArrayList<RequestEnvironment>();
    Map<String, Collection<String>> above = new HashMap<>();
    for (RequestEnvironment environment : schema.environments())
      for (String principal : slots(policy.principal(), environment.principal(), above))
        for (String resource : slots(policy.resource(), environment.resource(), above))
          linked.add(
              environment.withSlots(
                  principal.isEmpty() ? null : principal, resource.isEmpty() ? null : resource));
    return linked;
  }

  /** Types that the scope's slot may have; one empty name where it has no slot. */
  private Collection<String> slots(
      Scope.OfEntity scope, String variable, Map<String, Collection<String>> above) {
    return switch (scope) {
      case Scope.Equal(Scope.Reference.Slot()) -> List.of(variable);
      case Scope.In(Scope.Reference.Slot()) -> above.computeIfAbsent(variable, this::above);
      case Scope.IsIn(_, Scope.Reference.Slot()) -> above.computeIfAbsent(variable, this::above);
      case Scope.Any(), Scope.Equal _, Scope.In _, Scope.Is _, Scope.IsIn _ -> List.of("");
    };
  }

  private Collection<String> above(String type) {
    var types = new TreeSet<String>();
    for (EntityTypeDeclaration each : schema.schema().entityTypes().values())
      if (schema.typesBelow(each.name()).contains(type)) types.add(each.name());
    types.add(type);
    return types;
  }
}
