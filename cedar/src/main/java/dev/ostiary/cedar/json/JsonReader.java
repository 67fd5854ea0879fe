package dev.ostiary.cedar.json;

import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.SourceException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads one text, once, by one thread. Strict: RFC 8259 and nothing more, no lone surrogate, raw or
 * escaped.
 *
 * <p>A large array can be read element by element, so that only one of them is in memory.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8259">RFC 8259</a>
 */
public final class JsonReader {
  private static final int NAMES = 1024;
  private static final String[] NO_NAMES = {};
  private static final Json[] NO_VALUES = {};
  private static final int[] NO_STARTS = {};

  private final Source source;
  private final String text;
  private final int length;
  private int position;
  private int depthLeft;

  /** Names seen, by hash: names recur, so most cost no allocation and are the same object. */
  private final @Nullable String[] names = new @Nullable String[NAMES];

  /**
   * A reader of {@code source}.
   *
   * @param depth how many arrays and objects may enclose each other; 1,000 at most
   */
  public JsonReader(Source source, int depth) {
    if (depth < 0 || depth > 1_000) throw new IllegalArgumentException("depth " + depth);
    this.source = source;
    this.text = source.text();
    this.length = text.length();
    this.depthLeft = depth;
  }

  /** What to do with an element of an array. */
  @FunctionalInterface
  public interface ElementReader {
    /** Takes one element. */
    void accept(Json element) throws SourceException;
  }

  /** The whole text as one value. */
  public Json document() throws SourceException {
    Json value = value();
    atEnd();
    return value;
  }

  /**
   * The whole text as one array, each element given to {@code reader} when it is read.
   *
   * @throws SourceException where the text is not a JSON array, or {@code reader} threw it
   */
  public void elements(ElementReader reader) throws SourceException {
    skipSpace();
    if (position >= length || text.charAt(position) != '[')
      throw expected("a JSON array", position);
    enter();
    position++;
    skipSpace();
    if (position < length && text.charAt(position) == ']') position++;
    else do reader.accept(value()); while (another(']'));
    depthLeft++;
    atEnd();
  }

  private void atEnd() throws SourceException {
    skipSpace();
    if (position < length) throw expected("the end of the JSON text", position);
  }

