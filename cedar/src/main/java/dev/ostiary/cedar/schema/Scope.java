package dev.ostiary.cedar.schema;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.schema.SchemaFragment.Action;
import dev.ostiary.cedar.schema.SchemaFragment.CommonType;
import dev.ostiary.cedar.schema.SchemaFragment.EntityType;
import dev.ostiary.cedar.syntax.SourceErrors;
import dev.ostiary.cedar.syntax.Span;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything that the fragments of a schema declare, by full name.
 *
 * @see <a
 *     href="https://github.com/cedar-policy/rfcs/blob/main/text/0070-disallow-empty-namespace-shadowing.md">RFC
 *     70</a>
 */
final class Scope {
  static final Map<String, Type> BUILT_IN =
      Map.of(
          "Bool", new Type.BoolType(),
          "Long", new Type.LongType(),
          "String", new Type.StringType(),
          "ipaddr", new Type.ExtensionType("ipaddr"),
          "decimal", new Type.ExtensionType("decimal"),
          "datetime", new Type.ExtensionType("datetime"),
          "duration", new Type.ExtensionType("duration"));

  private final SortedMap<String, Declared<CommonType>> commonTypes = new TreeMap<>();
  private final SortedMap<String, Declared<EntityType>> entityTypes = new TreeMap<>();
  private final SortedMap<EntityUid, Declared<Action>> actions = new TreeMap<>();
  private final Set<String> actionTypes = new HashSet<>();

  /** A declaration and the namespace that it is in. */
  record Declared<T>(String namespace, T declaration) {}

  Scope(List<SchemaFragment> fragments, SourceErrors errors) {
    for (var fragment : fragments)
      fragment
          .namespaces()
          .forEach((namespace, content) -> {
            content
                .commonTypes()
                .forEach((name, type) -> {
                  var old = commonTypes.put(full(namespace, name), new Declared<>(namespace, type));
                  if (old != null) twice(errors, type.span(), full(namespace, name));
                });
            content
                .entityTypes()
                .forEach((name, type) -> {
                  var old = entityTypes.put(full(namespace, name), new Declared<>(namespace, type));
                  if (old != null) twice(errors, type.span(), full(namespace, name));
                });
            content
                .actions()
                .forEach((id, action) -> {
                  var uid = EntityUid.of(full(namespace, "Action"), id);
                  actionTypes.add(uid.type());
                  var old = actions.put(uid, new Declared<>(namespace, action));
                  if (old != null) twice(errors, action.span(), uid.toString());
                });
          });
    checkShadowing(errors);
  }

  private static void twice(SourceErrors errors, Span span, String name) {
    errors.add(span, "`" + name + "` is declared twice");
  }

  /** A name in a namespace must not hide one outside of every namespace. */
  private void checkShadowing(SourceErrors errors) {
    Map<String, Span> inside = new HashMap<>();
    commonTypes.forEach((name, type) -> inside(inside, name, type, type.declaration().span()));
    entityTypes.forEach((name, type) -> inside(inside, name, type, type.declaration().span()));
    inside.forEach((name, span) -> {
      if (commonTypes.containsKey(name) || entityTypes.containsKey(name))
        errors.add(span, "this hides the `" + name + "` outside of every namespace");
    });
    actions.forEach((uid, action) -> {
      if (!action.namespace().isEmpty() && actions.containsKey(EntityUid.of("Action", uid.id())))
        errors.add(
            action.declaration().span(),
            "this hides the action `" + uid.id() + "` outside of every namespace");
    });
  }

  private static void inside(Map<String, Span> names, String name, Declared<?> type, Span span) {
    if (!type.namespace().isEmpty()) names.put(name.substring(type.namespace().length() + 2), span);
  }

  private static String full(String namespace, String name) {
    return namespace.isEmpty() ? name : namespace + "::" + name;
  }

  /** Full names that {@code name} may stand for in {@code namespace}, the nearest first. */
  static List<String> possibilities(String namespace, String name) {
    return namespace.isEmpty() || name.contains("::")
        ? List.of(name)
        : List.of(namespace + "::" + name, name);
  }

  SortedMap<String, Declared<CommonType>> commonTypes() {
    return commonTypes;
  }

  SortedMap<String, Declared<EntityType>> entityTypes() {
    return entityTypes;
  }

  SortedMap<EntityUid, Declared<Action>> actions() {
    return actions;
  }

  /** Whether a value may refer to entities of that type. */
  boolean isEntityType(String name) {
    return entityTypes.containsKey(name) || actionTypes.contains(name);
  }

  /** Whether a common type has that name; those of the language do, unless they are hidden. */
  boolean isCommonType(String name) {
    if (commonTypes.containsKey(name)) return true;
    if (name.startsWith("__cedar::")) return BUILT_IN.containsKey(name.substring(9));
    return BUILT_IN.containsKey(name) && !entityTypes.containsKey(name);
  }
}
