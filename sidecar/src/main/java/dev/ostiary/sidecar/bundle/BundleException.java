package dev.ostiary.sidecar.bundle;

import dev.ostiary.cedar.syntax.SourceError;
import java.util.List;
import java.util.stream.Collectors;

/** A bundle was refused as a whole; every fault that was found is listed. */
public final class BundleException extends Exception {
  private static final long serialVersionUID = 1L;
  private final transient List<SourceError> errors;

  /** {@code errors} has at least one element; their places are paths within the bundle. */
  public BundleException(List<SourceError> errors) {
    // No stack trace: the spans are the useful addresses.
    super(
        errors.stream().map(SourceError::toString).collect(Collectors.joining("\n")),
        null,
        false,
        false);
    this.errors = List.copyOf(errors);
  }

  /** Every fault, by file and place; at least one. */
  public List<SourceError> errors() {
    return errors;
  }
}
