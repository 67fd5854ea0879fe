package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.EvaluationError;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.syntax.Span;
import org.jspecify.annotations.Nullable;

/**
 * A compiled expression. Immutable.
 *
 * <p>Failure is no exception, since a policy that fails is an ordinary thing: {@code eval} gives
 * null, {@code test} gives {@link #FAILED}, {@code asLong} any number, and each sets {@code
 * failure} of the environment, which is null before.
 */
public abstract class Code {
  /** {@code test} found false. */
  public static final int FALSE = 0;

  /** {@code test} found true. */
  public static final int TRUE = 1;

  /** {@code test} found no Boolean. */
  public static final int FAILED = -1;

  final Span span;

  Code(Span span) {
    this.span = span;
  }

  /** The value, or null. */
  public abstract @Nullable Value eval(Env env);

  /**
   * {@link #eval}, for the code of an operand: which is mostly one of these two, and then called
   * without a look at a table of methods, which the processor cannot foresee where many kinds meet.
   */
  final @Nullable Value value(Env env) {
    if (this instanceof Access.OfVariable attribute) return attribute.eval(env);
    if (this instanceof Constant constant) return constant.value;
    return eval(env);
  }

  /** The value as a Boolean; one that is none fails. */
  public int test(Env env) {
    Value value = eval(env);
    if (value == null) return FAILED;
    if (value instanceof BoolValue bool) return bool.value() ? TRUE : FALSE;
    Failures.type(env, span, "bool", value);
    return FAILED;
  }

  /** The value as a long; only where {@link #isLong}. */
  long asLong(Env env) {
    return eval(env) instanceof LongValue number ? number.value() : 0;
  }

  /** Whether the value, where there is one, is a long. */
  boolean isLong() {
    return false;
  }

  /** Compiled code of which the value is a Boolean. */
  abstract static class Bool extends Code {
    Bool(Span span) {
      super(span);
    }

    @Override
    public final @Nullable Value eval(Env env) {
      int result = test(env);
      return result == FAILED ? null : BoolValue.of(result == TRUE);
    }

    @Override
    public abstract int test(Env env);

    static int of(boolean value) {
      return value ? TRUE : FALSE;
    }
  }

  /** A value that is known at compile time. */
  static final class Constant extends Code {
    final Value value;

    Constant(Value value, Span span) {
      super(span);
      this.value = value;
    }

    @Override
    public Value eval(Env env) {
      return value;
    }

    @Override
    boolean isLong() {
      return value instanceof LongValue;
    }
  }

  /** A failure that is known at compile time. */
  static final class Failing extends Code {
    final EvaluationError error;

    Failing(EvaluationError error, Span span) {
      super(span);
      this.error = error;
    }

    @Override
    public @Nullable Value eval(Env env) {
      env.failure = error;
      return null;
    }
  }
}
