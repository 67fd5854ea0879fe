package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.syntax.Span;
import dev.ostiary.cedar.validate.ValidationError.Kind;
import org.jspecify.annotations.Nullable;

/**
 * One fault, without the policy that it is in. Faults that differ only in the place within one
 * chain of accesses, or only in the request environment, are the same and said once.
 *
 * @param chain the whole chain {@code a.b.c} that {@code span} is in; else {@code span}
 * @param types where the fault lies in an expression whose types matter, those types
 */
record TypeError(Kind kind, Span chain, Span span, String message, Object types) {
  TypeError(Kind kind, Span span, String message) {
    this(kind, span, span, message, "");
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TypeError that
        && kind == that.kind
        && chain.equals(that.chain)
        && message.equals(that.message)
        && types.equals(that.types);
  }

  @Override
  public int hashCode() {
    return message.hashCode() + 31 * chain.start();
  }
}
