package dev.ostiary.cedar.schema;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.schema.SchemaFragment.Action;
import dev.ostiary.cedar.schema.SchemaFragment.ActionName;
import dev.ostiary.cedar.schema.SchemaFragment.EntityKind;
import dev.ostiary.cedar.schema.SchemaFragment.EntityType;
import dev.ostiary.cedar.schema.SchemaFragment.Name;
import dev.ostiary.cedar.schema.TypeSyntax.Reference;
import dev.ostiary.cedar.syntax.SourceErrors;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.cedar.syntax.Span;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Makes a schema of fragments: every name is replaced by what it stands for. */
final class SchemaResolver {
  private final SourceErrors errors = new SourceErrors();
  private final Scope scope;
  private final TypeResolver types;
  private final Map<String, EntityTypeDeclaration> entityTypes = new HashMap<>();
  private final Map<EntityUid, ActionDeclaration> actions = new HashMap<>();

  private SchemaResolver(List<SchemaFragment> fragments) {
    scope = new Scope(fragments, errors);
    types = new TypeResolver(scope, errors);
  }

  static Schema resolve(List<SchemaFragment> fragments) throws SourceException {
    var resolver = new SchemaResolver(fragments);
    resolver.types.resolveCommonTypes();
    resolver.scope.entityTypes().forEach(resolver::entityType);
    resolver.scope.actions().forEach(resolver::action);
    resolver.errors.throwIfAny();
    return resolver.schema();
  }

  private Schema schema() throws SourceException {
    Map<String, Set<String>> typeParents = new HashMap<>();
    entityTypes.forEach((name, type) -> typeParents.put(name, type.parents()));
    Map<EntityUid, Set<EntityUid>> actionParents = new HashMap<>();
    actions.forEach((uid, action) -> actionParents.put(uid, action.parents()));
    var typeAncestors = closed(typeParents);
    var actionAncestors = closed(actionParents);
    actionAncestors.forEach((uid, ancestors) -> {
      ActionDeclaration action = actions.get(uid);
      if (action != null && ancestors.contains(uid))
        errors.add(action.span(), "the action `" + uid + "` is a member of itself");
    });
    for (var type : entityTypes.values())
      if (type.external())
        for (String ancestor : typeAncestors.getOrDefault(type.name(), Set.of())) {
          var declared = entityTypes.get(ancestor);
          if (declared != null && declared.enumeration().isPresent())
            errors.add(
                type.span(),
                "the external entity type `"
                    + type.name()
                    + "` cannot be in the enumerated `"
                    + ancestor
                    + "`");
        }
    errors.throwIfAny();
    return new Schema(entityTypes, actions, typeAncestors, actionAncestors);
  }

  private <T> Map<T, Set<T>> closed(Map<T, Set<T>> parents) {
    var closed = Ancestors.of(parents);
    if (closed.isEmpty()) errors.add(Span.NONE, "the hierarchy of the schema is too large");
    return closed.orElse(Map.of());
  }

  private void entityType(String name, Scope.Declared<EntityType> declared) {
    String namespace = declared.namespace();
    EntityType type = declared.declaration();
    Span span = type.span();
    var declaration =
        switch (type.kind()) {
          case EntityKind.Standard(var parents, var shape, var tags) -> {
            Type.RecordType attributes =
                types.record(namespace, shape, "the shape of `" + name + "`");
            Optional<Type> tag = tags.map(t -> types.type(namespace, t));
            yield new EntityTypeDeclaration(
                name,
                members(namespace, parents),
                attributes,
                tag,
                Optional.empty(),
                false,
                values(type.annotations()),
                span);
          }
          case EntityKind.Enumerated(var ids) ->
              new EntityTypeDeclaration(
                  name,
                  Set.of(),
                  Type.RecordType.EMPTY,
                  Optional.empty(),
                  Optional.of(Set.copyOf(ids)),
                  false,
                  values(type.annotations()),
                  span);
          case EntityKind.External(var parents) ->
              new EntityTypeDeclaration(
                  name,
                  members(namespace, parents),
                  Type.RecordType.EMPTY,
                  Optional.empty(),
                  Optional.empty(),
                  true,
                  values(type.annotations()),
                  span);
        };
    entityTypes.put(name, declaration);
  }

  private void action(EntityUid uid, Scope.Declared<Action> declared) {
    String namespace = declared.namespace();
    Action action = declared.declaration();
    Set<EntityUid> parents = new LinkedHashSet<>();
    for (ActionName name : action.memberOf().orElse(List.of()))
      parent(namespace, name).ifPresent(parents::add);
    Set<String> principals = Set.of();
    Set<String> resources = Set.of();
    Type.RecordType context = Type.RecordType.EMPTY;
    if (action.appliesTo().isPresent()) {
      var appliesTo = action.appliesTo().get();
      principals = members(namespace, appliesTo.principalTypes());
      resources = members(namespace, appliesTo.resourceTypes());
      context = types.record(namespace, appliesTo.context(), "the context of `" + uid + "`");
    }
    actions.put(
        uid,
        new ActionDeclaration(
            uid,
            Set.copyOf(parents),
            principals,
            resources,
            context,
            action.external(),
            values(action.annotations()),
            action.span()));
  }

  private Optional<EntityUid> parent(String namespace, ActionName name) {
    String type = name.type().orElse("Action");
    for (String possible : Scope.possibilities(namespace, type)) {
      var uid = EntityUid.of(possible, name.id());
      if (scope.actions().containsKey(uid)) return Optional.of(uid);
    }
    errors.add(name.span(), "there is no action `" + name.id() + "` of type `" + type + "`");
    return Optional.empty();
  }

  /** Entity types of this schema that {@code names} stand for. */
  private Set<String> members(String namespace, List<Name> names) {
    Set<String> resolved = new LinkedHashSet<>();
    for (Name name : names) {
      var reference = new Reference(Reference.Target.ENTITY_TYPE, name.text(), name.span());
      types
          .resolve(namespace, reference)
          .ifPresent(type -> {
            if (!scope.entityTypes().containsKey(type))
              errors.add(name.span(), "`" + type + "` is not a declared entity type");
            resolved.add(type);
          });
    }
    return Set.copyOf(resolved);
  }

  private static SortedMap<String, String> values(Map<String, Optional<String>> annotations) {
    SortedMap<String, String> values = new TreeMap<>();
    annotations.forEach((name, value) -> values.put(name, value.orElse("")));
    return values;
  }
}
