package dev.ostiary.log.wal;

import dev.ostiary.log.tile.Hash;

/**
 * Reads one frame in place. The frame at an offset of a buffer; reused, and valid until the buffer
 * changes.
 */
public final class Frame {
  /** Bytes before the table of entries. */
  static final int HEADER = 20;

  /** Bytes for each entry in the table. */
  static final int PER_ENTRY = 2 + Hash.BYTES;

  /** No frame is longer: the largest record, its chain's table and framing. */
  static final int MAX_LENGTH = (16 << 20) + (1 << 16);

  private byte[] bytes = new byte[0];
  private int start;

  Frame() {}

  /** What is at an offset. */
  enum Found {
    /** A whole, sound frame. */
    FRAME,
    /** Zeros where a frame would begin. */
    END,
    /** The buffer ends before the frame does. */
    PARTIAL,
    /** Something else. */
    BAD
  }

  /** Looks at the frame at {@code at}, of which bytes are there up to {@code limit}. */
  Found set(byte[] buffer, int at, int limit) {
    this.bytes = buffer;
    this.start = at;
    if (limit - at < HEADER) return Found.PARTIAL;
    int length = Bytes.i32(buffer, at + 4);
    if (length == 0
        && Bytes.i32(buffer, at) == 0
        && index() == 0
        && Bytes.i32(buffer, at + 16) == 0) {
      return Found.END;
    }
    if (length < HEADER + PER_ENTRY || length > MAX_LENGTH) return Found.BAD;
    if (limit - at < length) return Found.PARTIAL;
    if (Bytes.crc(buffer, at + 4, at + length) != Bytes.i32(buffer, at)) return Found.BAD;
    return whole(length) ? Found.FRAME : Found.BAD;
  }

  private boolean whole(int length) {
    int count = count();
    if (count == 0 || index() < 0) return false;
    long end = HEADER + (long) count * PER_ENTRY;
    for (int i = 0; i < count && end <= length; i++) end += entryLength(i);
    return end == length;
  }

  /** The buffer that it is in. */
  public byte[] bytes() {
    return bytes;
  }

  /** Bytes from its checksum to its last entry's end. */
  public int length() {
    return Bytes.i32(bytes, start + 4);
  }

  int start() {
    return start;
  }

  /** Index of its first entry. */
  public long index() {
    return Bytes.i64(bytes, start + 8);
  }

  /** Index after its last entry. */
  public long end() {
    return index() + count();
  }

  /** Whether it was accepted in class observe. */
  public boolean observed() {
    return (bytes[start + 16] & 1) != 0;
  }

  /** Number of entries. */
  public int count() {
    return Bytes.u16(bytes, start + 18);
  }

  /** Offset of entry {@code i}'s leaf hash in {@link #bytes}. */
  public int hashOffset(int i) {
    return start + HEADER + i * PER_ENTRY + 2;
  }

  /** Length of entry {@code i}. */
  public int entryLength(int i) {
    return Bytes.u16(bytes, start + HEADER + i * PER_ENTRY);
  }

  /** Offset of entry {@code i} in {@link #bytes}. */
  public int entryOffset(int i) {
    int at = start + HEADER + count() * PER_ENTRY;
    for (int before = 0; before < i; before++) at += entryLength(before);
    return at;
  }
}
