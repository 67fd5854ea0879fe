package dev.ostiary.sidecar.bundle;

import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.Span;
import java.util.List;
import java.util.Set;

/**
 * Refuses policies that read a secret attribute or ask whether it is there: it never is. It goes by
 * names alone, so a name that is secret somewhere cannot be read anywhere.
 */
final class SecretChecks {
  private final Set<String> names;
  private final List<SourceError> errors;

  SecretChecks(Set<String> names, List<SourceError> errors) {
    this.names = names;
    this.errors = errors;
  }

  void check(List<Policy> policies) {
    for (Policy policy : policies)
      for (Policy.Condition condition : policy.conditions()) check(condition.body());
  }

  private void check(Expr expr) {
    switch (expr) {
      case Expr.Literal _, Expr.Variable _, Expr.Unknown _ -> {}
      case Expr.GetAttribute(var argument, var name, var span) -> {
        refuse(name, span);
        check(argument);
      }
      case Expr.HasAttribute(var argument, var name, var span) -> {
        refuse(name, span);
        check(argument);
      }
      case Expr.If(var condition, var yes, var no, _) -> check(condition, yes, no);
      case Expr.Or _, Expr.And _ -> expr.operands().forEach(this::check);
      case Expr.Not(var argument, _) -> check(argument);
      case Expr.Negate(var argument, _) -> check(argument);
      case Expr.Binary(_, var left, var right, _) -> check(left, right);
      case Expr.IsEmpty(var argument, _) -> check(argument);
      case Expr.Like(var argument, _, _) -> check(argument);
      case Expr.Is(var argument, _, _) -> check(argument);
      case Expr.SetLiteral(var elements, _) -> elements.forEach(this::check);
      case Expr.RecordLiteral(var entries, _) -> entries.forEach(entry -> check(entry.value()));
      case Expr.Call(_, var arguments, _) -> arguments.forEach(this::check);
    }
  }

  private void check(Expr... parts) {
    for (Expr part : parts) check(part);
  }

  private void refuse(String name, Span span) {
    if (names.contains(name))
      errors.add(
          new SourceError(span, "`" + name + "` is marked `@secret`; no policy may read it"));
  }
}
