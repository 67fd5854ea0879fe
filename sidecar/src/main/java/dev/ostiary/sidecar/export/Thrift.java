package dev.ostiary.sidecar.export;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Structs in Thrift's compact protocol, as far as Parquet's metadata needs it. Fields come in
 * ascending order of their ids.
 *
 * @see <a
 *     href="https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md">Thrift
 *     compact protocol</a>
 */
final class Thrift {
  private static final int TRUE = 1;
  private static final int I32 = 5;
  private static final int I64 = 6;
  private static final int BINARY = 8;
  private static final int LIST = 9;
  private static final int STRUCT = 12;
  private static final int SHORT_LIST = 15;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private int last;

  /** A list of structs, each ended. */
  interface Elements {
    /** Writes the element at {@code index} as one struct. */
    Thrift at(int index);
  }

  Thrift i32(int id, int value) {
    field(id, I32);
    varint(zigzag(value));
    return this;
  }

  Thrift i64(int id, long value) {
    field(id, I64);
    varint(zigzag(value));
    return this;
  }

  Thrift yes(int id) {
    field(id, TRUE);
    return this;
  }

  Thrift text(int id, String text) {
    field(id, BINARY);
    bytes(text);
    return this;
  }

  Thrift struct(int id, Thrift struct) {
    field(id, STRUCT);
    out.writeBytes(struct.ended());
    return this;
  }

  Thrift structs(int id, int count, Elements elements) {
    list(id, count, STRUCT);
    for (int i = 0; i < count; i++) out.writeBytes(elements.at(i).ended());
    return this;
  }

  Thrift i32s(int id, int... values) {
    list(id, values.length, I32);
    for (int value : values) varint(zigzag(value));
    return this;
  }

  Thrift texts(int id, String... texts) {
    list(id, texts.length, BINARY);
    for (String text : texts) bytes(text);
    return this;
  }

  /** The struct's bytes, its end included. */
  byte[] ended() {
    var ended = new ByteArrayOutputStream();
    ended.writeBytes(out.toByteArray());
    ended.write(0);
    return ended.toByteArray();
  }

  private void field(int id, int type) {
    out.write((id - last) << 4 | type); // no two ids are more than 15 apart
    last = id;
  }

  private void list(int id, int count, int type) {
    field(id, LIST);
    if (count < SHORT_LIST) {
      out.write(count << 4 | type);
    } else {
      out.write(SHORT_LIST << 4 | type);
      varint(count);
    }
  }

  private void bytes(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    varint(bytes.length);
    out.writeBytes(bytes);
  }

  private static long zigzag(long value) {
    return value << 1 ^ value >> 63;
  }

  private void varint(long value) {
    long left = value;
    while ((left & ~0x7FL) != 0) {
      out.write((int) ((left & 0x7F) | 0x80));
      left >>>= 7;
    }
    out.write((int) left);
  }
}
