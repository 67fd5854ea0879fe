package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.syntax.Expr;
import java.util.Optional;

/**
 * A policy's types in one request environment.
 *
 * <p>Types are asked for by node, not by content: the same text at two places of a policy may have
 * two types.
 */
public final class Typing {
  private final TypeChecker checker;
  private final Answer answer;

  Typing(TypeChecker checker, Answer answer) {
    this.checker = checker;
    this.answer = answer;
  }

  /** The kind of request that the types hold for. */
  public RequestEnvironment environment() {
    return checker.environment();
  }

  /** Whether the policy has no type error here. */
  public boolean isTyped() {
    return answer.typed();
  }

  /** Whether the policy applies to no request of this kind. */
  public boolean isImpossible() {
    return answer.type() == StaticType.Simple.FALSE;
  }

  /**
   * The type of {@code expr}, a node of the policy's conditions; empty where it is not evaluated in
   * this environment, or has no type.
   */
  public Optional<StaticType> typeOf(Expr expr) {
    return Optional.ofNullable(checker.typeOf(expr));
  }
}
