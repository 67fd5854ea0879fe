package dev.ostiary.cedar.syntax;

import java.util.List;
import java.util.stream.Collectors;

/** A text was refused as a whole; every fault that was found is listed. */
public final class SourceException extends Exception {
  private static final long serialVersionUID = 1L;
  private static final int SHOWN = 100;

  private final transient List<SourceError> errors;

  /** {@code errors} has at least one element. */
  public SourceException(List<SourceError> errors) {
    // No stack trace: the spans are the useful addresses.
    super(null, null, false, false);
    this.errors = List.copyOf(errors);
  }

  /** Faults, one a line; not all of very many, since finding the line of each takes time. */
  @Override
  public String getMessage() {
    String shown =
        errors.stream().limit(SHOWN).map(SourceError::toString).collect(Collectors.joining("\n"));
    int more = errors.size() - SHOWN;
    return more <= 0 ? shown : shown + "\nand " + more + " more";
  }

  /** Every fault, in the order of the text; at least one. */
  public List<SourceError> errors() {
    return errors;
  }
}
