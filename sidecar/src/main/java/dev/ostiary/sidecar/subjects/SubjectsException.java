package dev.ostiary.sidecar.subjects;

/** The tables of subjects cannot be used. The message is one line: where, and what to do. */
public final class SubjectsException extends Exception {
  private static final long serialVersionUID = 1L;

  SubjectsException(String message) {
    super(message, null, false, false); // no stack trace: the message is the useful address
  }
}
