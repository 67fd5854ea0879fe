package dev.ostiary.cedar.syntax;

import java.util.List;
import java.util.stream.Collectors;

/** A text was refused as a whole; every fault that was found is listed. */
public final class SourceException extends Exception {
  private static final long serialVersionUID = 1L;
  private final transient List<SourceError> errors;

  /** {@code errors} has at least one element. */
  public SourceException(List<SourceError> errors) {
    // No stack trace: the spans are the useful addresses.
    super(
        errors.stream().map(SourceError::toString).collect(Collectors.joining("\n")),
        null,
        false,
        false);
    this.errors = List.copyOf(errors);
  }

  /** Every fault, in the order of the text; at least one. */
  public List<SourceError> errors() {
    return errors;
  }
}
