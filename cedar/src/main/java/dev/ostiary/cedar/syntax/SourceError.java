package dev.ostiary.cedar.syntax;

/**
 * One fault in a text: where, and in the user's words what was expected and what came.
 *
 * @param span where
 * @param message one line, lower case, no full stop, user text in backticks
 */
public record SourceError(Span span, String message) {

  /** {@code policies/lab.cedar:12:9: expected bool, got `3`}. */
  @Override
  public String toString() {
    String at = span.toString();
    return at.isEmpty() ? message : at + ": " + message;
  }

  /** The message, below it the line at fault, below that carets under the span. */
  public String withCaret() {
    if (span.source().text().isEmpty()) return toString();
    String line = span.source().lineText(span.start());
    int column = span.column();
    int width = Math.max(1, Math.min(span.end() - span.start(), line.length() - column + 1));
    return toString() + "\n  " + line + "\n  " + " ".repeat(column - 1) + "^".repeat(width);
  }
}
