package dev.ostiary.cedar.json;

import java.util.ArrayDeque;
import java.util.Deque;

/** Writes JSON text; members stay in their order. */
public final class JsonWriter {
  private static final int MAX_INDENT = 100;

  private final StringBuilder out;
  private final boolean pretty;

  private JsonWriter(StringBuilder out, boolean pretty) {
    this.out = out;
    this.pretty = pretty;
  }

  /** The value on one line, without spaces. */
  public static String compact(Json value) {
    var out = new StringBuilder();
    new JsonWriter(out, false).write(value);
    return out.toString();
  }

  /** The value on many lines, two spaces a level, without a line end behind it. */
  public static String pretty(Json value) {
    var out = new StringBuilder();
    new JsonWriter(out, true).write(value);
    return out.toString();
  }

  /** {@code text} in double quotes, with the escapes that JSON demands. */
  public static String quoted(String text) {
    var out = new StringBuilder(text.length() + 2);
    new JsonWriter(out, false).string(text);
    return out.toString();
  }

  /** An object or array of which {@code next} members have been written. */
  private static final class Open {
    final Json value;
    int next;

    Open(Json value) {
      this.value = value;
    }

    int size() {
      return value instanceof JsonObject object
          ? object.size()
          : value instanceof Json.Arr(var elements, _, _) ? elements.size() : 0;
    }
  }

  /** By iteration, since a policy with a long chain of operators is as deep. */
  private void write(Json root) {
    var open = new ArrayDeque<Open>();
    begin(root, open);
    while (!open.isEmpty()) {
      Open last = open.getLast();
      if (last.next == last.size()) {
        open.removeLast();
        if (last.next > 0) line(open.size());
        out.append(last.value instanceof JsonObject ? '}' : ']');
        continue;
      }
      if (last.next > 0) out.append(',');
      line(open.size());
      int index = last.next++;
      switch (last.value) {
        case JsonObject object -> {
          string(object.name(index));
          out.append(pretty ? ": " : ":");
          begin(object.value(index), open);
        }
        case Json.Arr(var elements, _, _) -> begin(elements.get(index), open);
        case Json.Str _, Json.Int _, Json.Num _, Json.Bool _, Json.Null _ -> {}
      }
    }
  }

  private void begin(Json value, Deque<Open> open) {
    switch (value) {
      case JsonObject object -> {
        out.append('{');
        open.addLast(new Open(object));
      }
      case Json.Arr array -> {
        out.append('[');
        open.addLast(new Open(array));
      }
      case Json.Str(var text, _, _) -> string(text);
      case Json.Int(var number, _, _) -> out.append(number);
      case Json.Num(var text, _, _) -> out.append(text);
      case Json.Bool(var bool, _, _) -> out.append(bool);
      case Json.Null _ -> out.append("null");
    }
  }

  /** What is very deep is not indented further, else the spaces would outgrow the text. */
  private void line(int level) {
    if (pretty) out.append('\n').repeat("  ", Math.min(level, MAX_INDENT));
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < ' ') out.append(String.format("\\u%04x", (int) c));
          else out.append(c);
        }
      }
    }
    out.append('"');
  }
}
