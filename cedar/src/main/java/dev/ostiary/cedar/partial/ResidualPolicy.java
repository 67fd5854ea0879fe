package dev.ostiary.cedar.partial;

import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Scope;
import java.util.List;

/**
 * What is left of a policy.
 *
 * @param policy as it was
 * @param verdict what is known of it
 * @param condition what is left of its scope and conditions together; a literal where it is known
 */
public record ResidualPolicy(Policy policy, Verdict verdict, Expr condition) {
  /** What is known of a policy. */
  public enum Verdict {
    /** It applies. */
    TRUE,
    /** It does not apply. */
    FALSE,
    /** It has no value, so it is skipped. */
    ERROR,
    /** It depends on what is left open. */
    OPEN
  }

  static ResidualPolicy of(Policy policy, Residual residual) {
    var verdict =
        switch (residual) {
          case Residual.Open _ -> Verdict.OPEN;
          case Residual.Failed _ -> Verdict.ERROR;
          case Residual.Known _ ->
              PartialEvaluator.isTrue(residual)
                  ? Verdict.TRUE
                  : PartialEvaluator.isFalse(residual) ? Verdict.FALSE : Verdict.ERROR;
        };
    return new ResidualPolicy(
        policy, verdict, verdict == Verdict.ERROR ? Residual.FAILING : residual.expr());
  }

  /** A policy of the same id, effect and annotations that does the same to what is left open. */
  public Policy toPolicy() {
    return new Policy(
        policy.id(),
        policy.annotations(),
        policy.bareAnnotations(),
        policy.effect(),
        new Scope.Any(),
        new Scope.Any(),
        new Scope.Any(),
        List.of(new Policy.Condition(Policy.Condition.Kind.WHEN, condition, policy.span())),
        policy.span());
  }

  /** Whether {@code expr} is what {@link Verdict#ERROR} leaves. */
  @SuppressWarnings("ReferenceEquality") // the same text may be a user's mistake
  public static boolean isError(Expr expr) {
    return expr == Residual.FAILING;
  }
}
