package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.syntax.Expr;
import java.util.ArrayDeque;
import java.util.IdentityHashMap;
import java.util.function.Consumer;

/**
 * Visits every node of an expression, however deep it is. The argument of {@code x is T in y} is
 * visited twice, as the reference does; that of {@code x has a.b} once.
 */
final class SubExpressions {
  private SubExpressions() {}

  /** {@code root} first, then its parts in the order written. */
  static void visit(Expr root, Consumer<Expr> visitor) {
    // Twice is enough for any node: else tests nested in each other's arguments never end.
    var visits = new IdentityHashMap<Expr, Integer>();
    var open = new ArrayDeque<Expr>();
    open.push(root);
    while (!open.isEmpty()) {
      Expr expr = open.pop();
      if (visits.merge(expr, 1, Integer::sum) > 2) continue;
      if (expr instanceof Expr.And and && ExtendedHas.isOne(and)) {
        open.push(path(and, visitor));
        continue;
      }
      visitor.accept(expr);
      for (Expr part : expr.parts().reversed()) open.push(part);
    }
  }

  /** Visits the tests of {@code x has a.b.c}; {@code x}. */
  private static Expr path(Expr.And path, Consumer<Expr> visitor) {
    Expr node = path;
    for (; node instanceof Expr.And and; node = and.left()) {
      visitor.accept(and);
      visitor.accept(and.right());
      if (and.right() instanceof Expr.HasAttribute test) visitor.accept(test.argument());
    }
    visitor.accept(node);
    return node.parts().getFirst();
  }
}
