package dev.ostiary.cedar.format;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.DatetimeValue;
import dev.ostiary.cedar.DecimalValue;
import dev.ostiary.cedar.DurationValue;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.IpValue;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.SetValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.syntax.Expr;
import dev.ostiary.cedar.syntax.Expr.Binary.Operator;
import dev.ostiary.cedar.syntax.ExtensionFunction;
import dev.ostiary.cedar.syntax.Identifiers;
import dev.ostiary.cedar.syntax.Sugar;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Writes expressions. An operand that is itself an operation stands in parentheses, but for the
 * left one of the same operator: nobody has to know which operator binds how tightly.
 */
final class ExpressionText {
  private final StringBuilder out;

  ExpressionText(StringBuilder out) {
    this.out = out;
  }

  void write(Expr expr) {
    switch (expr) {
      case Expr.Literal(var value, _) -> write(value);
      case Expr.Variable(var name, _) -> out.append(name.name().toLowerCase(Locale.ROOT));
      case Expr.Unknown(var name, _) ->
          out.append("unknown(").append(Quoted.text(name)).append(')');
      case Expr.If(var condition, var yes, var no, _) -> {
        out.append("if ");
        write(condition);
        out.append(" then ");
        write(yes);
        out.append(" else ");
        write(no);
      }
      case Expr.Or or -> disjunction(or);
      case Expr.And and -> sugar(and).ifPresentOrElse(this::write, () -> conjunction(and));
      case Expr.Not(var argument, _) -> {
        out.append('!');
        operand(argument);
      }
      case Expr.Negate(var argument, _) -> {
        // Always in parentheses: `-1` would read back as a literal.
        out.append("-(");
        write(argument);
        out.append(')');
      }
      case Expr.Binary binary -> write(binary);
      case Expr.IsEmpty(var argument, _) -> {
        operand(argument);
        out.append(".isEmpty()");
      }
      case Expr.Like(var argument, var pattern, _) -> {
        operand(argument);
        out.append(" like ").append(Quoted.pattern(pattern));
      }
      case Expr.Is(var argument, var type, _) -> {
        operand(argument);
        out.append(" is ").append(type);
      }
      case Expr.GetAttribute(var argument, var attribute, _) -> {
        operand(argument);
        String name = Quoted.attribute(attribute);
        if (name.startsWith("\"")) out.append('[').append(name).append(']');
        else out.append('.').append(name);
      }
      case Expr.HasAttribute(var argument, var attribute, _) -> {
        operand(argument);
        out.append(" has ").append(Quoted.attribute(attribute));
      }
      case Expr.SetLiteral(var elements, _) -> {
        out.append('[');
        list(elements);
        out.append(']');
      }
      case Expr.RecordLiteral(var entries, _) -> {
        String separator = "{";
        for (var entry : entries) {
          out.append(separator).append(Quoted.attribute(entry.name())).append(": ");
          write(entry.value());
          separator = ", ";
        }
        out.append(entries.isEmpty() ? "{}" : "}");
      }
      case Expr.Call(var function, var arguments, _) -> call(function, arguments);
    }
  }

  /** As {@link Sugar#of}, but for paths that have no notation since a name needs quotes. */
  private static Optional<Sugar> sugar(Expr.And and) {
    return Sugar.of(and)
        .filter(sugar ->
            !(sugar instanceof Sugar.HasPath(_, var path))
                || path.stream().allMatch(Identifiers::isIdentifier));
  }

  private void disjunction(Expr.Or or) {
    var chain = new ArrayDeque<Expr.Or>();
    Expr first = or;
    for (; first instanceof Expr.Or next; first = next.left()) chain.push(next);
    operand(first);
    for (Expr.Or next : chain) {
      out.append(" || ");
      operand(next.right());
    }
  }

  private void conjunction(Expr.And and) {
    var chain = new ArrayDeque<Expr.And>();
    Expr first = and;
    for (; first instanceof Expr.And next && sugar(next).isEmpty(); first = next.left())
      chain.push(next);
    operand(first);
    for (Expr.And next : chain) {
      out.append(" && ");
      operand(next.right());
    }
  }

