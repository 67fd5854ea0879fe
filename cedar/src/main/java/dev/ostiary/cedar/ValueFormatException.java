package dev.ostiary.cedar;

/** A text is not in the form of an extension type; the message says why. */
public final class ValueFormatException extends Exception {
  private static final long serialVersionUID = 1L;

  ValueFormatException(String message) {
    super(message, null, false, false); // no stack trace: the text is at fault, not the code
  }
}
