package dev.ostiary.log;

/** One record as it is in the log, its chain joined and checked against the digest in its head. */
public final class LogRecord {
  private final long index;
  private final int count;
  private final byte[] bytes;

  LogRecord(long index, int count, byte[] bytes) {
    this.index = index;
    this.count = count;
    this.bytes = bytes;
  }

  /** Index of its first entry. */
  public long index() {
    return index;
  }

  /** Number of entries. */
  public int count() {
    return count;
  }

  /** What was appended; not copied. */
  public byte[] bytes() {
    return bytes;
  }
}
