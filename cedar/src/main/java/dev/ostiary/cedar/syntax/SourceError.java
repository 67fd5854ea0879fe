package dev.ostiary.cedar.syntax;

/**
 * One fault in a text: where, and in the user's words what was expected and what came.
 *
 * @param span where
 * @param message one line, lower case, no full stop, user text in backticks
 */
public record SourceError(Span span, String message) {
  /** Characters of a line that are shown on either side of a fault. */
  private static final int AROUND = 100;

  /** {@code policies/lab.cedar:12:9: expected bool, got `3`}. */
  @Override
  public String toString() {
    String at = span.toString();
    return at.isEmpty() ? message : at + ": " + message;
  }

  /**
   * The message, below it the line at fault, below that carets under the span. Of a long line only
   * what is around the fault.
   */
  public String withCaret() {
    if (span.source().text().isEmpty()) return toString();
    String line = span.source().lineText(span.start());
    int at = Math.min(span.column() - 1, line.codePointCount(0, line.length()));
    int from = Math.max(0, at - AROUND);
    int start = line.offsetByCodePoints(0, from);
    int length = Math.min(2 * AROUND, line.codePointCount(start, line.length()));
    String shown = line.substring(start, line.offsetByCodePoints(start, length));
    int width = Math.max(1, Math.min(span.end() - span.start(), length - (at - from)));
    return toString() + "\n  " + shown + "\n  " + " ".repeat(at - from) + "^".repeat(width);
  }
}
