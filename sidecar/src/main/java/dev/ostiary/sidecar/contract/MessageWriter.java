package dev.ostiary.sidecar.contract;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.DatetimeValue;
import dev.ostiary.cedar.DecimalValue;
import dev.ostiary.cedar.DurationValue;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.IpValue;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.SetValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.sidecar.decide.Revision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes messages as bytes without making them first, from the last byte to the first: what a
 * length measures is there before the length. So the caller names fields in descending order, and
 * the bytes are those that protobuf writes for the message. One thread at a time.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">Encoding</a>
 */
public final class MessageWriter {
  private static final int VARINT = 0;
  private static final int LENGTH = 2;

  /** What is kept for the next message. */
  private static final int KEPT_BYTES = 64 << 10;

  private byte[] bytes = new byte[512];

  /** What is written is in {@link #bytes} from here on. */
  private int at = bytes.length;

  /** Names of entities as a message may have them. */
  @FunctionalInterface
  public interface Names {
    /** All names as they are. */
    Names PLAIN = _ -> null;

    /** What stands for the entity; null where its own name does. */
    dev.ostiary.v1.@Nullable EntityUid hidden(EntityUid uid);
  }

  /** The bytes written since the last time; nothing is written then. */
  public byte[] take() {
    byte[] taken = Arrays.copyOfRange(bytes, at, bytes.length);
    clear();
    return taken;
  }

  /** Forgets what was written. */
  public void clear() {
    if (bytes.length > KEPT_BYTES) bytes = new byte[KEPT_BYTES];
    at = bytes.length;
  }

  /** Number of bytes written, which {@link #message} takes as the end of a message. */
  public int mark() {
    return bytes.length - at;
  }

  private void room(int count) {
    if (at >= count) return;
    int written = mark();
    var more = new byte[Math.max(2 * bytes.length, written + count)];
    System.arraycopy(bytes, at, more, more.length - written, written);
    bytes = more;
    at = more.length - written;
  }

  private void varint(long value) {
    int count = (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
    room(count);
    at -= count;
    long rest = value;
    for (int i = 0; i < count - 1; i++, rest >>>= 7) bytes[at + i] = (byte) (rest | 0x80);
    bytes[at + count - 1] = (byte) rest;
  }

  private void tag(int field, int type) {
    varint(field << 3 | type);
  }

  /** A number or an enumeration's; nothing where it is 0. */
  public void number(int field, long value) {
    if (value != 0) present(field, value);
  }

  /** A number that stands there also where it is 0. */
  public void present(int field, long value) {
    varint(value);
    tag(field, VARINT);
  }

  /** A text; nothing where it is empty. */
  public void text(int field, String text) {
    if (!text.isEmpty()) present(field, text);
  }

  /** A text that stands there also where it is empty. */
  public void present(int field, String text) {
    int end = mark();
    utf8(text);
    message(field, end);
  }

  private void utf8(String text) {
    int length = text.length();
    room(length);
    int from = at - length;
    int all = 0;
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      all |= c;
      bytes[from + i] = (byte) c;
    }
    if (all < 0x80) at = from;
    else raw(text.getBytes(StandardCharsets.UTF_8));
  }

  private void raw(byte[] more) {
    room(more.length);
    at -= more.length;
    System.arraycopy(more, 0, bytes, at, more.length);
  }

  /** Bytes, or a message as it was written before. */
  public void bytes(int field, byte[] content) {
    raw(content);
    varint(content.length);
    tag(field, LENGTH);
  }

  /** Bytes, or a message as it was written before. */
  public void bytes(int field, ByteString content) {
    int size = content.size();
    room(size);
    at -= size;
    content.copyTo(bytes, at);
    varint(size);
    tag(field, LENGTH);
  }

  /** Begins the message whose content was written since {@code end}. */
  public void message(int field, int end) {
    varint(mark() - end);
    tag(field, LENGTH);
  }

  /** A message that was made. */
  public void message(int field, MessageLite message) {
    int size = message.getSerializedSize();
    room(size);
    at -= size;
    try {
      var output = CodedOutputStream.newInstance(bytes, at, size);
      message.writeTo(output);
      output.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // an array has no faults
    }
    varint(size);
    tag(field, LENGTH);
  }

  /** A position in a fact log. */
  public void revision(int field, Revision revision) {
    int end = mark();
    number(3, revision.size());
    number(2, revision.epoch());
    text(1, revision.origin());
    message(field, end);
  }

  /** An entity's name as it is. */
  public void uid(int field, EntityUid uid) {
    uid(field, uid, Names.PLAIN);
  }

  /** An entity's name as it may be shown. */
  public void uid(int field, EntityUid uid, Names names) {
    int end = mark();
    var hidden = names.hidden(uid);
    text(2, hidden == null ? uid.id() : hidden.getId());
    text(1, hidden == null ? uid.type() : hidden.getType());
    message(field, end);
  }

  /** A record's attributes by name, each a message of that field. */
  public void attributes(int field, RecordValue record, Names names) {
    for (int i = record.size() - 1; i >= 0; i--) {
      int end = mark();
      value(2, record.valueAt(i), names);
      text(1, record.nameAt(i));
      message(field, end);
    }
  }

  private void value(int field, Value value, Names names) {
    int end = mark();
    switch (value) {
      case BoolValue bool -> present(1, bool.value() ? 1 : 0);
      case LongValue(long number) -> present(2, number);
      case StringValue(String text) -> present(3, text);
      case EntityUid uid -> uid(4, uid, names);
      case SetValue set -> {
        var elements = set.elements();
        int inner = mark();
        for (int i = elements.size() - 1; i >= 0; i--) value(1, elements.get(i), names);
        message(5, inner);
      }
      case RecordValue record -> {
        int inner = mark();
        attributes(1, record, names);
        message(6, inner);
      }
      case IpValue ip -> present(7, ip.text());
      case DecimalValue decimal -> present(8, decimal.text());
      case DatetimeValue(long millis) -> present(9, millis);
      case DurationValue(long millis) -> present(10, millis);
    }
    message(field, end);
  }
}
