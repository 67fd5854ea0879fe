package dev.ostiary.sidecar.contract;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.DatetimeValue;
import dev.ostiary.cedar.DecimalValue;
import dev.ostiary.cedar.DurationValue;
import dev.ostiary.cedar.IpValue;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.SetValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.v1.Attribute;
import dev.ostiary.v1.Entity;
import dev.ostiary.v1.EntityUid;
import dev.ostiary.v1.Record;
import dev.ostiary.v1.Revision;
import dev.ostiary.v1.Set;
import dev.ostiary.v1.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The engine's values as messages; equal values give equal messages. */
public final class ContractWriter {
  private ContractWriter() {}

  /** A position in a fact log. */
  public static Revision revision(dev.ostiary.sidecar.decide.Revision revision) {
    return Revision.newBuilder()
        .setOrigin(revision.origin())
        .setEpoch(revision.epoch())
        .setSize(revision.size())
        .build();
  }

  /** An entity's name. */
  public static EntityUid uid(dev.ostiary.cedar.EntityUid uid) {
    return EntityUid.newBuilder().setType(uid.type()).setId(uid.id()).build();
  }

  /** An entity, its parents in ascending order. */
  public static Entity entity(dev.ostiary.cedar.Entity entity) {
    return entity(entity, ContractWriter::uid);
  }

  /** The same under other names. */
  public static Entity entity(
      dev.ostiary.cedar.Entity entity, Function<dev.ostiary.cedar.EntityUid, EntityUid> names) {
    var built =
        Entity.newBuilder()
            .setUid(names.apply(entity.uid()))
            .addAllAttributes(attributes(entity.attributes(), names))
            .addAllTags(attributes(entity.tags(), names));
    entity.parents().stream().sorted().forEach(parent -> built.addParents(names.apply(parent)));
    return built.build();
  }

  /** A record's attributes by name. */
  public static List<Attribute> attributes(RecordValue record) {
    return attributes(record, ContractWriter::uid);
  }

  /** The same with entities under other names. */
  public static List<Attribute> attributes(
      RecordValue record, Function<dev.ostiary.cedar.EntityUid, EntityUid> names) {
    var attributes = new ArrayList<Attribute>(record.attributes().size());
    record
        .attributes()
        .forEach((name, value) ->
            attributes.add(
                Attribute.newBuilder().setName(name).setValue(value(value, names)).build()));
    return attributes;
  }

  private static Value value(
      dev.ostiary.cedar.Value value, Function<dev.ostiary.cedar.EntityUid, EntityUid> names) {
    var built = Value.newBuilder();
    switch (value) {
      case BoolValue bool -> built.setBoolean(bool.value());
      case LongValue(long number) -> built.setLong(number);
      case StringValue(String text) -> built.setString(text);
      case dev.ostiary.cedar.EntityUid uid -> built.setEntity(names.apply(uid));
      case SetValue set -> {
        var elements = Set.newBuilder();
        for (var element : set.elements()) elements.addElements(value(element, names));
        built.setSet(elements);
      }
      case RecordValue record ->
          built.setRecord(Record.newBuilder().addAllAttributes(attributes(record, names)));
      case IpValue ip -> built.setIp(ip.text());
      case DecimalValue decimal -> built.setDecimal(decimal.text());
      case DatetimeValue(long millis) -> built.setDatetimeMillis(millis);
      case DurationValue(long millis) -> built.setDurationMillis(millis);
    }
    return built.build();
  }
}
