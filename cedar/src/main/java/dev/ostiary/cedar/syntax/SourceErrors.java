package dev.ostiary.cedar.syntax;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Faults found while one text is read. After {@value #LIMIT} the rest is not kept, so that a
 * hostile text costs no more than a wrong one. Not for use by several threads.
 */
public final class SourceErrors {
  private static final int LIMIT = 100;

  private final List<SourceError> errors = new ArrayList<>();

  /** No faults yet. */
  public SourceErrors() {}

  /** Notes a fault. */
  public void add(Span span, String message) {
    if (errors.size() < LIMIT) errors.add(new SourceError(span, message));
  }

  /** Whether none was noted. */
  public boolean isEmpty() {
    return errors.isEmpty();
  }

  /** What was noted, in the order of the text. */
  public List<SourceError> list() {
    var sorted = new ArrayList<>(errors);
    sorted.sort(Comparator.comparingInt(error -> error.span().start()));
    return List.copyOf(sorted);
  }

  /** Does nothing where none was noted. */
  public void throwIfAny() throws SourceException {
    if (!errors.isEmpty()) throw new SourceException(list());
  }
}
