package dev.ostiary.cedar.syntax;

import java.util.Set;

/** Which texts are identifiers and names of the Cedar language. */
public final class Identifiers {
  private static final Set<String> RESERVED =
      Set.of("true", "false", "if", "then", "else", "in", "is", "like", "has", "__cedar");

  private Identifiers() {}

  /** Whether {@code text} has the form of an identifier; reserved words have it, too. */
  public static boolean isWord(String text) {
    if (text.isEmpty() || isDigit(text.charAt(0))) return false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
      if (!letter && !isDigit(c)) return false;
    }
    return true;
  }

  /** Whether {@code text} is an identifier, and so may be an attribute without quotes. */
  public static boolean isIdentifier(String text) {
    return isWord(text) && !RESERVED.contains(text);
  }

  /** Whether {@code text} is a name such as {@code User} or {@code Acme::User}, without spaces. */
  public static boolean isName(String text) {
    int start = 0;
    for (int colons = text.indexOf("::"); colons >= 0; colons = text.indexOf("::", start)) {
      if (!isIdentifier(text.substring(start, colons))) return false;
      start = colons + 2;
    }
    return isIdentifier(text.substring(start));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
