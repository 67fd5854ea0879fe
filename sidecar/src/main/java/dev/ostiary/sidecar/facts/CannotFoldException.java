package dev.ostiary.sidecar.facts;

/** The fact log cannot be folded, so nothing can be decided. The message is one line. */
public final class CannotFoldException extends Exception {
  private static final long serialVersionUID = 1L;
  private final Reason reason;

  CannotFoldException(Reason reason, String message) {
    super(message, null, false, false); // no stack trace: the index is the useful address
    this.reason = reason;
  }

  /** Why, for programs. */
  public Reason reason() {
    return reason;
  }

  /** Why a fold stops. */
  public enum Reason {
    /** The log could not be read. */
    UNREADABLE,
    /** A record is no fact, or one of a kind that this version does not know. */
    UNKNOWN_FACT,
    /** An activation does not hold the bundle that it names. */
    DIGEST_DIFFERS,
    /**
     * An activation is sealed, and its key is not here: it was erased, or the tables are absent.
     */
    SEALED,
    /** A bundle that was activated once does not pass the checks of this version. */
    BUNDLE_REFUSED,
    /** Entities that were put once are no longer a hierarchy of the schema in force. */
    ENTITIES_REFUSED
  }
}
