package dev.ostiary.cedar.format;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Policy.Slot;
import dev.ostiary.cedar.syntax.Scope;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Writes a tree as Cedar text.
 *
 * <p>The text reads back as an equal tree, except for where it came from. It is laid out plainly;
 * {@link Formatter} does better.
 */
public final class PolicyText {
  private PolicyText() {}

  /** {@code policies} in order, a blank line between them. */
  public static String of(List<Policy> policies) {
    return policies.stream().map(PolicyText::of).collect(Collectors.joining("\n\n"));
  }

  /** One policy, without a line end behind it. Its id is not part of the text. */
  public static String of(Policy policy) {
    var out = new StringBuilder();
    for (var annotation : policy.annotations().entrySet()) {
      out.append('@').append(annotation.getKey());
      if (!policy.bareAnnotations().contains(annotation.getKey()))
        out.append('(').append(Quoted.text(annotation.getValue())).append(')');
      out.append('\n');
    }
    out.append(policy.effect().name().toLowerCase(Locale.ROOT))
        .append("(\n  principal")
        .append(of(policy.principal(), Slot.PRINCIPAL))
        .append(",\n  action")
        .append(of(policy.action()))
        .append(",\n  resource")
        .append(of(policy.resource(), Slot.RESOURCE))
        .append("\n)");
    for (var condition : policy.conditions()) {
      out.append(' ').append(condition.kind().name().toLowerCase(Locale.ROOT)).append(" {\n  ");
      new ExpressionText(out).write(condition.body());
      out.append("\n}");
    }
    return out.append(';').toString();
  }

  /** One expression. */
  public static String of(Expr expr) {
    var out = new StringBuilder();
    new ExpressionText(out).write(expr);
    return out.toString();
  }

  private static String of(Scope.OfEntity scope, Slot slot) {
    return switch (scope) {
      case Scope.Any _ -> "";
      case Scope.Equal(var entity) -> " == " + of(entity, slot);
      case Scope.In(var entity) -> " in " + of(entity, slot);
      case Scope.Is(var type) -> " is " + type;
      case Scope.IsIn(var type, var entity) -> " is " + type + " in " + of(entity, slot);
    };
  }

  private static String of(Scope.OfAction scope) {
    return switch (scope) {
      case Scope.Any _ -> "";
      case Scope.ActionEqual(var action) -> " == " + Quoted.uid(action);
      case Scope.ActionIn(var action) -> " in " + Quoted.uid(action);
      case Scope.ActionInList(List<EntityUid> actions) ->
          actions.stream().map(Quoted::uid).collect(Collectors.joining(",", " in [", "]"));
    };
  }

  private static String of(Scope.Reference reference, Slot slot) {
    return switch (reference) {
      case Scope.Reference.Entity(var uid) -> Quoted.uid(uid);
      case Scope.Reference.Slot() -> slot.notation();
    };
  }
}
