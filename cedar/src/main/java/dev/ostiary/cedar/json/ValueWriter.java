package dev.ostiary.cedar.json;

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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/** Writes values as JSON that is read back without a schema. */
final class ValueWriter {
  private static final Set<String> ESCAPES = Set.of("__entity", "__extn", "__expr");

  private ValueWriter() {}

  static Json write(Value value) {
    return switch (value) {
      case BoolValue bool -> Json.of(bool.value());
      case LongValue(long number) -> Json.of(number);
      case StringValue(String text) -> Json.of(text);
      case EntityUid uid -> Json.of("__entity", typeAndId(uid));
      case SetValue set -> {
        List<Json> elements = new ArrayList<>();
        for (Value element : set.elements()) elements.add(write(element));
        yield Json.of(elements);
      }
      case RecordValue record -> record(record);
      case IpValue ip -> call("ip", Json.of(ip.text()));
      case DecimalValue decimal -> call("decimal", Json.of(decimal.text()));
      case DurationValue duration -> duration(duration.millis());
      case DatetimeValue(long millis) -> datetime(millis);
    };
  }

  /**
   * An object of the attributes.
   *
   * @throws IllegalArgumentException if an attribute within has the name of an escape
   */
  static Json record(RecordValue record) {
    SequencedMap<String, Json> members = new LinkedHashMap<>();
    for (int i = 0; i < record.size(); i++) {
      String name = record.nameAt(i);
      // It would be read back as the escape that it looks like.
      if (ESCAPES.contains(name))
        throw new IllegalArgumentException("the attribute `" + name + "` cannot be said in JSON");
      members.put(name, write(record.valueAt(i)));
    }
    return Json.of(members);
  }

  static Json typeAndId(EntityUid uid) {
    SequencedMap<String, Json> members = new LinkedHashMap<>();
    members.put("type", Json.of(uid.type()));
    members.put("id", Json.of(uid.id()));
    return Json.of(members);
  }

  private static Json duration(long millis) {
    return call("duration", Json.of(millis + "ms"));
  }

  /** As an offset from 1970-01-01, since not every value has a date of four digits. */
  private static Json datetime(long millis) {
    return call("offset", call("datetime", Json.of("1970-01-01")), duration(millis));
  }

  private static Json call(String function, Json... arguments) {
    SequencedMap<String, Json> members = new LinkedHashMap<>();
    members.put("fn", Json.of(function));
    if (arguments.length == 1) members.put("arg", arguments[0]);
    else members.put("args", Json.of(List.of(arguments)));
    return Json.of("__extn", Json.of(members));
  }
}
