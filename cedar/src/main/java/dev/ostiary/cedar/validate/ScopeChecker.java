package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.schema.ActionDeclaration;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Scope;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Asks whether any action applies to what a scope lets through. */
final class ScopeChecker {
  private final TypedSchema schema;

  ScopeChecker(TypedSchema schema) {
    this.schema = schema;
  }

  /** What to say where no action applies; empty where one does. */
  Optional<String> complaint(Policy policy) {
    Set<String> principals = types(policy.principal());
    Set<String> resources = types(policy.resource());
    List<ActionDeclaration> actions = actions(policy.action());
    for (ActionDeclaration action : actions)
      if (meets(action.principals(), principals) && meets(action.resources(), resources))
        return Optional.empty();
    String hint = "";
    if (wouldIn(policy.principal(), actions, ActionDeclaration::principals))
      hint += "; use `in` instead of `==` for the principal";
    if (wouldIn(policy.resource(), actions, ActionDeclaration::resources))
      hint += "; use `in` instead of `==` for the resource";
    return Optional.of("no action applies to what the scope lets through" + hint);
  }

  private static boolean meets(Set<String> declared, Set<String> scope) {
    return !Collections.disjoint(declared, scope);
  }

  private List<ActionDeclaration> actions(Scope.OfAction scope) {
    Collection<EntityUid> uids =
        switch (scope) {
          case Scope.Any() -> schema.schema().actions().keySet();
          case Scope.ActionEqual(var uid) -> Set.of(uid);
          case Scope.ActionIn(var uid) -> withMembers(List.of(uid));
          case Scope.ActionInList(var groups) -> withMembers(groups);
        };
    return uids.stream().flatMap(uid -> schema.schema().action(uid).stream()).toList();
  }

  private Set<EntityUid> withMembers(List<EntityUid> groups) {
    var all = new LinkedHashSet<EntityUid>();
    for (EntityUid group : groups) {
      if (schema.schema().action(group).isEmpty()) return Set.of();
      all.add(group);
      all.addAll(schema.actionsBelow(group));
    }
    return all;
  }

  private Set<String> types(Scope.OfEntity scope) {
    return switch (scope) {
      case Scope.Any() -> all();
      case Scope.Equal(Scope.Reference.Entity(var uid)) -> Set.of(uid.type());
      case Scope.Equal(Scope.Reference.Slot()) -> all();
      case Scope.In(Scope.Reference.Entity(var uid)) -> within(uid);
      case Scope.In(Scope.Reference.Slot()) -> all();
      case Scope.Is(var type) -> known(type);
      case Scope.IsIn(var type, Scope.Reference.Entity(var uid)) ->
          within(uid).contains(type) ? Set.of(type) : Set.of();
      case Scope.IsIn(var type, Scope.Reference.Slot()) -> known(type);
    };
  }

  private Set<String> all() {
    return new HashSet<>(schema.entityTypes());
  }

  private Set<String> known(String type) {
    return schema.isKnownType(type) ? Set.of(type) : Set.of();
  }

  private Set<String> within(EntityUid group) {
    var types = new HashSet<>(schema.typesBelow(group.type()));
    types.add(group.type());
    return types;
  }

  private interface Applied {
    Set<String> of(ActionDeclaration action);
  }

  /** Whether {@code ==} names a group of entities of a type that some action applies to. */
  private boolean wouldIn(Scope.OfEntity scope, List<ActionDeclaration> actions, Applied applied) {
    if (!(scope instanceof Scope.Equal(Scope.Reference.Entity(var uid)))) return false;
    Set<String> members = schema.typesBelow(uid.type());
    boolean any = false;
    for (ActionDeclaration action : actions) {
      if (applied.of(action).contains(uid.type())) return false;
      any |= meets(applied.of(action), members);
    }
    return any;
  }
}
