package dev.ostiary.log.note;

/** A note, checkpoint, key or receipt is not what its format says. The message is one line. */
public final class NoteException extends Exception {
  public NoteException(String message) {
    super(message, null, false, false);
  }
}
