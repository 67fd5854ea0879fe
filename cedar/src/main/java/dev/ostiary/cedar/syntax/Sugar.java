package dev.ostiary.cedar.syntax;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A notation that the tree has as a conjunction.
 *
 * <p>What repeats the argument of such a notation is the same object, not an equal one; so {@code a
 * is T in b} and {@code a is T && a in b} are told apart.
 */
public sealed interface Sugar {
  /** {@code argument is entityType in group}. */
  record IsIn(Expr argument, String entityType, Expr group) implements Sugar {}

  /** {@code argument has a.b.c}; at least two names. */
  record HasPath(Expr argument, List<String> path) implements Sugar {}

  /** The notation that {@code and} was made from, if there is one. */
  static Optional<Sugar> of(Expr.And and) {
    if (and.left() instanceof Expr.Is(var argument, var type, _)
        && and.right() instanceof Expr.Binary(var operator, var left, var group, _)
        && operator == Expr.Binary.Operator.IN
        && isSame(argument, left)) return Optional.of(new IsIn(argument, type, group));
    return hasPath(and);
  }

  /** {@code argument is entityType in group} as the tree has it. */
  static Expr.And isIn(Expr argument, String entityType, Expr group, Span span) {
    return new Expr.And(
        new Expr.Is(argument, entityType, span),
        new Expr.Binary(Expr.Binary.Operator.IN, argument, group, span),
        span);
  }

  /** {@code argument has a.b.c} as the tree has it; {@code path} has at least one name. */
  static Expr hasPath(Expr argument, List<String> path, Span span) {
    Expr object = argument;
    Expr tests = new Expr.HasAttribute(object, path.getFirst(), span);
    for (int i = 1; i < path.size(); i++) {
      object = new Expr.GetAttribute(object, path.get(i - 1), span);
      tests = new Expr.And(tests, new Expr.HasAttribute(object, path.get(i), span), span);
    }
    return tests;
  }

  private static Optional<Sugar> hasPath(Expr.And and) {
    var path = new ArrayList<String>();
    Expr tests = and;
    while (tests instanceof Expr.And(var earlier, var last, _)
        && last instanceof Expr.HasAttribute(var object, var name, _)
        && object instanceof Expr.GetAttribute(var parent, var parentName, _)
        && lastTest(earlier) instanceof Expr.HasAttribute(var tested, var testedName, _)
        && isSame(tested, parent)
        && testedName.equals(parentName)) {
      path.addFirst(name);
      tests = earlier;
    }
    if (path.isEmpty() || !(tests instanceof Expr.HasAttribute(var argument, var first, _)))
      return Optional.empty();
    path.addFirst(first);
    return Optional.of(new HasPath(argument, List.copyOf(path)));
  }

  private static Expr lastTest(Expr tests) {
    return tests instanceof Expr.And(_, var last, _) ? last : tests;
  }

  @SuppressWarnings("ReferenceEquality") // equal operands may have been written twice
  private static boolean isSame(Expr a, Expr b) {
    return a == b;
  }
}
