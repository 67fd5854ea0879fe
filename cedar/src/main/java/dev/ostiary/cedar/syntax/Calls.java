package dev.ostiary.cedar.syntax;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.syntax.Expr.Binary.Operator;
import dev.ostiary.cedar.syntax.ExtensionFunction.Style;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds out what a call calls. The number of arguments is checked here for built-in methods; for
 * extension functions it is an error of evaluation, as in the reference.
 */
final class Calls {
  private static final Map<String, Operator> METHODS =
      Map.of(
          "contains", Operator.CONTAINS,
          "containsAll", Operator.CONTAINS_ALL,
          "containsAny", Operator.CONTAINS_ANY,
          "hasTag", Operator.HAS_TAG,
          "getTag", Operator.GET_TAG);
  private static final Set<String> BUILT_IN =
      Set.of("contains", "containsAll", "containsAny", "hasTag", "getTag", "isEmpty");

  private final TokenReader in;

  Calls(TokenReader in) {
    this.in = in;
  }

  Expr method(Expr receiver, Token name, List<Expr> arguments, Span span) {
    Operator operator = METHODS.get(name.text());
    if (operator != null) {
      if (!hasArity(name.text(), 1, arguments, span)) return nothing(span);
      return new Expr.Binary(operator, receiver, arguments.getFirst(), span);
    }
    if (name.text().equals("isEmpty")) {
      hasArity("isEmpty", 0, arguments, span);
      return new Expr.IsEmpty(receiver, span);
    }
    Optional<ExtensionFunction> function = ExtensionFunction.named(name.text());
    if (function.isPresent() && function.get().style() == Style.METHOD) {
      var all = new ArrayList<Expr>(arguments.size() + 1);
      all.add(receiver);
      all.addAll(arguments);
      return new Expr.Call(function.get(), all, span);
    }
    in.errors()
        .add(
            name.span(),
            function.isPresent()
                ? "`%s` is a function, not a method; write `%s(…)`"
                    .formatted(name.text(), name.text())
                : "there is no method `%s`".formatted(name.text()));
    return nothing(span);
  }

  Expr function(String name, Span nameSpan, List<Expr> arguments, Span span) {
    Optional<ExtensionFunction> function = ExtensionFunction.named(name);
    if (function.isPresent() && function.get().style() == Style.FUNCTION)
      return new Expr.Call(function.get(), arguments, span);
    in.errors()
        .add(
            nameSpan,
            function.isPresent() || BUILT_IN.contains(name)
                ? "`%s` is a method, not a function; write `e.%s(…)`".formatted(name, name)
                : "there is no function `%s`".formatted(name));
    return nothing(span);
  }

  private boolean hasArity(String name, int expected, List<Expr> arguments, Span span) {
    if (arguments.size() == expected) return true;
    in.errors()
        .add(
            span,
            "`%s` takes %d argument%s, got %d"
                .formatted(name, expected, expected == 1 ? "" : "s", arguments.size()));
    return false;
  }

  /** Stands in for what could not be read; its error is already noted. */
  private static Expr nothing(Span span) {
    return new Expr.Literal(BoolValue.FALSE, span);
  }
}
