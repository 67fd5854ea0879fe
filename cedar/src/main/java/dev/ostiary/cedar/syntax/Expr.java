package dev.ostiary.cedar.syntax;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** An expression as written. Nodes are immutable and carry the place they came from. */
public sealed interface Expr {
  /** Where this expression was written. */
  Span span();

  /** The direct parts, in the order written. */
  default List<Expr> parts() {
    return switch (this) {
      case Literal _, Variable _, Unknown _ -> List.of();
      case If(var condition, var yes, var no, _) -> List.of(condition, yes, no);
      case Or(var left, var right, _) -> List.of(left, right);
      case And(var left, var right, _) -> List.of(left, right);
      case Not(var argument, _) -> List.of(argument);
      case Negate(var argument, _) -> List.of(argument);
      case Binary(_, var left, var right, _) -> List.of(left, right);
      case IsEmpty(var argument, _) -> List.of(argument);
      case Like(var argument, _, _) -> List.of(argument);
      case Is(var argument, _, _) -> List.of(argument);
      case GetAttribute(var argument, _, _) -> List.of(argument);
      case HasAttribute(var argument, _, _) -> List.of(argument);
      case SetLiteral(var elements, _) -> elements;
      case RecordLiteral(var entries, _) ->
          entries.stream().map(RecordLiteral.Entry::value).toList();
      case Call(_, var arguments, _) -> arguments;
    };
  }

  /**
   * As {@link #parts}, but of a chain of {@code &&} or of {@code ||}, however it is grouped, all
   * operands. A chain may be thousands long, and what walks a tree by its parts would then go as
   * deep.
   */
  default List<Expr> operands() {
    if (!(this instanceof And) && !(this instanceof Or)) return parts();
    var operands = new ArrayList<Expr>();
    var open = new ArrayDeque<Expr>();
    open.push(this);
    while (!open.isEmpty()) {
      Expr next = open.pop();
      boolean isLink = this instanceof And ? next instanceof And : next instanceof Or;
      if (isLink) for (Expr part : next.parts().reversed()) open.push(part);
      else operands.add(next);
    }
    return operands;
  }

  /** A Boolean, integer, string or entity literal; in a residual any value. */
  record Literal(Value value, Span span) implements Expr {}

  /** One of the four variables. */
  record Variable(Name name, Span span) implements Expr {
    /** What a request binds. */
    public enum Name {
      PRINCIPAL,
      ACTION,
      RESOURCE,
      CONTEXT
    }
  }

  /** Something that is not known yet; only in residuals. */
  record Unknown(String name, Span span) implements Expr {}

  /** {@code if condition then yes else no}; the branch not taken is not evaluated. */
  record If(Expr condition, Expr yes, Expr no, Span span) implements Expr {}

  /** {@code left || right}; {@code right} is not evaluated when {@code left} is true. */
  record Or(Expr left, Expr right, Span span) implements Expr {}

  /** {@code left && right}; {@code right} is not evaluated when {@code left} is false. */
  record And(Expr left, Expr right, Span span) implements Expr {}

  /** {@code !argument}. */
  record Not(Expr argument, Span span) implements Expr {}

  /** {@code -argument}. */
  record Negate(Expr argument, Span span) implements Expr {}

  /** An operator or built-in method of two arguments, both always evaluated, left first. */
  record Binary(Operator operator, Expr left, Expr right, Span span) implements Expr {
    /** Operators and methods, by their Cedar notation. */
    public enum Operator {
      EQUAL("=="),
      NOT_EQUAL("!="),
      LESS("<"),
      LESS_OR_EQUAL("<="),
      GREATER(">"),
      GREATER_OR_EQUAL(">="),
      IN("in"),
      ADD("+"),
      SUBTRACT("-"),
      MULTIPLY("*"),
      CONTAINS("contains"),
      CONTAINS_ALL("containsAll"),
      CONTAINS_ANY("containsAny"),
      HAS_TAG("hasTag"),
      GET_TAG("getTag");

      private final String notation;

      Operator(String notation) {
        this.notation = notation;
      }

      /** As it is written in a policy. */
      public String notation() {
        return notation;
      }
    }
  }

  /** {@code argument.isEmpty()}. */
  record IsEmpty(Expr argument, Span span) implements Expr {}

  /** {@code argument like "pattern"}. */
  record Like(Expr argument, Pattern pattern, Span span) implements Expr {}

  /**
   * {@code argument is Type}; {@code argument is Type in group} is an {@link And} of this and
   * {@code in}.
   */
  record Is(Expr argument, String entityType, Span span) implements Expr {}

  /** {@code argument.attribute} or {@code argument["attribute"]}. */
  record GetAttribute(Expr argument, String attribute, Span span) implements Expr {}

  /**
   * {@code argument has attribute}; {@code argument has a.b.c} is an {@link And} of {@code argument
   * has a}, {@code argument.a has b} and so on.
   */
  record HasAttribute(Expr argument, String attribute, Span span) implements Expr {}

  /** {@code [a, b]}. */
  record SetLiteral(List<Expr> elements, Span span) implements Expr {
    public SetLiteral {
      elements = List.copyOf(elements);
    }
  }

  /** {@code {a: 1, "b": 2}}, in the order written; names are unique. */
  record RecordLiteral(List<Entry> entries, Span span) implements Expr {
    public RecordLiteral {
      entries = List.copyOf(entries);
    }

    /** One attribute of a record literal. */
    public record Entry(String name, Expr value) {}
  }

  /** An extension function or method; a method's receiver is the first argument. */
  record Call(ExtensionFunction function, List<Expr> arguments, Span span) implements Expr {
    public Call {
      arguments = List.copyOf(arguments);
    }
  }

  /** The literal {@code uid}, where it was not written. */
  static Expr entity(EntityUid uid) {
    return new Literal(uid, Span.NONE);
  }
}
