package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.DatetimeValue;
import dev.ostiary.cedar.DecimalValue;
import dev.ostiary.cedar.DurationValue;
import dev.ostiary.cedar.IpValue;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.ValueFormatException;
import dev.ostiary.cedar.syntax.ExtensionFunction;
import dev.ostiary.cedar.syntax.Span;
import org.jspecify.annotations.Nullable;

/** A call of an extension function. All arguments are evaluated before their number is checked. */
final class Call extends Code {
  private static final long DAY_MILLIS = 86_400_000;

  private final ExtensionFunction function;
  private final Code[] arguments;

  Call(ExtensionFunction function, Code[] arguments, Span span) {
    super(span);
    this.function = function;
    this.arguments = arguments;
  }

  @Override
  public @Nullable Value eval(Env env) {
    Value first = null;
    Value second = null;
    for (int i = 0; i < arguments.length; i++) {
      Value value = arguments[i].value(env);
      if (value == null) return null;
      if (i == 0) first = value;
      else second = value;
    }
    if (arguments.length != function.arity()) {
      Failures.arity(env, span, function.notation(), function.arity(), arguments.length);
      return null;
    }
    if (first == null) return null;
    return second == null ? unary(env, first) : binary(env, first, second);
  }

  private @Nullable Value unary(Env env, Value a) {
    return switch (function) {
      case IP, DECIMAL, DATETIME, DURATION -> parsed(env, a);
      case IS_IPV4, IS_IPV6, IS_LOOPBACK, IS_MULTICAST ->
          a instanceof IpValue ip ? BoolValue.of(property(ip)) : wrong(env, 0, "ipaddr", a);
      case TO_DATE ->
          a instanceof DatetimeValue moment
              ? date(env, moment.epochMillis())
              : wrong(env, 0, "datetime", a);
      case TO_TIME ->
          a instanceof DatetimeValue moment
              ? new DurationValue(Math.floorMod(moment.epochMillis(), DAY_MILLIS))
              : wrong(env, 0, "datetime", a);
      default ->
          a instanceof DurationValue duration
              ? new LongValue(duration.millis() / unitMillis())
              : wrong(env, 0, "duration", a);
    };
  }

  private boolean property(IpValue ip) {
    return switch (function) {
      case IS_IPV4 -> !ip.v6();
      case IS_IPV6 -> ip.v6();
      case IS_LOOPBACK -> ip.isLoopback();
      default -> ip.isMulticast();
    };
  }

  private long unitMillis() {
    return switch (function) {
      case TO_SECONDS -> 1_000;
      case TO_MINUTES -> 60_000;
      case TO_HOURS -> 3_600_000;
      case TO_DAYS -> DAY_MILLIS;
      default -> 1;
    };
  }

  private @Nullable Value date(Env env, long millis) {
    long time = Math.floorMod(millis, DAY_MILLIS);
    if (millis < Long.MIN_VALUE + time) {
      Failures.extension(env, span, "the start of that day is out of range");
      return null;
    }
    return new DatetimeValue(millis - time);
  }

  private @Nullable Value parsed(Env env, Value a) {
    if (!(a instanceof StringValue(String text))) return wrong(env, 0, "string", a);
    try {
      return switch (function) {
        case IP -> IpValue.parse(text);
        case DECIMAL -> DecimalValue.parse(text);
        case DATETIME -> DatetimeValue.parse(text);
        default -> DurationValue.parse(text);
      };
    } catch (ValueFormatException e) {
      String message = e.getMessage();
      Failures.extension(env, span, message == null ? "malformed" : message);
      return null;
    }
  }

  private @Nullable Value binary(Env env, Value a, Value b) {
    return switch (function) {
      case IS_IN_RANGE -> {
        if (!(a instanceof IpValue address)) yield wrong(env, 0, "ipaddr", a);
        if (!(b instanceof IpValue range)) yield wrong(env, 1, "ipaddr", b);
        yield BoolValue.of(address.isInRange(range));
      }
      case OFFSET -> {
        if (!(a instanceof DatetimeValue moment)) yield wrong(env, 0, "datetime", a);
        if (!(b instanceof DurationValue duration)) yield wrong(env, 1, "duration", b);
        long sum = moment.epochMillis() + duration.millis();
        if (((moment.epochMillis() ^ sum) & (duration.millis() ^ sum)) < 0) yield overflow(env);
        yield new DatetimeValue(sum);
      }
      case DURATION_SINCE -> {
        if (!(a instanceof DatetimeValue later)) yield wrong(env, 0, "datetime", a);
        if (!(b instanceof DatetimeValue earlier)) yield wrong(env, 1, "datetime", b);
        long x = later.epochMillis();
        long difference = x - earlier.epochMillis();
        if (((x ^ earlier.epochMillis()) & (x ^ difference)) < 0) yield overflow(env);
        yield new DurationValue(difference);
      }
      default -> {
        if (!(a instanceof DecimalValue x)) yield wrong(env, 0, "decimal", a);
        if (!(b instanceof DecimalValue y)) yield wrong(env, 1, "decimal", b);
        yield BoolValue.of(compare(x.tenThousandths(), y.tenThousandths()));
      }
    };
  }

  private boolean compare(long a, long b) {
    return switch (function) {
      case LESS_THAN -> a < b;
      case LESS_THAN_OR_EQUAL -> a <= b;
      case GREATER_THAN -> a > b;
      default -> a >= b;
    };
  }

  private @Nullable Value wrong(Env env, int argument, String expected, Value got) {
    Failures.type(env, arguments[argument].span, expected, got);
    return null;
  }

  private @Nullable Value overflow(Env env) {
    Failures.extension(env, span, "the result of `" + function.notation() + "` is out of range");
    return null;
  }
}
