package dev.ostiary.cedar;

import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Policy;
import java.util.List;
import java.util.Optional;

/** What one policy came to in one decision. */
public record Trace(Policy policy, Outcome outcome) {

  /** What a policy may come to. */
  public sealed interface Outcome {}

  /** Scope and conditions held. */
  public record Applied() implements Outcome {}

  /**
   * The scope did not match; the conditions were not looked at.
   *
   * @param variables those that did not match, at least one
   */
  public record ScopeMismatch(List<Expr.Variable.Name> variables) implements Outcome {
    public ScopeMismatch {
      variables = List.copyOf(variables);
    }
  }

  /**
   * The scope matched and a condition did not hold; later ones were not looked at.
   *
   * @param condition the first that did not hold
   * @param clause the part of it that decided: the first operand of a chain of {@code &&} that is
   *     false, or of {@code ||} in an {@code unless} that is true
   * @param observed attributes, tags and variables in the clause, and their values
   */
  public record ConditionFalse(Policy.Condition condition, Expr clause, List<Observation> observed)
      implements Outcome {
    public ConditionFalse {
      observed = List.copyOf(observed);
    }
  }

  /** The scope matched and a condition had no value. */
  public record Failed(EvaluationError error) implements Outcome {}

  /**
   * A part of an expression and the value that it had.
   *
   * @param expr a variable, an attribute or a tag
   * @param owner the entity that has the attribute, directly or within a record, or the tag
   */
  public record Observation(Expr expr, Optional<EntityUid> owner, Value value) {}
}
