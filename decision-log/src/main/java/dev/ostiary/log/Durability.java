package dev.ostiary.log;

/** When an append completes: what has become of the record by then. */
public enum Durability {
  /**
   * Accepted in memory. Completes at once, without an index; a killed process loses what was not
   * yet written, which the next start counts in a gap record.
   */
  OBSERVE,
  /**
   * Written to the kernel. A killed process loses nothing, a lost power at most the last commit.
   */
  BOUNDED,
  /** Fsynced, together with all that arrived meanwhile. Nothing is lost but with the disk. */
  STRICT,
  /**
   * Acknowledged by the store that the log is shipped to, after it was fsynced. Nothing is lost.
   */
  SHIPPED
}
