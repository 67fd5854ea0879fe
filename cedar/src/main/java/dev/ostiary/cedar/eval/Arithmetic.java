package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.DatetimeValue;
import dev.ostiary.cedar.DurationValue;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.syntax.Expr.Binary.Operator;
import dev.ostiary.cedar.syntax.Span;
import org.jspecify.annotations.Nullable;

/**
 * Sums, products and order. Both operands are evaluated before the types are looked at, so an
 * operand is kept as a value unless its code can only give a long.
 */
final class Arithmetic {
  private Arithmetic() {}

  /** {@code +}, {@code -} and {@code *}. */
  static final class Operation extends Code {
    private final Operator operator;
    private final Code left;
    private final Code right;
    private final boolean leftIsLong;
    private final boolean rightIsLong;

    Operation(Operator operator, Code left, Code right, Span span) {
      super(span);
      this.operator = operator;
      this.left = left;
      this.right = right;
      this.leftIsLong = left.isLong();
      this.rightIsLong = right.isLong();
    }

    @Override
    public @Nullable Value eval(Env env) {
      long result = asLong(env);
      return env.failure == null ? new LongValue(result) : null;
    }

    @Override
    boolean isLong() {
      return true;
    }

    @Override
    long asLong(Env env) {
      Value leftValue = null;
      long a = 0;
      if (leftIsLong) a = left.asLong(env);
      else leftValue = left.value(env);
      if (env.failure != null) return 0;
      Value rightValue = null;
      long b = 0;
      if (rightIsLong) b = right.asLong(env);
      else rightValue = right.value(env);
      if (env.failure != null) return 0;
      if (leftValue != null) a = number(env, left, leftValue);
      if (env.failure != null) return 0;
      if (rightValue != null) b = number(env, right, rightValue);
      if (env.failure != null) return 0;
      return compute(env, a, b);
    }

    private long compute(Env env, long a, long b) {
      long result;
      boolean fits;
      switch (operator) {
        case ADD -> {
          result = a + b;
          fits = ((a ^ result) & (b ^ result)) >= 0;
        }
        case SUBTRACT -> {
          result = a - b;
          fits = ((a ^ b) & (a ^ result)) >= 0;
        }
        default -> {
          result = a * b;
          // The high half must be the sign of the low half, repeated.
          fits = Math.multiplyHigh(a, b) == result >> 63;
        }
      }
      if (!fits) Failures.overflow(env, span);
      return result;
    }
  }

  static final class Negate extends Code {
    private final Code argument;
    private final boolean argumentIsLong;

    Negate(Code argument, Span span) {
      super(span);
      this.argument = argument;
      this.argumentIsLong = argument.isLong();
    }

    @Override
    public @Nullable Value eval(Env env) {
      long result = asLong(env);
      return env.failure == null ? new LongValue(result) : null;
    }

    @Override
    boolean isLong() {
      return true;
    }

    @Override
    long asLong(Env env) {
      long a;
      if (argumentIsLong) {
        a = argument.asLong(env);
      } else {
        Value value = argument.value(env);
        a = value == null ? 0 : number(env, argument, value);
      }
      if (a == Long.MIN_VALUE && env.failure == null) Failures.overflow(env, span);
      return -a;
    }
  }

  private static long number(Env env, Code operand, Value value) {
    if (value instanceof LongValue number) return number.value();
    Failures.type(env, operand.span, "long", value);
    return 0;
  }

  /** {@code <}, {@code <=}, {@code >} and {@code >=} of longs, datetimes or durations. */
  static final class Compare extends Code.Bool {
    private final Operator operator;
    private final Code left;
    private final Code right;
    private final boolean leftIsLong;
    private final boolean rightIsLong;

    Compare(Operator operator, Code left, Code right, Span span) {
      super(span);
      this.operator = operator;
      this.left = left;
      this.right = right;
      this.leftIsLong = left.isLong();
      this.rightIsLong = right.isLong();
    }

    @Override
    public int test(Env env) {
      Value leftValue = null;
      long a = 0;
      if (leftIsLong) a = left.asLong(env);
      else leftValue = left.value(env);
      if (env.failure != null) return FAILED;
      Value rightValue = null;
      long b = 0;
      if (rightIsLong) b = right.asLong(env);
      else rightValue = right.value(env);
      if (env.failure != null) return FAILED;
      if (leftValue instanceof LongValue number) {
        a = number.value();
      } else if (leftValue != null) {
        return compareOther(env, leftValue, rightValue == null ? new LongValue(b) : rightValue);
      }
      if (rightValue instanceof LongValue number) {
        b = number.value();
      } else if (rightValue != null) {
        Failures.type(env, right.span, "long", rightValue);
        return FAILED;
      }
      return result(a, b);
    }

    private int compareOther(Env env, Value a, Value b) {
      if (a instanceof DatetimeValue x) {
        if (b instanceof DatetimeValue y) return result(x.epochMillis(), y.epochMillis());
        Failures.type(env, right.span, "datetime", b);
      } else if (a instanceof DurationValue x) {
        if (b instanceof DurationValue y) return result(x.millis(), y.millis());
        Failures.type(env, right.span, "duration", b);
      } else {
        Failures.type(env, left.span, "long, datetime or duration", a);
      }
      return FAILED;
    }

    private int result(long a, long b) {
      return of(
          switch (operator) {
            case LESS -> a < b;
            case LESS_OR_EQUAL -> a <= b;
            case GREATER -> a > b;
            default -> a >= b;
          });
    }
  }
}
