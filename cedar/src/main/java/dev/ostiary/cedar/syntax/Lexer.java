package dev.ostiary.cedar.syntax;

import dev.ostiary.cedar.syntax.Token.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the text of policies or of a schema into tokens.
 *
 * <p>Not for use by several threads. What is no token is reported once and skipped, so that the
 * rest is still read.
 */
public final class Lexer {
  private final Source source;
  private final String text;
  private final SourceErrors errors;
  private final Map<String, String> words = new HashMap<>();
  private int at;

  private Lexer(Source source, SourceErrors errors) {
    this.source = source;
    this.text = source.text();
    this.errors = errors;
  }

  /** All tokens of {@code source}, the last of kind {@link Kind#END}; faults go to errors. */
  public static List<Token> tokens(Source source, SourceErrors errors) {
    var lexer = new Lexer(source, errors);
    var tokens = new ArrayList<Token>(source.text().length() / 4 + 1);
    do {
      tokens.add(lexer.next());
    } while (tokens.getLast().kind() != Kind.END);
    return tokens;
  }

  private Token next() {
    List<Span> comments = List.of();
    while (true) {
      while (at < text.length() && isSpace(text.charAt(at))) at++;
      if (at >= text.length()) return token(Kind.END, at, at, comments);
      if (text.startsWith("//", at)) {
        int start = at;
        while (at < text.length() && text.charAt(at) != '\n' && text.charAt(at) != '\r') at++;
        if (comments.isEmpty()) comments = new ArrayList<>(1);
        checkUnicode(start, at);
        comments.add(source.span(start, at));
        continue;
      }
      int start = at;
      Kind kind = scan();
      if (kind != null) return token(kind, start, at, comments);
    }
  }

  private Token token(Kind kind, int start, int end, List<Span> comments) {
    String word =
        switch (kind) {
          case IDENTIFIER -> words.computeIfAbsent(text.substring(start, end), w -> w);
          case NUMBER, STRING, SLOT -> text.substring(start, end);
          case END -> "";
          default -> kind.notation();
        };
    return new Token(kind, word, source.span(start, end), comments);
  }

  /** Moves behind the token that starts here; null where there is none. */
  private @Nullable Kind scan() {
    char c = text.charAt(at);
    if (isWordStart(c)) {
      skipWord();
      return Kind.IDENTIFIER;
    }
    if (c >= '0' && c <= '9') {
      while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') at++;
      return Kind.NUMBER;
    }
    if (c == '"') return string();
    if (c == '?' && at + 1 < text.length() && isWordStart(text.charAt(at + 1))) {
      at++;
      skipWord();
      return Kind.SLOT;
    }
    return switch (c) {
      case '@' -> take(Kind.AT);
      case '.' -> take(Kind.DOT);
      case ',' -> take(Kind.COMMA);
      case ';' -> take(Kind.SEMICOLON);
      case ':' -> take(peek(':') ? Kind.DOUBLE_COLON : Kind.COLON);
      case '(' -> take(Kind.OPEN_PAREN);
      case ')' -> take(Kind.CLOSE_PAREN);
      case '{' -> take(Kind.OPEN_BRACE);
      case '}' -> take(Kind.CLOSE_BRACE);
      case '[' -> take(Kind.OPEN_BRACKET);
      case ']' -> take(Kind.CLOSE_BRACKET);
      case '=' -> take(peek('=') ? Kind.EQUAL : Kind.ASSIGN);
      case '!' -> take(peek('=') ? Kind.NOT_EQUAL : Kind.NOT);
      case '<' -> take(peek('=') ? Kind.LESS_OR_EQUAL : Kind.LESS);
      case '>' -> take(peek('=') ? Kind.GREATER_OR_EQUAL : Kind.GREATER);
      case '+' -> take(Kind.PLUS);
      case '-' -> take(Kind.MINUS);
      case '*' -> take(Kind.STAR);
      case '/' -> take(Kind.SLASH);
      case '%' -> take(Kind.PERCENT);
      case '?' -> take(Kind.QUESTION);
      case '|' -> peek('|') ? take(Kind.OR) : refuse();
      case '&' -> peek('&') ? take(Kind.AND) : refuse();
      default -> refuse();
    };
  }

  private Kind take(Kind kind) {
    at += kind.notation().length();
    return kind;
  }

  private boolean peek(char second) {
    return at + 1 < text.length() && text.charAt(at + 1) == second;
  }

  private void skipWord() {
    while (at < text.length() && isWordPart(text.charAt(at))) at++;
  }

  private @Nullable Kind string() {
    int start = at++;
    while (at < text.length() && text.charAt(at) != '"') {
      if (text.charAt(at) == '\\') {
        at++;
        // A backslash takes the next character along, whichever it is, except the end of a line.
        if (at < text.length() && text.charAt(at) == '\n') break;
      }
      at++;
    }
    if (at >= text.length() || text.charAt(at) != '"') {
      at = Math.min(at, text.length());
      int lineEnd = text.indexOf('\n', start);
      int end = lineEnd < 0 ? text.length() : lineEnd;
      errors.add(source.span(start, end), "the string that starts here does not end");
      return null;
    }
    at++;
    checkUnicode(start, at);
    return Kind.STRING;
  }

  private @Nullable Kind refuse() {
    int start = at;
    int codePoint = text.codePointAt(at);
    at += Character.charCount(codePoint);
    boolean printable = codePoint > ' ' && !Character.isISOControl(codePoint);
    String shown =
        printable && !isSurrogate(codePoint)
            ? Character.toString(codePoint)
            : String.format("U+%04X", codePoint);
    errors.add(source.span(start, at), "unexpected character `" + shown + "`");
    return null;
  }

  private void checkUnicode(int start, int end) {
    for (int i = start; i < end; ) {
      int codePoint = text.codePointAt(i);
      int length = Character.charCount(codePoint);
      if (isSurrogate(codePoint)) {
        errors.add(source.span(i, i + length), "half of a surrogate pair is not a character");
        return;
      }
      i += length;
    }
  }

  private static boolean isSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }

  private static boolean isWordStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  private static boolean isWordPart(char c) {
    return isWordStart(c) || (c >= '0' && c <= '9');
  }

  /** Unicode's White_Space. */
  private static boolean isSpace(char c) {
    if (c <= ' ') return c == ' ' || (c >= '\t' && c <= '\r');
    return switch (c) {
      case 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
      default -> c >= 0x2000 && c <= 0x200A;
    };
  }
}
