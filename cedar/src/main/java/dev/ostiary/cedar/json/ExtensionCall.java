package dev.ostiary.cedar.json;

import dev.ostiary.cedar.DatetimeValue;
import dev.ostiary.cedar.DecimalValue;
import dev.ostiary.cedar.DurationValue;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.EvaluationError;
import dev.ostiary.cedar.IpValue;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.ValueFormatException;
import dev.ostiary.cedar.eval.Compiler;
import dev.ostiary.cedar.eval.Env;
import dev.ostiary.cedar.schema.Type;
import dev.ostiary.cedar.store.EntityStore;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.ExtensionFunction;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.ArrayList;
import java.util.List;

/** A call of an extension function that stands in JSON. */
final class ExtensionCall {
  private static final EntityUid NOBODY = EntityUid.of("None", "");
  private static final Request NO_REQUEST = new Request(NOBODY, NOBODY, NOBODY, RecordValue.EMPTY);
  private static final Type STRING = new Type.StringType();

  private final Source source;
  private final Json at;

  ExtensionCall(Source source, Json at) {
    this.source = source;
    this.at = at;
  }

  /** The function of that name, which has to take {@code arguments} arguments. */
  ExtensionFunction function(String name, int arguments) throws SourceException {
    var function = ExtensionFunction.named(name);
    if (function.isEmpty()) throw failure("there is no extension function `" + name + "`");
    int arity = function.get().arity();
    if (arity != arguments)
      throw failure("expected " + arity + " arguments of `" + name + "`, got " + arguments);
    return function.get();
  }

  /** The type of a function's argument, a method's receiver being the first. */
  static Type argumentType(ExtensionFunction function, int index) {
    return switch (function) {
      case IP, DECIMAL, DATETIME, DURATION -> STRING;
      case IS_IPV4, IS_IPV6, IS_LOOPBACK, IS_MULTICAST, IS_IN_RANGE -> type("ipaddr");
      case LESS_THAN, LESS_THAN_OR_EQUAL, GREATER_THAN, GREATER_THAN_OR_EQUAL -> type("decimal");
      case OFFSET -> type(index == 0 ? "datetime" : "duration");
      case DURATION_SINCE, TO_DATE, TO_TIME -> type("datetime");
      case TO_MILLISECONDS, TO_SECONDS, TO_MINUTES, TO_HOURS, TO_DAYS -> type("duration");
    };
  }

  private static Type type(String name) {
    return new Type.ExtensionType(name);
  }

  /** The value of extension type {@code type} that {@code text} says. */
  Value constructor(String type, Value text) throws SourceException {
    return apply(
        switch (type) {
          case "ipaddr" -> ExtensionFunction.IP;
          case "decimal" -> ExtensionFunction.DECIMAL;
          case "datetime" -> ExtensionFunction.DATETIME;
          case "duration" -> ExtensionFunction.DURATION;
          default -> throw failure("there is no extension type `" + type + "`");
        },
        List.of(text));
  }

  /** The function's result. */
  Value apply(ExtensionFunction function, List<Value> arguments) throws SourceException {
    if (arguments.getFirst() instanceof StringValue(var text))
      try {
        switch (function) {
          case IP -> {
            return IpValue.parse(text);
          }
          case DECIMAL -> {
            return DecimalValue.parse(text);
          }
          case DATETIME -> {
            return DatetimeValue.parse(text);
          }
          case DURATION -> {
            return DurationValue.parse(text);
          }
          default -> {}
        }
      } catch (ValueFormatException malformed) {
        throw failure(String.valueOf(malformed.getMessage()));
      }
    List<Expr> literals = new ArrayList<>();
    for (Value argument : arguments) literals.add(new Expr.Literal(argument, at.span(source)));
    var env = new Env(NO_REQUEST, EntityStore.EMPTY);
    Value result = Compiler.compile(new Expr.Call(function, literals, at.span(source))).eval(env);
    if (result != null) return result;
    EvaluationError failure = env.failure();
    throw failure(failure == null ? "`" + function.notation() + "` failed" : failure.message());
  }

  private SourceException failure(String message) {
    return new SourceException(List.of(new SourceError(at.span(source), message)));
  }
}
