package dev.ostiary.cedar.format;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.syntax.Identifiers;
import dev.ostiary.cedar.syntax.Pattern;
import java.util.stream.Collectors;

/** Texts as Cedar literals; what would not be seen in them is escaped. */
public final class Quoted {
  private Quoted() {}

  /** The string literal that says {@code text}. */
  public static String text(String text) {
    return '"' + escaped(text, false) + '"';
  }

  static String uid(EntityUid uid) {
    return uid.type() + "::" + text(uid.id());
  }

  /** Without quotes where it needs none. */
  static String attribute(String name) {
    return Identifiers.isIdentifier(name) ? name : text(name);
  }

  static String pattern(Pattern pattern) {
    return pattern.pieces().stream()
        .map(piece -> escaped(piece, true).replace("*", "\\*"))
        .collect(Collectors.joining("*", "\"", "\""));
  }

  /** A combining mark is escaped where it would combine with a quote, or everywhere. */
  private static String escaped(String text, boolean marksToo) {
    var out = new StringBuilder(text.length() + 2);
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      if (isMark(c) && (marksToo || i == 0)) number(c, out);
      else escape(c, out);
      i += Character.charCount(c);
    }
    return out.toString();
  }

  private static void number(int c, StringBuilder out) {
    out.append("\\u{").append(Integer.toHexString(c)).append('}');
  }

  private static boolean isMark(int c) {
    int type = Character.getType(c);
    return type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK;
  }

  private static void escape(int c, StringBuilder out) {
    switch (c) {
      case '"', '\'', '\\' -> out.append('\\').appendCodePoint(c);
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case 0 -> out.append("\\0");
      default -> {
        if (isSeen(c)) out.appendCodePoint(c);
        else number(c, out);
      }
    }
  }

  private static boolean isSeen(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }
}
