package dev.ostiary.cedar.syntax;

import java.util.ArrayDeque;

/**
 * How much of the tree of one text is there more than once. {@code x is T in y} and {@code x has
 * a.b} repeat {@code x}, so such tests within each other's {@code x} would double the tree with
 * each step; whoever walks it meets every copy. What is repeated is bounded in proportion to the
 * text. Not for use by several threads.
 */
public final class Repetition {
  private static final long FREE = 10_000;

  private final long most;
  private long repeated;

  /** Nothing is repeated yet of what {@code source} says. */
  public Repetition(Source source) {
    this.most = FREE + source.text().length();
  }

  /** Takes note that {@code expr} stands in the tree once more; false where that is too much. */
  public boolean allows(Expr expr) {
    var open = new ArrayDeque<Expr>();
    open.push(expr);
    while (!open.isEmpty()) {
      if (++repeated > most) return false;
      for (Expr part : open.pop().parts()) open.push(part);
    }
    return true;
  }

  /** What to say where it is too much. */
  public static String complaint() {
    return "nested too deep: what `is … in` and `has` with a path are asked of is too large";
  }
}
