package dev.ostiary.sidecar.door;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds the field that takes most of a message too large to be read: walks over its bytes, keeps
 * none of them.
 */
final class LargestField {
  private final CodedInputStream input;

  /** Bytes of each field met, by its path; what is left out of a broken message is announced. */
  private final Map<String, Long> bytes = new TreeMap<>();

  private LargestField(InputStream stream) {
    this.input = CodedInputStream.newInstance(stream);
  }

  /**
   * Its path, such as {@code context} or {@code request.context}, or {@code request} where the
   * bytes are none of the type's. A field inside one that is repeated is not told apart.
   */
  static String of(InputStream stream, Descriptor type) {
    var largest = new LargestField(stream);
    try {
      largest.walk(type, "");
    } catch (IOException e) {
      // not a whole message: what came of it says enough
    }
    return largest.bytes.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse("request");
  }

  private void walk(Descriptor type, String path) throws IOException {
    for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
      FieldDescriptor field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
      if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        input.skipField(tag);
        continue;
      }
      int length = input.readRawVarint32();
      if (field != null && isOneMessage(field)) {
        int limit = input.pushLimit(length);
        walk(field.getMessageType(), path + field.getName() + ".");
        input.popLimit(limit);
      } else {
        if (field != null) bytes.merge(path + field.getName(), (long) length, Long::sum);
        input.skipRawBytes(length);
      }
    }
  }

  private static boolean isOneMessage(FieldDescriptor field) {
    return field.getType() == FieldDescriptor.Type.MESSAGE && !field.isRepeated();
  }
}
