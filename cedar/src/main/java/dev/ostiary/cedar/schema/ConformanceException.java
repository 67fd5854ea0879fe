package dev.ostiary.cedar.schema;

/** An entity, request or context is not as the schema wants it. */
public final class ConformanceException extends Exception {
  private static final long serialVersionUID = 1L;
  private final String field;

  ConformanceException(String field, String message) {
    super(field + ": " + message, null, false, false); // no stack trace: the field is the address
    this.field = field;
  }

  /**
   * The part at fault: {@code principal}, {@code action}, {@code resource}, {@code uid}, {@code
   * parents}, or a path from {@code context}, {@code attributes} or {@code tags} such as {@code
   * context.device.ip}; elements of sets are {@code []}.
   */
  public String field() {
    return field;
  }
}
