package dev.ostiary.sidecar.export;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.record.v1.DecisionRecord;
import dev.ostiary.v1.EntityUid;
import java.util.HexFormat;
import java.util.List;

/** Parts of records as events have them. */
final class Fields {
  private static final JsonFormat.Printer JSON =
      JsonFormat.printer().omittingInsignificantWhitespace();

  private Fields() {}

  /** The decisions of a record, in order. */
  static List<DecisionRecord> decisions(DecisionLogEntry entry) {
    return entry.hasDecision() ? List.of(entry.getDecision()) : entry.getBatch().getItemsList();
  }

  /** The message as protobuf's own JSON. */
  static JsonObject json(MessageOrBuilder message) {
    try {
      return JsonParser.parseString(JSON.print(message)).getAsJsonObject();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e); // there is no Any in it
    }
  }

  static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  /** In Cedar's notation. */
  static String uid(EntityUid uid) {
    return dev.ostiary.cedar.EntityUid.of(uid.getType(), uid.getId()).toString();
  }
}
