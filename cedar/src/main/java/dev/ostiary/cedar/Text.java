package dev.ostiary.cedar;

/** Cedar's notation of strings and names. */
final class Text {
  private Text() {}

  /** {@code text} in double quotes with the escapes that Cedar reads back. */
  static String quoted(String text) {
    var out = new StringBuilder(text.length() + 2).append('"');
    text.codePoints().forEach(c -> escape(c, out));
    return out.append('"').toString();
  }

  private static void escape(int codePoint, StringBuilder out) {
    switch (codePoint) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case 0 -> out.append("\\0");
      default -> {
        if (Character.isISOControl(codePoint))
          out.append("\\u{").append(Integer.toHexString(codePoint)).append('}');
        else out.appendCodePoint(codePoint);
      }
    }
  }
}
