package dev.ostiary.log.note;

/** A note, checkpoint, key or receipt is not what its format says. The message is one line. */
public final class NoteException extends Exception {
  private final String message;

  /** What is wrong, in one line. */
  public NoteException(String message) {
    super(message, null, false, false);
    this.message = message;
  }

  @Override
  public String getMessage() {
    return message;
  }
}