  private void write(Sugar sugar) {
    switch (sugar) {
      case Sugar.IsIn(var argument, var type, var group) -> {
        operand(argument);
        out.append(" is ").append(type).append(" in ");
        operand(group);
      }
      case Sugar.HasPath(var argument, var path) -> {
        operand(argument);
        out.append(" has ").append(String.join(".", path));
      }
    }
  }

  private void write(Expr.Binary binary) {
    switch (binary.operator()) {
      case CONTAINS, CONTAINS_ALL, CONTAINS_ANY, HAS_TAG, GET_TAG -> {
        operand(binary.left());
        out.append('.').append(binary.operator().notation()).append('(');
        write(binary.right());
        out.append(')');
      }
      case ADD, SUBTRACT, MULTIPLY -> {
        if (binary.left() instanceof Expr.Binary left && left.operator() == binary.operator())
          write(left);
        else operand(binary.left());
        operatorAndRight(binary.operator(), binary.right());
      }
      case EQUAL, NOT_EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, IN -> {
        operand(binary.left());
        operatorAndRight(binary.operator(), binary.right());
      }
    }
  }

  private void operatorAndRight(Operator operator, Expr right) {
    out.append(' ').append(operator.notation()).append(' ');
    operand(right);
  }

  private void call(ExtensionFunction function, List<Expr> arguments) {
    var rest = arguments;
    if (function.style() == ExtensionFunction.Style.METHOD && !arguments.isEmpty()) {
      operand(arguments.getFirst());
      out.append('.');
      rest = arguments.subList(1, arguments.size());
    }
    out.append(function.notation()).append('(');
    list(rest);
    out.append(')');
  }

  private void list(List<Expr> elements) {
    String separator = "";
    for (var element : elements) {
      out.append(separator);
      write(element);
      separator = ", ";
    }
  }

  private void operand(Expr expr) {
    boolean closed =
        switch (expr) {
          case Expr.Literal _,
              Expr.Variable _,
              Expr.Unknown _,
              Expr.IsEmpty _,
              Expr.GetAttribute _,
              Expr.SetLiteral _,
              Expr.RecordLiteral _,
              Expr.Call _ ->
              true;
          case Expr.Binary(var operator, _, _, _) ->
              switch (operator) {
                case CONTAINS, CONTAINS_ALL, CONTAINS_ANY, HAS_TAG, GET_TAG -> true;
                case EQUAL,
                    NOT_EQUAL,
                    LESS,
                    LESS_OR_EQUAL,
                    GREATER,
                    GREATER_OR_EQUAL,
                    IN,
                    ADD,
                    SUBTRACT,
                    MULTIPLY ->
                    false;
              };
          case Expr.If _,
              Expr.Or _,
              Expr.And _,
              Expr.Not _,
              Expr.Negate _,
              Expr.Like _,
              Expr.Is _,
              Expr.HasAttribute _ ->
              false;
        };
    if (!closed) out.append('(');
    write(expr);
    if (!closed) out.append(')');
  }

  private void write(Value value) {
    switch (value) {
      case LongValue(var number) -> {
        // In parentheses, so that `(-1).a` is not `-(1.a)`.
        if (number < 0) out.append('(').append(number).append(')');
        else out.append(number);
      }
      case StringValue(var text) -> out.append(Quoted.text(text));
      case EntityUid uid -> out.append(Quoted.uid(uid));
      case SetValue set -> {
        String separator = "[";
        for (var element : set.elements()) {
          out.append(separator);
          write(element);
          separator = ", ";
        }
        out.append(set.elements().isEmpty() ? "[]" : "]");
      }
      case RecordValue record -> {
        String separator = "{";
        for (var entry : record.attributes().entrySet()) {
          out.append(separator).append(Quoted.attribute(entry.getKey())).append(": ");
          write(entry.getValue());
          separator = ", ";
        }
        out.append(record.attributes().isEmpty() ? "{}" : "}");
      }
      case BoolValue _, IpValue _, DecimalValue _, DatetimeValue _, DurationValue _ ->
          out.append(value);
    }
  }
}
