package dev.ostiary.cedar.partial;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Span;

/** What is left of an expression. */
sealed interface Residual {
  /** An expression that has no value, whatever the request. */
  Expr FAILING = new Expr.Negate(new Expr.Literal(BoolValue.TRUE, Span.NONE), Span.NONE);

  /** A value. */
  record Known(Value value) implements Residual {}

  /** It has no value, whatever is left open. */
  record Failed() implements Residual {}

  /**
   * It depends on what is left open.
   *
   * @param mayFail whether it may have no value
   */
  record Open(Expr expr, boolean mayFail) implements Residual {}

  static Residual known(boolean value) {
    return new Known(BoolValue.of(value));
  }

  default boolean mayFail() {
    return switch (this) {
      case Known _ -> false;
      case Failed _ -> true;
      case Open(_, var mayFail) -> mayFail;
    };
  }

  default boolean isKnown() {
    return this instanceof Known;
  }

  /** As an expression. */
  default Expr expr() {
    return switch (this) {
      case Known(var value) -> new Expr.Literal(value, Span.NONE);
      case Failed _ -> FAILING;
      case Open(var expr, _) -> expr;
    };
  }
}
