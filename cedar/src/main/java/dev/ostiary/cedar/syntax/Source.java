package dev.ostiary.cedar.syntax;

/**
 * A text with the name that errors give it, usually a path.
 *
 * @param name as it appears in messages, for example {@code policies/lab.cedar}
 * @param text the whole text
 */
public record Source(String name, String text) {

  /** A span of this text; offsets are UTF-16 code units, {@code start <= end <= text.length()}. */
  public Span span(int start, int end) {
    return new Span(this, start, end);
  }

  /** Lines before {@code offset}, plus one. */
  int line(int offset) {
    int line = 1;
    for (int i = text.indexOf('\n'); i >= 0 && i < offset; i = text.indexOf('\n', i + 1)) line++;
    return line;
  }

  /** Code points between the start of the line and {@code offset}, plus one. */
  int column(int offset) {
    int lineStart = text.lastIndexOf('\n', offset - 1) + 1;
    return text.codePointCount(lineStart, offset) + 1;
  }

  /** The line that holds {@code offset}, without its end. */
  String lineText(int offset) {
    int lineStart = text.lastIndexOf('\n', offset - 1) + 1;
    int lineEnd = text.indexOf('\n', offset);
    return text.substring(lineStart, lineEnd < 0 ? text.length() : lineEnd);
  }

  @Override
  public String toString() {
    return name;
  }
}
