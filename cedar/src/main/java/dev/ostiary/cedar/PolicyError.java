package dev.ostiary.cedar;

import dev.ostiary.cedar.syntax.Policy;

/** A policy that matched by its scope and whose conditions had no value; it was skipped. */
public record PolicyError(Policy policy, EvaluationError error) {
  /** The policy's id and the error. */
  @Override
  public String toString() {
    return policy.id() + ": " + error;
  }
}
