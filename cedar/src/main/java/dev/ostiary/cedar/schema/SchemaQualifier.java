package dev.ostiary.cedar.schema;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.schema.SchemaFragment.Action;
import dev.ostiary.cedar.schema.SchemaFragment.ActionName;
import dev.ostiary.cedar.schema.SchemaFragment.AppliesTo;
import dev.ostiary.cedar.schema.SchemaFragment.CommonType;
import dev.ostiary.cedar.schema.SchemaFragment.EntityKind;
import dev.ostiary.cedar.schema.SchemaFragment.EntityType;
import dev.ostiary.cedar.schema.SchemaFragment.Name;
import dev.ostiary.cedar.schema.SchemaFragment.Namespace;
import dev.ostiary.cedar.schema.TypeSyntax.Reference;
import dev.ostiary.cedar.schema.TypeSyntax.Reference.Target;
import dev.ostiary.cedar.syntax.SourceErrors;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** Replaces each name in a schema by the full one, and says of each which kind of type it is. */
final class SchemaQualifier {
  private final SourceErrors errors = new SourceErrors();
  private final Scope scope;
  private final TypeResolver types;

  private SchemaQualifier(SchemaFragment fragment) {
    scope = new Scope(List.of(fragment), errors);
    types = new TypeResolver(scope, errors);
  }

  static SchemaFragment qualify(SchemaFragment fragment) throws SourceException {
    var qualifier = new SchemaQualifier(fragment);
    SortedMap<String, Namespace> namespaces = new TreeMap<>();
    fragment
        .namespaces()
        .forEach((name, content) -> namespaces.put(name, qualifier.namespace(name, content)));
    qualifier.errors.throwIfAny();
    return new SchemaFragment(namespaces);
  }

  private Namespace namespace(String namespace, Namespace content) {
    return new Namespace(
        each(
            content.commonTypes(),
            type -> new CommonType(type(namespace, type.type()), type.annotations(), type.span())),
        each(
            content.entityTypes(),
            type -> new EntityType(kind(namespace, type.kind()), type.annotations(), type.span())),
        each(content.actions(), action -> action(namespace, action)),
        content.annotations());
  }

  private static <T> SortedMap<String, T> each(SortedMap<String, T> all, Function<T, T> change) {
    var changed = new TreeMap<>(all);
    changed.replaceAll((_, one) -> change.apply(one));
    return changed;
  }

  private EntityKind kind(String namespace, EntityKind kind) {
    return switch (kind) {
      case EntityKind.Standard(var parents, var shape, var tags) ->
          new EntityKind.Standard(
              names(namespace, parents),
              type(namespace, shape),
              tags.map(tag -> type(namespace, tag)));
      case EntityKind.Enumerated enumerated -> enumerated;
      case EntityKind.External(var parents) -> new EntityKind.External(names(namespace, parents));
    };
  }

  private Action action(String namespace, Action action) {
    return new Action(
        action
            .memberOf()
            .map(names -> names.stream().map(name -> actionName(namespace, name)).toList()),
        action.appliesTo().map(appliesTo -> appliesTo(namespace, appliesTo)),
        action.external(),
        action.annotations(),
        action.span());
  }

  private AppliesTo appliesTo(String namespace, AppliesTo appliesTo) {
    return new AppliesTo(
        names(namespace, appliesTo.principalTypes()),
        names(namespace, appliesTo.resourceTypes()),
        type(namespace, appliesTo.context()));
  }

  private ActionName actionName(String namespace, ActionName name) {
    for (String type : Scope.possibilities(namespace, name.type().orElse("Action")))
      if (scope.actions().containsKey(EntityUid.of(type, name.id())))
        return new ActionName(Optional.of(type), name.id(), name.span());
    errors.add(name.span(), "there is no action `" + name.id() + "`");
    return name;
  }

  private List<Name> names(String namespace, List<Name> names) {
    return names.stream()
        .map(name -> {
          var reference = new Reference(Target.ENTITY_TYPE, name.text(), name.span());
          return new Name(types.resolve(namespace, reference).orElse(name.text()), name.span());
        })
        .toList();
  }

  private TypeSyntax type(String namespace, TypeSyntax type) {
    return switch (type) {
      case TypeSyntax.Primitive primitive -> primitive;
      case TypeSyntax.Extension extension -> extension;
      case Reference reference ->
          types
              .resolve(namespace, reference)
              .<TypeSyntax>map(
                  name -> new Reference(target(reference.target(), name), name, reference.span()))
              .orElse(reference);
      case TypeSyntax.SetOf(var element, var span) ->
          new TypeSyntax.SetOf(type(namespace, element), span);
      case TypeSyntax.Attributes(var attributes, var open, var span) ->
          new TypeSyntax.Attributes(
              each(
                  attributes,
                  one ->
                      new TypeSyntax.Attribute(
                          type(namespace, one.type()), one.required(), one.annotations())),
              open,
              span);
    };
  }

  private Target target(Target target, String name) {
    return switch (target) {
      case COMMON_TYPE, ENTITY_TYPE -> target;
      case EITHER -> scope.isCommonType(name) ? Target.COMMON_TYPE : Target.ENTITY_TYPE;
    };
  }
}
