package dev.ostiary.cedar.format;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A text with the places where its lines may break.
 *
 * <p>The algebra and the way to lay it out are those of Wadler, "A prettier printer" (2003), in the
 * greedy form: a group goes on one line if all up to its end, and up to the next certain line break
 * behind it, fits.
 */
sealed interface Doc {
  /** Nothing. */
  Doc NIL = new Concat(List.of());

  /** A line break in every layout. */
  Doc HARD_LINE = new HardLine();

  /** A space, or a line break where the group around it is broken. */
  Doc LINE = new Line(" ");

  /** Nothing, or a line break where the group around it is broken. */
  Doc SOFT_BREAK = new Line("");

  /** One space. */
  Doc SPACE = new Text(" ", 1);

  /** Characters as they are; {@code width} is the number of columns that they take. */
  record Text(String text, int width) implements Doc {}

  /** A line break in every layout. */
  record HardLine() implements Doc {}

  /** A line break, or {@code flat} where the group around it is on one line. */
  record Line(String flat) implements Doc {}

  /** One after the other. */
  record Concat(List<Doc> parts) implements Doc {}

  /** {@code body} with {@code by} more columns of indentation behind its line breaks. */
  record Nest(int by, Doc body) implements Doc {}

  /** {@code body} on one line if it fits. */
  record Group(Doc body) implements Doc {}

  /** The text with the columns that it takes in a terminal. */
  static Doc text(String text) {
    return new Text(text, DisplayWidth.of(text));
  }

  /** All of {@code parts}, in order. */
  static Doc concat(Doc... parts) {
    return concat(Arrays.asList(parts));
  }

  /** All of {@code parts}, in order. */
  static Doc concat(List<Doc> parts) {
    var some = new ArrayList<Doc>(parts.size());
    for (var part : parts) if (!isNil(part)) some.add(part);
    return some.isEmpty() ? NIL : some.size() == 1 ? some.getFirst() : new Concat(some);
  }

  private static boolean isNil(Doc doc) {
    return doc instanceof Concat(var parts) && parts.isEmpty();
  }

  /** {@code body}, indented. */
  static Doc nest(int by, Doc body) {
    return isNil(body) ? NIL : new Nest(by, body);
  }

  /** {@code parts} on one line if they fit. */
  static Doc group(Doc... parts) {
    var body = concat(parts);
    return isNil(body) ? NIL : new Group(body);
  }

  /** The text, with lines of at most {@code width} columns where the breaks allow it. */
  static String render(Doc doc, int width) {
    return new Renderer(width).render(doc);
  }

  /** Works on a stack of its own, so that a deep tree needs no deep call stack. */
  final class Renderer {
    private final int width;
    private final StringBuilder out = new StringBuilder();
    private final ArrayList<Item> rest = new ArrayList<>();

    private record Item(Doc doc, int indent, boolean flat) {}

    Renderer(int width) {
      this.width = width;
    }

    String render(Doc doc) {
      int column = 0;
      rest.add(new Item(doc, 0, false));
      while (!rest.isEmpty()) {
        var item = rest.removeLast();
        switch (item.doc) {
          case Text(var text, var columns) -> {
            out.append(text);
            column += columns;
          }
          case HardLine _ -> column = newline(item);
          case Line(var flat) -> {
            if (item.flat) {
              out.append(flat);
              column += flat.length();
            } else {
              column = newline(item);
            }
          }
          case Concat(var parts) -> {
            for (int i = parts.size() - 1; i >= 0; i--)
              rest.add(new Item(parts.get(i), item.indent, item.flat));
          }
          case Nest(var by, var body) -> rest.add(new Item(body, item.indent + by, item.flat));
          case Group(var body) ->
              rest.add(new Item(body, item.indent, item.flat || fits(body, column)));
        }
      }
      return out.toString();
    }

    /**
     * A line takes the indentation of what it holds, which differs from that of its break where the
     * break ends a nested part.
     */
    private int newline(Item item) {
      int indent = rest.isEmpty() ? item.indent : rest.getLast().indent;
      out.append('\n').repeat(' ', indent);
      return indent;
    }

    private boolean fits(Doc group, int start) {
      int column = start;
      boolean flat = true;
      int behind = rest.size();
      var todo = new ArrayDeque<Doc>();
      todo.push(group);
      while (true) {
        if (todo.isEmpty()) {
          if (behind == 0) return true;
          flat = false;
          todo.push(rest.get(--behind).doc);
        }
        switch (todo.pop()) {
          case Text(_, var columns) -> column += columns;
          case HardLine _ -> {
            return !flat;
          }
          case Line(var text) -> {
            if (!flat) return true;
            column += text.length();
          }
          case Concat(var parts) -> {
            for (int i = parts.size() - 1; i >= 0; i--) todo.push(parts.get(i));
          }
          case Nest(_, var body) -> todo.push(body);
          case Group(var body) -> todo.push(body);
        }
        if (column > width) return false;
      }
    }
  }
}
