package dev.ostiary.sidecar.facts;

/** A bundle was not activated; the one in force stays. The message is one line for an operator. */
public final class ActivationException extends Exception {
  private static final long serialVersionUID = 1L;
  private final Reason reason;

  ActivationException(Reason reason, String message) {
    super(message, null, false, false); // no stack trace: the reason is what helps
    this.reason = reason;
  }

  /** Why, for programs. */
  public Reason reason() {
    return reason;
  }

  /** Why a bundle does not come into force. */
  public enum Reason {
    /** Its version is not above that of the bundle in force, and it is another bundle. */
    VERSION_NOT_RISING,
    /** Too few signed it, for what it changes. */
    SIGNERS_TOO_FEW,
    /** There is no bundle to recover. */
    NOTHING_IN_FORCE,
    /** It is larger than one fact may be. */
    TOO_LARGE,
    /** An entity that a fact put does not fit it. */
    ENTITY_REFUSED,
    /** The fact log did not take it; trying again may help. */
    LOG_UNAVAILABLE
  }
}
