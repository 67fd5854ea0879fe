package dev.ostiary.log.tile;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.HexFormat;

/** A SHA-256 hash as a value: its 32 bytes as four big-endian words. */
public record Hash(long w0, long w1, long w2, long w3) {
  /** Length of a hash in bytes. */
  public static final int BYTES = 32;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** The hash in the 32 bytes at {@code offset}. */
  public static Hash at(byte[] bytes, int offset) {
    return new Hash(
        (long) LONG.get(bytes, offset),
        (long) LONG.get(bytes, offset + 8),
        (long) LONG.get(bytes, offset + 16),
        (long) LONG.get(bytes, offset + 24));
  }

  /**
   * The hash that {@code base64} stands for.
   *
   * @throws IllegalArgumentException unless it is the canonical Base64 of 32 bytes
   */
  public static Hash ofBase64(String base64) {
    byte[] bytes = Base64.getDecoder().decode(base64);
    if (bytes.length != BYTES || !Base64.getEncoder().encodeToString(bytes).equals(base64)) {
      throw new IllegalArgumentException("expected 32 bytes in base64, got `" + base64 + "`");
    }
    return at(bytes, 0);
  }

  /** Copies the 32 bytes to {@code offset}. */
  public void copyTo(byte[] bytes, int offset) {
    LONG.set(bytes, offset, w0);
    LONG.set(bytes, offset + 8, w1);
    LONG.set(bytes, offset + 16, w2);
    LONG.set(bytes, offset + 24, w3);
  }

  /** The 32 bytes, a new array. */
  public byte[] bytes() {
    var bytes = new byte[BYTES];
    copyTo(bytes, 0);
    return bytes;
  }

  /** Standard Base64, as checkpoints and proofs have it. */
  public String base64() {
    return Base64.getEncoder().encodeToString(bytes());
  }

  /** Lower-case hexadecimal. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes());
  }
}
