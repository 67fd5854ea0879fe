package dev.ostiary.log.note;

/** A note, checkpoint, key or receipt is not what its format says. The message is one line. */
public final class NoteException extends Exception {
  private final String message;

  /** What is wrong. What it quotes of an input is made safe to print: one line, no control characters. */
  public NoteException(String message) {
    super(message, null, false, false);
    this.message = message.replaceAll("[\\p{Cntrl}\\x{85}\\x{2028}\\x{2029}]", "?");
  }

  @Override
  public String getMessage() {
    return message;
  }
}
