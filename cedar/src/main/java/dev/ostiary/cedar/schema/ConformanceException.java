package dev.ostiary.cedar.schema;

import java.util.List;

/** An entity, request or context is not as the schema wants it. */
public final class ConformanceException extends Exception {
  private static final long serialVersionUID = 1L;
  private final transient List<String> path;

  ConformanceException(List<String> path, String message) {
    // No stack trace: the path is the useful address.
    super(String.join(".", path) + ": " + message, null, false, false);
    this.path = List.copyOf(path);
  }

  /**
   * The part at fault: {@code principal}, {@code action}, {@code resource}, {@code uid}, {@code
   * parents}, or a way into {@code context}, {@code attributes} or {@code tags}; an element of a
   * set is {@code []}.
   */
  public List<String> path() {
    return path;
  }

  /** The path in one piece, as in {@code context.device.ip}. */
  public String field() {
    return String.join(".", path);
  }
}
