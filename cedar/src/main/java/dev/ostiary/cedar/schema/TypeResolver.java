package dev.ostiary.cedar.schema;

import dev.ostiary.cedar.schema.TypeSyntax.Reference;
import dev.ostiary.cedar.syntax.SourceErrors;
import dev.ostiary.cedar.syntax.Span;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Resolves types. Common types are put in where they are named, shared and not copied; since what
 * walks over a type sees every copy, size and depth of a type are bounded.
 */
final class TypeResolver {
  /** Largest number of nodes of one type, common types put in. */
  private static final long SIZE = 100_000;

  /** Largest number of nodes of all types of entities, tags and contexts. */
  private static final long TOTAL = 1_000_000;

  private static final Resolved UNKNOWN = new Resolved(new Type.BoolType(), 0, 1);

  private final Scope scope;
  private final SourceErrors errors;
  private final Map<String, Resolved> commonTypes = new HashMap<>();
  private long total;

  /** A type, how deep it is, and how many nodes it has. */
  private record Resolved(Type type, int depth, long size) {}

  TypeResolver(Scope scope, SourceErrors errors) {
    this.scope = scope;
    this.errors = errors;
  }

  /** Resolves every common type, those first that others need. Without recursion between them. */
  void resolveCommonTypes() {
    Set<String> begun = new HashSet<>();
    Deque<String> path = new ArrayDeque<>();
    for (String root : scope.commonTypes().keySet()) {
      path.push(root);
      while (!path.isEmpty()) {
        String name = path.peek();
        if (commonTypes.containsKey(name)) {
          path.pop();
        } else if (begun.add(name)) {
          for (String needed : needs(name))
            if (!begun.contains(needed)) path.push(needed);
            else if (!commonTypes.containsKey(needed)) cycle(needed);
        } else {
          var declared = scope.commonTypes().get(name);
          if (declared != null)
            commonTypes.put(name, resolve(declared.namespace(), declared.declaration().type()));
          path.pop();
        }
      }
    }
  }

  private void cycle(String name) {
    var declared = scope.commonTypes().get(name);
    if (declared != null)
      errors.add(declared.declaration().span(), "the common type `" + name + "` contains itself");
    commonTypes.put(name, UNKNOWN);
  }

  /** Declared common types that a common type names. */
  private List<String> needs(String name) {
    List<String> needs = new ArrayList<>();
    var declared = scope.commonTypes().get(name);
    if (declared != null) collect(declared.namespace(), declared.declaration().type(), needs);
    return needs;
  }

  private void collect(String namespace, TypeSyntax type, List<String> needs) {
    switch (type) {
      case TypeSyntax.Primitive _, TypeSyntax.Extension _ -> {}
      case Reference reference -> {
        String name = find(namespace, reference);
        if (name != null && isDeclaredCommon(reference, name)) needs.add(name);
      }
      case TypeSyntax.SetOf(var element, _) -> collect(namespace, element, needs);
      case TypeSyntax.Attributes(var attributes, _, _) ->
          attributes.values().forEach(attribute -> collect(namespace, attribute.type(), needs));
    }
  }

  private boolean isDeclaredCommon(Reference reference, String name) {
    return reference.target() != Reference.Target.ENTITY_TYPE
        && scope.commonTypes().containsKey(name);
  }

  /** The full name that a reference stands for; empty, with an error noted, where it is unknown. */
  Optional<String> resolve(String namespace, Reference reference) {
    String name = find(namespace, reference);
    if (name != null) return Optional.of(name);
    String wanted =
        switch (reference.target()) {
          case COMMON_TYPE -> "a common type";
          case ENTITY_TYPE -> "an entity type";
          case EITHER -> "a type";
        };
    var possible = Scope.possibilities(namespace, reference.name());
    errors.add(
        reference.span(),
        "expected "
            + wanted
            + ", got `"
            + reference.name()
            + "`: "
            + (possible.size() == 1
                ? "`" + possible.get(0) + "` is not declared"
                : "neither `" + possible.get(0) + "` nor `" + possible.get(1) + "` is declared"));
    return Optional.empty();
  }

