package dev.ostiary.sidecar.cli;

/**
 * A command cannot go on, for a reason that its user can mend. The message is shown, nothing else.
 */
public final class UserException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** {@code message} is one line that says what to do. */
  public UserException(String message) {
    super(message, null, false, false);
  }
}
