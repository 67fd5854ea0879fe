package dev.ostiary.cedar.explain;

import dev.ostiary.cedar.EvaluationError;
import dev.ostiary.cedar.Trace.Observation;
import dev.ostiary.cedar.syntax.Expr;
import java.util.List;
import java.util.Optional;

/**
 * One of the conditions that all have to hold for a policy to apply: what its scope says of one
 * variable, or an operand of its {@code when} or {@code unless}.
 *
 * @param clause the expression
 * @param wanted whether it has to be true or, in an {@code unless}, false
 * @param holds whether it is as wanted
 * @param observed the attributes, tags and variables in it, with their values
 * @param error why it has no value, where it has none
 */
public record Requirement(
    Expr clause,
    boolean wanted,
    boolean holds,
    List<Observation> observed,
    Optional<EvaluationError> error) {
  public Requirement {
    observed = List.copyOf(observed);
  }
}