  private @org.jspecify.annotations.Nullable String find(String namespace, Reference reference) {
    for (String name : Scope.possibilities(namespace, reference.name())) {
      boolean found =
          switch (reference.target()) {
            case COMMON_TYPE -> scope.isCommonType(name);
            case ENTITY_TYPE -> scope.isEntityType(name);
            case EITHER -> scope.isCommonType(name) || scope.isEntityType(name);
          };
      if (found) return name;
    }
    return null;
  }

  /** The type that is written; any type, with an error noted, where that means nothing. */
  Type type(String namespace, TypeSyntax type) {
    return counted(resolve(namespace, type), type).type();
  }

  /** The record type that is written; an empty one, with an error noted, where it is none. */
  Type.RecordType record(String namespace, TypeSyntax type, String what) {
    Resolved resolved = counted(resolve(namespace, type), type);
    if (resolved.type() instanceof Type.RecordType record) return record;
    if (resolved != UNKNOWN) errors.add(type.span(), "expected a record as " + what);
    return Type.RecordType.EMPTY;
  }

  private Resolved resolve(String namespace, TypeSyntax type) {
    return switch (type) {
      case TypeSyntax.Primitive(var name, _) -> builtIn(name.cedar());
      case TypeSyntax.Extension(var name, var span) -> extension(name, span);
      case Reference reference -> reference(namespace, reference);
      case TypeSyntax.SetOf(var element, var span) -> {
        Resolved inner = resolve(namespace, element);
        yield bounded(
            new Resolved(new Type.SetType(inner.type()), inner.depth() + 1, inner.size() + 1),
            span);
      }
      case TypeSyntax.Attributes(var attributes, var open, var span) -> {
        if (open) errors.add(span, "records with `additionalAttributes` are not supported");
        SortedMap<String, Type.Attribute> resolved = new TreeMap<>();
        int depth = 0;
        long size = 1;
        for (var entry : attributes.entrySet()) {
          var attribute = entry.getValue();
          Resolved inner = resolve(namespace, attribute.type());
          depth = Math.max(depth, inner.depth());
          size += inner.size();
          Map<String, String> annotations = new HashMap<>();
          attribute.annotations().forEach((name, value) -> annotations.put(name, value.orElse("")));
          resolved.put(
              entry.getKey(), new Type.Attribute(inner.type(), attribute.required(), annotations));
        }
        yield bounded(new Resolved(new Type.RecordType(resolved, false), depth + 1, size), span);
      }
    };
  }

  private Resolved counted(Resolved resolved, TypeSyntax type) {
    total += resolved.size();
    if (total > TOTAL)
      errors.add(type.span(), "the schema is too large when its common types are put in");
    return resolved;
  }

  private Resolved bounded(Resolved type, Span span) {
    if (type.depth() <= TypeSyntax.DEPTH && type.size() <= SIZE) return type;
    errors.add(span, "this type is too large when its common types are put in");
    return UNKNOWN;
  }

  private Resolved reference(String namespace, Reference reference) {
    Optional<String> found = resolve(namespace, reference);
    if (found.isEmpty()) return UNKNOWN;
    String name = found.get();
    if (isDeclaredCommon(reference, name)) return commonTypes.getOrDefault(name, UNKNOWN);
    boolean common = reference.target() != Reference.Target.ENTITY_TYPE && scope.isCommonType(name);
    if (common) return builtIn(name.startsWith("__cedar::") ? name.substring(9) : name);
    return new Resolved(new Type.EntityRef(name), 0, 1);
  }

  private Resolved extension(String name, Span span) {
    Type type = Scope.BUILT_IN.get(name);
    if (type instanceof Type.ExtensionType) return new Resolved(type, 0, 1);
    errors.add(
        span,
        "expected one of the extension types `datetime`, `decimal`, `duration`, `ipaddr`, got `"
            + name
            + "`");
    return UNKNOWN;
  }

  private static Resolved builtIn(String name) {
    Type type = Scope.BUILT_IN.get(name);
    return type == null ? UNKNOWN : new Resolved(type, 0, 1);
  }
}
