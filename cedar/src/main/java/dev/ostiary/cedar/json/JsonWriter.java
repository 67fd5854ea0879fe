package dev.ostiary.cedar.json;

import java.util.List;

/** Writes JSON text; members stay in their order. */
public final class JsonWriter {
  private final StringBuilder out;
  private final boolean pretty;

  private JsonWriter(StringBuilder out, boolean pretty) {
    this.out = out;
    this.pretty = pretty;
  }

  /** The value on one line, without spaces. */
  public static String compact(Json value) {
    var out = new StringBuilder();
    new JsonWriter(out, false).write(value, 0);
    return out.toString();
  }

  /** The value on many lines, two spaces a level, without a line end behind it. */
  public static String pretty(Json value) {
    var out = new StringBuilder();
    new JsonWriter(out, true).write(value, 0);
    return out.toString();
  }

  /** {@code text} in double quotes, with the escapes that JSON demands. */
  public static String quoted(String text) {
    var out = new StringBuilder(text.length() + 2);
    new JsonWriter(out, false).string(text);
    return out.toString();
  }

  private void write(Json value, int level) {
    switch (value) {
      case JsonObject object -> object(object, level);
      case Json.Arr(var elements, _, _) -> array(elements, level);
      case Json.Str(var text, _, _) -> string(text);
      case Json.Int(var number, _, _) -> out.append(number);
      case Json.Num(var text, _, _) -> out.append(text);
      case Json.Bool(var bool, _, _) -> out.append(bool);
      case Json.Null _ -> out.append("null");
    }
  }

  private void object(JsonObject object, int level) {
    out.append('{');
    for (int i = 0; i < object.size(); i++) {
      if (i > 0) out.append(',');
      line(level + 1);
      string(object.name(i));
      out.append(pretty ? ": " : ":");
      write(object.value(i), level + 1);
    }
    if (object.size() > 0) line(level);
    out.append('}');
  }

  private void array(List<Json> elements, int level) {
    out.append('[');
    for (int i = 0; i < elements.size(); i++) {
      if (i > 0) out.append(',');
      line(level + 1);
      write(elements.get(i), level + 1);
    }
    if (!elements.isEmpty()) line(level);
    out.append(']');
  }

  private void line(int level) {
    if (pretty) out.append('\n').repeat("  ", level);
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
