package dev.ostiary.log.wal;

import dev.ostiary.log.tile.Hash;
import dev.ostiary.log.tile.Merkle;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * A buffer of frames on their way to a segment: splits records into entries, hashes and frames
 * them. Used by one thread at a time.
 */
public final class FrameWriter {
  /** Longest entry. */
  public static final int MAX_ENTRY = 65_535;

  /** First byte of an entry that is a whole record. */
  public static final byte WHOLE = 0;

  /** First byte of a chain's head. */
  public static final byte HEAD = 1;

  /** First byte of a chain's next part. */
  public static final byte NEXT = 2;

  /** Bytes of a chain's head before its data. */
  public static final int HEAD_BYTES = 1 + 4 + 8 + Hash.BYTES;

  private static final byte LEAF = 0;

  private final MessageDigest sha = Merkle.sha256();
  private byte[] bytes;
  private int length;
  private int lastHash; // offset of the last frame's first leaf hash

  /** An empty buffer that grows when one frame needs more than {@code initialBytes}. */
  public FrameWriter(int initialBytes) {
    this.bytes = new byte[initialBytes];
  }

  /** Number of entries that a record of {@code recordBytes} becomes. */
  public static int entries(int recordBytes) {
    if (recordBytes < MAX_ENTRY) return 1;
    int rest = recordBytes - (MAX_ENTRY - HEAD_BYTES);
    return 1 + (rest + MAX_ENTRY - 2) / (MAX_ENTRY - 1);
  }

  /** Length of the frame of a record of {@code recordBytes}. */
  public static int frameBytes(int recordBytes) {
    int count = entries(recordBytes);
    int framing = count == 1 ? 1 : HEAD_BYTES + count - 1;
    return Frame.HEADER + count * Frame.PER_ENTRY + framing + recordBytes;
  }

  /** Adds a record's frame. Returns the number of its entries. */
  public int add(byte[] record, long index, boolean observed) {
    int count = entries(record.length);
    int frame = frameBytes(record.length);
    if (length + frame > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + frame, 2 * bytes.length));
    }
    int start = length;
    Bytes.putI32(bytes, start + 4, frame);
    Bytes.putI64(bytes, start + 8, index);
    bytes[start + 16] = (byte) (observed ? 1 : 0);
    bytes[start + 17] = 0;
    Bytes.putU16(bytes, start + 18, count);
    int data = start + Frame.HEADER + count * Frame.PER_ENTRY;
    if (count == 1) {
      bytes[data] = WHOLE;
      System.arraycopy(record, 0, bytes, data + 1, record.length);
      entry(start, 0, data, record.length + 1);
    } else {
      chain(record, start, count, data);
    }
    Bytes.putI32(bytes, start, Bytes.crc(bytes, start + 4, start + frame));
    length = start + frame;
    lastHash = start + Frame.HEADER + 2;
    return count;
  }

  private void chain(byte[] record, int start, int count, int data) {
    bytes[data] = HEAD;
    Bytes.putI32(bytes, data + 1, count);
    Bytes.putI64(bytes, data + 5, record.length);
    sha.update(record);
    digest(data + 13);
    int taken = MAX_ENTRY - HEAD_BYTES;
    System.arraycopy(record, 0, bytes, data + HEAD_BYTES, taken);
    entry(start, 0, data, MAX_ENTRY);
    int at = data + MAX_ENTRY;
    for (int i = 1; i < count; i++) {
      int part = Math.min(MAX_ENTRY - 1, record.length - taken);
      bytes[at] = NEXT;
      System.arraycopy(record, taken, bytes, at + 1, part);
      entry(start, i, at, part + 1);
      taken += part;
      at += part + 1;
    }
  }

  private void entry(int start, int i, int at, int entryBytes) {
    int slot = start + Frame.HEADER + i * Frame.PER_ENTRY;
    Bytes.putU16(bytes, slot, entryBytes);
    sha.update(LEAF);
    sha.update(bytes, at, entryBytes);
    digest(slot + 2);
  }

  private void digest(int at) {
    try {
      sha.digest(bytes, at, Hash.BYTES);
    } catch (DigestException e) {
      throw new IllegalStateException(e); // there is room for 32 bytes
    }
  }

  /** Leaf hash of the first entry of the frame added last. */
  public Hash leafHash() {
    return Hash.at(bytes, lastHash);
  }

  /** The buffer; frames are in its first {@link #length} bytes. */
  public byte[] bytes() {
    return bytes;
  }

  /** Bytes of the frames added since {@link #clear}. */
  public int length() {
    return length;
  }

  /** Forgets the frames. */
  public void clear() {
    length = 0;
  }
}
