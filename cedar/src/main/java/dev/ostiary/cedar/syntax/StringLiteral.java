package dev.ostiary.cedar.syntax;

import java.util.ArrayList;
import java.util.List;

/**
 * What a string literal says.
 *
 * <p>Escapes are {@code \n}, {@code \r}, {@code \t}, {@code \0}, {@code \\}, {@code \'}, {@code
 * \"}, {@code \xHH} up to 7F and <code>\&#117;{H…}</code> with one to six digits; a pattern also
 * has {@code \*}.
 */
public final class StringLiteral {
  private final Token token;
  private final SourceErrors errors;
  private final boolean pattern;
  private final List<String> pieces = new ArrayList<>(1);
  private StringBuilder piece = new StringBuilder();
  private int at = 1;

  private StringLiteral(Token token, SourceErrors errors, boolean pattern) {
    this.token = token;
    this.errors = errors;
    this.pattern = pattern;
  }

  /** The text that a string token stands for. Wrong escapes go to errors and are left out. */
  public static String value(Token string, SourceErrors errors) {
    String text = string.text();
    if (text.indexOf('\\') < 0 && text.indexOf('\r') < 0)
      return text.substring(1, text.length() - 1);
    return new StringLiteral(string, errors, false).read().getFirst();
  }

  /** The pattern that a string token stands for. Wrong escapes go to errors and are left out. */
  public static Pattern pattern(Token string, SourceErrors errors) {
    return new Pattern(new StringLiteral(string, errors, true).read());
  }

  private List<String> read() {
    String text = token.text();
    int end = text.length() - 1;
    while (at < end) {
      char c = text.charAt(at);
      if (c == '\\') {
        escape(text, end);
      } else {
        if (c == '\r') fault(at, at + 1, "a string cannot hold a carriage return; write `\\r`");
        if (c == '*' && pattern) endPiece();
        else piece.append(c);
        at++;
      }
    }
    endPiece();
    return pieces;
  }

  private void endPiece() {
    pieces.add(piece.toString());
    piece = new StringBuilder();
  }

  private void escape(String text, int end) {
    int start = at;
    char c = text.charAt(at + 1);
    at += 2;
    switch (c) {
      case 'n' -> piece.append('\n');
      case 'r' -> piece.append('\r');
      case 't' -> piece.append('\t');
      case '0' -> piece.append('\0');
      case '\\', '\'', '"' -> piece.append(c);
      case 'x' -> hex(text, start, end);
      case 'u' -> unicode(text, start, end);
      default -> {
        if (c == '*' && pattern) piece.append('*');
        else {
          // The second half of a pair belongs to the first.
          if (Character.isHighSurrogate(c) && at < end) at++;
          fault(start, at, "`" + text.substring(start, at) + "` is not an escape");
        }
      }
    }
  }

  private void hex(String text, int start, int end) {
    int high = at < end ? Character.digit(text.charAt(at), 16) : -1;
    int low = at + 1 < end ? Character.digit(text.charAt(at + 1), 16) : -1;
    if (high < 0 || low < 0 || text.charAt(at) > 'f' || text.charAt(at + 1) > 'f') {
      fault(start, at, "`\\x` needs two hexadecimal digits");
      return;
    }
    at += 2;
    if (high > 7) fault(start, at, "`\\x` goes up to 7f; write `\\u{…}` for more");
    else put(high * 16 + low);
  }

  private void unicode(String text, int start, int end) {
    int close = text.indexOf('}', at);
    if (at >= end || text.charAt(at) != '{' || close < 0 || close >= end) {
      fault(start, at, "`\\u` needs hexadecimal digits in braces, as in `\\u{1F600}`");
      return;
    }
    String digits = text.substring(at + 1, close);
    at = close + 1;
    int value = 0;
    int count = 0;
    for (int i = 0; i < digits.length(); i++) {
      char c = digits.charAt(i);
      if (c == '_' && i > 0) continue;
      int digit = c <= 'f' ? Character.digit(c, 16) : -1;
      if (digit < 0 || ++count > 6) {
        fault(start, at, "`\\u` needs one to six hexadecimal digits in braces");
        return;
      }
      value = value * 16 + digit;
    }
    boolean surrogate = value >= Character.MIN_SURROGATE && value <= Character.MAX_SURROGATE;
    if (count == 0) fault(start, at, "`\\u` needs one to six hexadecimal digits in braces");
    else if (surrogate || value > Character.MAX_CODE_POINT)
      fault(start, at, "`" + text.substring(start, at) + "` is not a character");
    else put(value);
  }

  /** Takes a character that was written by number, which makes a star no less a wildcard. */
  private void put(int codePoint) {
    if (codePoint == '*' && pattern) endPiece();
    else piece.appendCodePoint(codePoint);
  }

  private void fault(int start, int end, String message) {
    int offset = token.span().start();
    errors.add(token.span().source().span(offset + start, offset + end), message);
  }
}
