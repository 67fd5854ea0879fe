package dev.ostiary.log;

/**
 * The log refuses to start. The message is one line: where, what was expected, what came, and what
 * a person can do.
 */
public final class CannotOpenException extends Exception {
  private final Reason reason;

  public CannotOpenException(Reason reason, String message) {
    super(message, null, false, false); // no stack trace: the file and index are the useful address
    this.reason = reason;
  }

  /** Why, for programs. */
  public Reason reason() {
    return reason;
  }

  /** Why a log refuses to start. */
  public enum Reason {
    /** Another process, or another log of this one, has the directory. */
    LOCKED,
    /** The directory or a file in it cannot be read or written. */
    UNREADABLE,
    /** The disk has no room for the files that a start needs. */
    DISK_FULL,
    /** The tree was made with another origin. */
    OTHER_ORIGIN,
    /** The checkpoint is not signed by this key. */
    OTHER_KEY,
    /** The checkpoint, or a kept one, is not a well-formed signed checkpoint. */
    CHECKPOINT_DAMAGED,
    /** A write-ahead frame cannot be read, though it had been written whole. */
    WAL_DAMAGED,
    /** Write-ahead segments are missing: entries between two that are there are nowhere. */
    WAL_MISSING,
    /** A tile or bundle says otherwise than the write-ahead log. */
    TILE_DAMAGED,
    /** The tree's root is not the one that was signed. */
    ROOT_DIFFERS,
    /** The log holds fewer entries than a checkpoint that it signed. */
    SHORTER_THAN_SIGNED,
    /**
     * The anchor remembers a larger checkpoint, or another history: the directory went back in
     * time.
     */
    ROLLED_BACK
  }
}
