package dev.ostiary.cedar.syntax;

/**
 * A piece of a source text.
 *
 * @param source the whole text
 * @param start offset of its first UTF-16 code unit
 * @param end offset behind its last one; {@code start <= end <= source.text().length()}
 */
public record Span(Source source, int start, int end) {
  private static final Source NOWHERE = new Source("", "");

  /** The span of what was made, not written. */
  public static final Span NONE = new Span(NOWHERE, 0, 0);

  /** The text that it covers. */
  public String text() {
    return source.text().substring(start, end);
  }

  /** 1-based line of its start. */
  public int line() {
    return source.line(start);
  }

  /** 1-based column of its start, in code points. */
  public int column() {
    return source.column(start);
  }

  /** The smallest span that covers this one and {@code other}, of the same source. */
  public Span to(Span other) {
    return new Span(source, Math.min(start, other.start), Math.max(end, other.end));
  }

  /** {@code name:line:column}, or the empty string for {@link #NONE}. */
  @Override
  public String toString() {
    return source == NOWHERE ? "" : source.name() + ":" + line() + ":" + column();
  }
}
