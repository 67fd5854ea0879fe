package dev.ostiary.log;

/** Why the log does not take a record. */
public enum Refusal {
  /** More bytes wait for the disk than {@link LogOptions#unsyncedBytes()} allows. */
  BACKLOG,
  /**
   * Class shipped: there is no store, or it did not acknowledge the record in time. In the latter
   * case it may still be found in the log.
   */
  UNSHIPPED,
  /** More bytes wait to become tiles than {@link LogOptions#unpublishedBytes()} allows. */
  UNPUBLISHED,
  /** The disk has less room left than {@link LogOptions#reserveBytes()}, or none. */
  DISK_FULL,
  /** The write was not done by the kernel. The next one goes to a new file. */
  WRITE_FAILED,
  /** An fsync failed. Nothing is taken until the log is opened again. */
  SYNC_FAILED,
  /** The record is empty or larger than {@link LogOptions#MAX_RECORD_BYTES}. */
  TOO_LARGE,
  /** The log is closed, or is closing. */
  CLOSED
}