  private Json value() throws SourceException {
    skipSpace();
    int start = position;
    if (start >= length) throw expected("a JSON value", start);
    return switch (text.charAt(start)) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> {
        String value = string();
        yield new Json.Str(value, start, position);
      }
      case 't' -> {
        word("true");
        yield new Json.Bool(true, start, position);
      }
      case 'f' -> {
        word("false");
        yield new Json.Bool(false, start, position);
      }
      case 'n' -> {
        word("null");
        yield new Json.Null(start, position);
      }
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
      default -> throw expected("a JSON value", start);
    };
  }

  private void enter() throws SourceException {
    if (--depthLeft < 0) throw failure("JSON is nested too deeply", position, position + 1);
  }

  private Json array() throws SourceException {
    int start = position;
    enter();
    position++;
    List<Json> elements = new ArrayList<>();
    skipSpace();
    if (position < length && text.charAt(position) == ']') position++;
    else do elements.add(value()); while (another(']'));
    depthLeft++;
    return new Json.Arr(elements, start, position);
  }

  private Json object() throws SourceException {
    int start = position;
    enter();
    position++;
    skipSpace();
    if (position < length && text.charAt(position) == '}') {
      position++;
      depthLeft++;
      return new JsonObject(NO_NAMES, NO_VALUES, NO_STARTS, start, position);
    }
    String[] memberNames = new String[4];
    Json[] values = new Json[4];
    int[] starts = new int[4];
    int size = 0;
    do {
      skipSpace();
      if (position >= length || text.charAt(position) != '"')
        throw expected("a member name in double quotes", position);
      if (size == values.length) {
        memberNames = Arrays.copyOf(memberNames, size * 2);
        values = Arrays.copyOf(values, size * 2);
        starts = Arrays.copyOf(starts, size * 2);
      }
      starts[size] = position;
      memberNames[size] = name();
      skipSpace();
      if (position >= length || text.charAt(position) != ':') throw expected("`:`", position);
      position++;
      values[size++] = value();
    } while (another('}'));
    depthLeft++;
    return new JsonObject(
        Arrays.copyOf(memberNames, size),
        Arrays.copyOf(values, size),
        Arrays.copyOf(starts, size),
        start,
        position);
  }

  /** Steps over a comma (true) or over {@code close} (false). */
  private boolean another(char close) throws SourceException {
    skipSpace();
    char c = position < length ? text.charAt(position) : 0;
    if (c != ',' && c != close) throw expected("`,` or `" + close + "`", position);
    position++;
    return c == ',';
  }

  private String name() throws SourceException {
    int start = position + 1;
    int hash = 0;
    for (int i = start; i < length; i++) {
      char c = text.charAt(i);
      if (c == '"') {
        position = i + 1;
        int slot = (hash ^ (hash >>> 10)) & (NAMES - 1);
        String known = names[slot];
        if (known != null && known.length() == i - start && text.startsWith(known, start))
          return known;
        String name = text.substring(start, i);
        names[slot] = name;
        return name;
      }
      if (c < ' ' || c == '\\' || Character.isSurrogate(c)) break;
      hash = 31 * hash + c;
    }
    return string();
  }

  private String string() throws SourceException {
    int open = position;
    int start = open + 1;
    for (int i = start; i < length; i++) {
      char c = text.charAt(i);
      if (c == '"') {
        position = i + 1;
        return text.substring(start, i);
      }
      if (c < ' ' || c == '\\' || Character.isSurrogate(c)) return escaped(open, i);
    }
    throw failure("this string is not closed", open, length);
  }

  /** A string whose first special character is at {@code from}. */
  private String escaped(int open, int from) throws SourceException {
    var out = new StringBuilder(Math.max(16, 2 * (from - open))).append(text, open + 1, from);
    int i = from;
    while (i < length) {
      char c = text.charAt(i);
      if (c == '"') {
        position = i + 1;
        return out.toString();
      } else if (c == '\\') {
        i = escape(i, out);
      } else if (c < ' ') {
        throw failure("a control character in a string has to be escaped", i, i + 1);
      } else if (Character.isSurrogate(c)) {
        if (Character.isLowSurrogate(c)
            || i + 1 >= length
            || !Character.isLowSurrogate(text.charAt(i + 1)))
          throw failure("lone surrogate in a string", i, i + 1);
        out.append(c).append(text.charAt(i + 1));
        i += 2;
      } else {
        out.append(c);
        i++;
      }
    }
    throw failure("this string is not closed", open, length);
  }

  /** Resolves the escape at {@code at}; returns the offset behind it. */
  private int escape(int at, StringBuilder out) throws SourceException {
    char kind = at + 1 < length ? text.charAt(at + 1) : 0;
    switch (kind) {
      case '"', '\\', '/' -> out.append(kind);
      case 'b' -> out.append('\b');
      case 'f' -> out.append('\f');
      case 'n' -> out.append('\n');
      case 'r' -> out.append('\r');
      case 't' -> out.append('\t');
      case 'u' -> {
        char unit = hex(at);
        if (Character.isLowSurrogate(unit)) throw failure("lone surrogate in a string", at, at + 6);
        out.append(unit);
        if (!Character.isHighSurrogate(unit)) return at + 6;
        if (!text.startsWith("\\u", at + 6))
          throw failure("lone surrogate in a string", at, at + 6);
        char low = hex(at + 6);
        if (!Character.isLowSurrogate(low)) throw failure("lone surrogate in a string", at, at + 6);
        out.append(low);
        return at + 12;
      }
      default -> throw failure("unknown escape in a string", at, Math.min(at + 2, length));
    }
    return at + 2;
  }

  private char hex(int at) throws SourceException {
    int value = 0;
    for (int i = at + 2; i < at + 6; i++) {
      char c = i < length ? text.charAt(i) : 0;
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0)
        throw failure("expected four hexadecimal digits after `\\u`", at, Math.min(i, length));
      value = value << 4 | digit;
    }
    return (char) value;
  }

  private Json number() throws SourceException {
    int start = position;
    int i = start;
    boolean negative = text.charAt(i) == '-';
    if (negative) i++;
    int first = i;
    i = digits(i);
    if (text.charAt(first) == '0' && i > first + 1)
      throw expected("a number without leading zeros", start);
    // Negative, since the least long has no positive counterpart; more digits may overflow.
    boolean exact = i - first <= 18 && !(negative && text.charAt(first) == '0');
    boolean integer = true;
    if (i < length && text.charAt(i) == '.') {
      integer = false;
      i = digits(i + 1);
    }
    if (i < length && (text.charAt(i) | 0x20) == 'e') {
      integer = false;
      i++;
      if (i < length && (text.charAt(i) == '+' || text.charAt(i) == '-')) i++;
      i = digits(i);
    }
    position = i;
    if (!integer) return finite(text.substring(start, i), start, i);
    if (exact) {
      long value = 0;
      for (int k = first; k < i; k++) value = value * 10 + (text.charAt(k) - '0');
      return new Json.Int(negative ? -value : value, start, i);
    }
    return large(start, i);
  }

  private Json large(int start, int end) throws SourceException {
    String digits = text.substring(start, end);
    if (digits.length() <= 20 && !digits.equals("-0"))
      try {
        return new Json.Int(Long.parseLong(digits), start, end);
      } catch (NumberFormatException _) {
        return new Json.Num(digits, start, end);
      }
    return finite(digits, start, end);
  }

  /** What no double holds is refused wherever it stands, also where nobody looks at it. */
  private Json finite(String number, int start, int end) throws SourceException {
    if (Double.isInfinite(Double.parseDouble(number)))
      throw expected("a number of at most 308 digits", start);
    return new Json.Num(number, start, end);
  }

  /** Steps over at least one digit. */
  private int digits(int from) throws SourceException {
    int i = from;
    while (i < length && text.charAt(i) >= '0' && text.charAt(i) <= '9') i++;
    if (i == from) throw expected("a digit", from);
    return i;
  }

  private void word(String word) throws SourceException {
    if (!text.startsWith(word, position)) throw expected("a JSON value", position);
    position += word.length();
  }

  private void skipSpace() {
    int i = position;
    while (i < length) {
      char c = text.charAt(i);
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') break;
      i++;
    }
    position = i;
  }

  private SourceException expected(String what, int at) {
    if (at >= length)
      return failure("expected " + what + ", got the end of the text", length, length);
    int end = text.offsetByCodePoints(at, 1);
    return failure("expected " + what + ", got " + shown(text.codePointAt(at)), at, end);
  }

  private static String shown(int codePoint) {
    boolean printable = codePoint > ' ' && codePoint < 127;
    return printable ? "`" + (char) codePoint + "`" : String.format("U+%04X", codePoint);
  }

  private SourceException failure(String message, int start, int end) {
    return new SourceException(
        List.of(new SourceError(source.span(start, Math.min(end, length)), message)));
  }
}
