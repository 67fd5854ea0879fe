package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.DatetimeValue;
import dev.ostiary.cedar.DecimalValue;
import dev.ostiary.cedar.DurationValue;
import dev.ostiary.cedar.IpValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.ValueFormatException;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.ExtensionFunction;
import dev.ostiary.cedar.validate.StaticType.Extension;
import dev.ostiary.cedar.validate.StaticType.Simple;
import dev.ostiary.cedar.validate.ValidationError.Kind;
import java.util.List;

/** Types calls of extension functions and methods. */
final class CallTyping {
  private final TypeChecker checker;

  CallTyping(TypeChecker checker) {
    this.checker = checker;
  }

  /** Types of the arguments and of the result. */
  private record Signature(List<StaticType> arguments, StaticType result) {
    Signature(StaticType result, StaticType... arguments) {
      this(List.of(arguments), result);
    }
  }

  private static Signature signature(ExtensionFunction function) {
    return switch (function) {
      case IP -> new Signature(Extension.IPADDR, Simple.STRING);
      case IS_IPV4, IS_IPV6, IS_LOOPBACK, IS_MULTICAST ->
          new Signature(Simple.BOOL, Extension.IPADDR);
      case IS_IN_RANGE -> new Signature(Simple.BOOL, Extension.IPADDR, Extension.IPADDR);
      case DECIMAL -> new Signature(Extension.DECIMAL, Simple.STRING);
      case LESS_THAN, LESS_THAN_OR_EQUAL, GREATER_THAN, GREATER_THAN_OR_EQUAL ->
          new Signature(Simple.BOOL, Extension.DECIMAL, Extension.DECIMAL);
      case DATETIME -> new Signature(Extension.DATETIME, Simple.STRING);
      case OFFSET -> new Signature(Extension.DATETIME, Extension.DATETIME, Extension.DURATION);
      case DURATION_SINCE ->
          new Signature(Extension.DURATION, Extension.DATETIME, Extension.DATETIME);
      case TO_DATE -> new Signature(Extension.DATETIME, Extension.DATETIME);
      case TO_TIME -> new Signature(Extension.DURATION, Extension.DATETIME);
      case DURATION -> new Signature(Extension.DURATION, Simple.STRING);
      case TO_MILLISECONDS, TO_SECONDS, TO_MINUTES, TO_HOURS, TO_DAYS ->
          new Signature(Simple.LONG, Extension.DURATION);
    };
  }

  private static boolean isConstructor(ExtensionFunction function) {
    return function.style() == ExtensionFunction.Style.FUNCTION;
  }

  Answer call(Capabilities prior, Expr.Call e) {
    Signature signature = signature(e.function());
    if (!isWellFormed(e, signature)) {
      for (Expr argument : e.arguments()) checker.check(prior, argument);
      return Answer.failed(signature.result());
    }
    Answer answer = Answer.of(signature.result());
    for (int i = 0; i < e.arguments().size(); i++) {
      Expr argument = e.arguments().get(i);
      boolean receiver = i == 0 && !isConstructor(e.function());
      Answer typed =
          receiver ? checker.checkReceiver(prior, argument) : checker.check(prior, argument);
      answer = answer.after(expect(typed, argument, signature.arguments().get(i)));
    }
    return answer;
  }

  private Answer expect(Answer answer, Expr argument, StaticType expected) {
    StaticType got = answer.type();
    if (got == null || got == Simple.NEVER || got.equals(expected)) return answer;
    checker.error(Kind.UNEXPECTED_TYPE, argument, Expected.complaint(expected.toString(), got));
    return Answer.failed(null);
  }

  private boolean isWellFormed(Expr.Call e, Signature signature) {
    boolean good = true;
    if (e.arguments().size() != signature.arguments().size()) {
      checker.error(
          Kind.WRONG_NUMBER_ARGUMENTS,
          e,
          "expected "
              + signature.arguments().size()
              + " arguments for `"
              + e.function().notation()
              + "`, got "
              + e.arguments().size());
      good = false;
    }
    if (!isConstructor(e.function())) return good;
    if (e.arguments().size() == 1
        && e.arguments().getFirst() instanceof Expr.Literal(StringValue(var text), _)) {
      String refusal = refusal(e.function(), text);
      if (!refusal.isEmpty()) {
        checker.error(Kind.FUNCTION_ARGUMENT_VALIDATION, e, refusal);
        good = false;
      }
    }
    if (checker.lattice() == Lattice.STRICT
        && !e.arguments().stream().allMatch(Expr.Literal.class::isInstance)) {
      checker.error(
          Kind.NON_LIT_EXT_CONSTRUCTOR,
          e,
          "expected a literal as argument of `" + e.function().notation() + "`");
      good = false;
    }
    return good;
  }

  /** Why the constructor refuses {@code text}; empty where it does not. */
  private static String refusal(ExtensionFunction constructor, String text) {
    try {
      if (constructor == ExtensionFunction.IP) IpValue.parse(text);
      if (constructor == ExtensionFunction.DECIMAL) DecimalValue.parse(text);
      if (constructor == ExtensionFunction.DATETIME) DatetimeValue.parse(text);
      if (constructor == ExtensionFunction.DURATION) DurationValue.parse(text);
      return "";
    } catch (ValueFormatException refused) {
      return String.valueOf(refused.getMessage());
    }
  }
}
