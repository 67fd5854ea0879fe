package dev.ostiary.sidecar;

/** The process refuses to start. The message is one line: where, what was expected, what came. */
public final class StartException extends Exception {
  StartException(String message) {
    super(message, null, false, false); // no stack trace: the message is the useful address
  }
}
