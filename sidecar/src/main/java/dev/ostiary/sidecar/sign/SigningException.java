package dev.ostiary.sidecar.sign;

/** A key, an envelope or a signature is not what was expected; one line says how. */
public final class SigningException extends Exception {
  /** Says where, what was expected and what came. */
  public SigningException(String message) {
    super(message, null, false, false); // no stack trace: a user's mistake, or an attack
  }
}
