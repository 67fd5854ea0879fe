package dev.ostiary.client;

import dev.ostiary.v1.Attribute;
import dev.ostiary.v1.EntityUid;
import dev.ostiary.v1.Record;
import dev.ostiary.v1.Set;
import dev.ostiary.v1.Value;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;

/** Values of the Cedar language. Notations are checked by the sidecar, not here. */
public final class Values {
  private Values() {}

  /**
   * The name of an entity.
   *
   * @param type entity type with its namespace, for example {@code Lab::Dataset}
   * @param id identifier within the type
   */
  public static EntityUid uid(String type, String id) {
    return EntityUid.newBuilder().setType(type).setId(id).build();
  }

  /** A Cedar {@code Bool}. */
  public static Value bool(boolean value) {
    return Value.newBuilder().setBoolean(value).build();
  }

  /** A Cedar {@code Long}. */
  public static Value integer(long value) {
    return Value.newBuilder().setLong(value).build();
  }

  /** A Cedar {@code String}. */
  public static Value string(String value) {
    return Value.newBuilder().setString(value).build();
  }

  /** A reference to an entity, which need not exist. */
  public static Value entity(String type, String id) {
    return Value.newBuilder().setEntity(uid(type, id)).build();
  }

  /** A Cedar {@code Set}. */
  public static Value set(Value... elements) {
    return Value.newBuilder()
        .setSet(Set.newBuilder().addAllElements(Arrays.asList(elements)))
        .build();
  }

  /** A Cedar {@code Record}. */
  public static Value record(Map<String, Value> attributes) {
    var record = Record.newBuilder();
    attributes.forEach((name, value) -> record.addAttributes(attribute(name, value)));
    return Value.newBuilder().setRecord(record).build();
  }

  /** The extension type {@code ipaddr}, in the notation that Cedar's {@code ip()} reads. */
  public static Value ip(String notation) {
    return Value.newBuilder().setIp(notation).build();
  }

  /** The extension type {@code decimal}, in the notation that Cedar's {@code decimal()} reads. */
  public static Value decimal(String notation) {
    return Value.newBuilder().setDecimal(notation).build();
  }

  /**
   * The extension type {@code datetime}, which counts whole milliseconds.
   *
   * @throws ArithmeticException if the instant does not fit 64 bits of milliseconds
   */
  public static Value datetime(Instant instant) {
    return Value.newBuilder().setDatetimeMillis(instant.toEpochMilli()).build();
  }

  /**
   * The extension type {@code duration}, which counts whole milliseconds.
   *
   * @throws ArithmeticException if the duration does not fit 64 bits of milliseconds
   */
  public static Value duration(Duration duration) {
    return Value.newBuilder().setDurationMillis(duration.toMillis()).build();
  }

  static Attribute attribute(String name, Value value) {
    return Attribute.newBuilder().setName(name).setValue(value).build();
  }
}
