package dev.ostiary.sidecar.contract;

/** A message that has no value; the message says in one line what was expected and what came. */
public final class ContractException extends Exception {
  private static final long serialVersionUID = 1L;
  private final Kind kind;
  private final String field;

  ContractException(Kind kind, String field, String message) {
    super(message, null, false, false); // no stack trace: the field is the useful address
    this.kind = kind;
    this.field = field;
  }

  /** What is wrong. */
  public Kind kind() {
    return kind;
  }

  /** Path of the field at fault, such as {@code context.device.address}. */
  public String field() {
    return field;
  }

  /** What can be wrong with a message. */
  public enum Kind {
    /** A part is missing, empty, twice there or not of its form. */
    MALFORMED,
    /** There is more of it than is read. */
    TOO_LARGE
  }
}
