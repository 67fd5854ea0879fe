package dev.ostiary.cedar.eval;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.DatetimeValue;
import dev.ostiary.cedar.DecimalValue;
import dev.ostiary.cedar.DurationValue;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.EvaluationError;
import dev.ostiary.cedar.EvaluationError.Kind;
import dev.ostiary.cedar.IpValue;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.SetValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.syntax.Span;

/** Notes failures. */
final class Failures {
  private static final int MAX_SHOWN = 60;

  private Failures() {}

  static void type(Env env, Span span, String expected, Value got) {
    env.failure =
        new EvaluationError(
            Kind.TYPE_ERROR, span, () -> "expected " + expected + ", got " + described(got));
  }

  static void noEntity(Env env, Span span, EntityUid uid) {
    env.failure =
        new EvaluationError(
            Kind.ENTITY_DOES_NOT_EXIST, span, () -> "there is no entity `" + uid + "`");
  }

  static void noEntityAttribute(Env env, Span span, EntityUid uid, String attribute) {
    env.failure =
        new EvaluationError(
            Kind.ENTITY_ATTRIBUTE_DOES_NOT_EXIST,
            span,
            () -> "`" + uid + "` has no attribute `" + attribute + "`");
  }

  static void noTag(Env env, Span span, EntityUid uid, String tag) {
    env.failure =
        new EvaluationError(
            Kind.ENTITY_ATTRIBUTE_DOES_NOT_EXIST,
            span,
            () -> "`" + uid + "` has no tag `" + tag + "`");
  }

  static void noRecordAttribute(Env env, Span span, String attribute) {
    env.failure =
        new EvaluationError(
            Kind.RECORD_ATTRIBUTE_DOES_NOT_EXIST,
            span,
            () -> "the record has no attribute `" + attribute + "`");
  }

  static void overflow(Env env, Span span) {
    env.failure =
        new EvaluationError(Kind.INTEGER_OVERFLOW, span, () -> "the result does not fit a Long");
  }

  static void extension(Env env, Span span, String message) {
    env.failure = new EvaluationError(Kind.EXTENSION_FUNCTION_FAILED, span, () -> message);
  }

  static void arity(Env env, Span span, String function, int expected, int got) {
    env.failure =
        new EvaluationError(
            Kind.WRONG_NUMBER_OF_ARGUMENTS,
            span,
            () ->
                "`%s` takes %d argument%s, got %d"
                    .formatted(function, expected, expected == 1 ? "" : "s", got));
  }

  private static String described(Value value) {
    String text = value.toString();
    if (text.length() > MAX_SHOWN) text = text.substring(0, MAX_SHOWN) + "…";
    return kind(value) + " `" + text + "`";
  }

  private static String kind(Value value) {
    return switch (value) {
      case BoolValue _ -> "bool";
      case LongValue _ -> "long";
      case StringValue _ -> "string";
      case EntityUid _ -> "entity";
      case SetValue _ -> "set";
      case RecordValue _ -> "record";
      case IpValue _ -> "ipaddr";
      case DecimalValue _ -> "decimal";
      case DatetimeValue _ -> "datetime";
      case DurationValue _ -> "duration";
    };
  }
}
