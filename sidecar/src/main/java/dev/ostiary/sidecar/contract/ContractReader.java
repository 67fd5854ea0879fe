package dev.ostiary.sidecar.contract;

import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.DatetimeValue;
import dev.ostiary.cedar.DecimalValue;
import dev.ostiary.cedar.DurationValue;
import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.IpValue;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.SetValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.cedar.ValueFormatException;
import dev.ostiary.sidecar.contract.ContractException.Kind;
import dev.ostiary.sidecar.decide.Revision;
import dev.ostiary.v1.Attribute;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Reads the messages of one question as the engine's values. Whatever they hold, it ends in values
 * or in a fault that names the field, in time and memory bounded by the messages. One for each
 * question; not thread-safe.
 */
public final class ContractReader {
  /** Values within values; protobuf's own bound on messages lies above it. */
  private static final int MAX_DEPTH = 24;

  private static final int MAX_VALUES = 50_000;
  private static final int SHOWN = 64;

  private final UnaryOperator<EntityUid> names;
  private int values;

  /** Reads entities under the names that they come with. */
  public ContractReader() {
    this(UnaryOperator.identity());
  }

  /**
   * Reads entities under other names.
   *
   * @param names what an entity that a message names is to be
   */
  public ContractReader(UnaryOperator<EntityUid> names) {
    this.names = names;
  }

  /**
   * The name of an entity that must be there and have one.
   *
   * @param present whether the message has the field
   */
  public static EntityUid named(boolean present, dev.ostiary.v1.EntityUid uid, String field)
      throws ContractException {
    if (!present)
      throw new ContractException(Kind.MALFORMED, field, "expected an entity, got none");
    EntityUid named = uid(uid, field);
    if (named.id().isEmpty())
      throw new ContractException(
          Kind.MALFORMED, field + ".id", "expected a name, got an empty one");
    return named;
  }

  private static EntityUid uid(dev.ostiary.v1.EntityUid uid, String field)
      throws ContractException {
    if (uid.getType().isEmpty())
      throw new ContractException(
          Kind.MALFORMED, field + ".type", "expected a type, got an empty one");
    return EntityUid.of(uid.getType(), uid.getId());
  }

  /** Entities with what they hold. */
  public List<Entity> entities(List<dev.ostiary.v1.Entity> entities) throws ContractException {
    if (entities.isEmpty()) return List.of();
    var read = new ArrayList<Entity>(entities.size());
    for (int i = 0; i < entities.size(); i++)
      read.add(entity(entities.get(i), "entities[" + i + "]"));
    return read;
  }

  /** An entity with what it holds. */
  public Entity entity(dev.ostiary.v1.Entity entity, String field) throws ContractException {
    var parents = new HashSet<EntityUid>();
    for (int i = 0; i < entity.getParentsCount(); i++)
      parents.add(names.apply(uid(entity.getParents(i), field + ".parents[" + i + "]")));
    count(field);
    return new Entity(
        names.apply(named(entity.hasUid(), entity.getUid(), field + ".uid")),
        record(entity.getAttributesList(), field + ".attributes"),
        record(entity.getTagsList(), field + ".tags"),
        parents);
  }

  /** A position in a fact log. */
  public static Revision revision(dev.ostiary.v1.Revision revision) {
    return new Revision(revision.getOrigin(), revision.getEpoch(), revision.getSize());
  }

  /** The fault of a field that is not there. */
  public static ContractException missing(String field, String expected) {
    return new ContractException(Kind.MALFORMED, field, "expected " + expected + ", got none");
  }

  /** A record of attributes, each name once. */
  public RecordValue record(List<Attribute> attributes, String field) throws ContractException {
    return RecordValue.of(attributes(attributes, field, 0));
  }

  private Map<String, Value> attributes(List<Attribute> attributes, String field, int depth)
      throws ContractException {
    var read = new TreeMap<String, Value>();
    for (int i = 0; i < attributes.size(); i++) {
      var attribute = attributes.get(i);
      String name = attribute.getName();
      if (name.isEmpty()) {
        throw new ContractException(
            Kind.MALFORMED, field + "[" + i + "].name", "expected a name, got an empty one");
      }
      if (!attribute.hasValue())
        throw new ContractException(
            Kind.MALFORMED, member(field, name), "expected a value, got none");
      Value value = value(attribute.getValue(), field, name, depth + 1);
      if (read.put(name, value) != null)
        throw new ContractException(Kind.MALFORMED, member(field, name), "the name comes twice");
    }
    return read;
  }

  /** Reads a value; {@code name} is empty for an element of the set at {@code field}. */
  private Value value(dev.ostiary.v1.Value value, String field, String name, int depth)
      throws ContractException {
    if (depth > MAX_DEPTH) {
      throw new ContractException(
          Kind.TOO_LARGE, field, "expected at most " + MAX_DEPTH + " values in each other");
    }
    count(field);
    try {
      return switch (value.getKindCase()) {
        case BOOLEAN -> BoolValue.of(value.getBoolean());
        case LONG -> new LongValue(value.getLong());
        case STRING -> new StringValue(value.getString());
        case ENTITY -> names.apply(uid(value.getEntity(), member(field, name)));
        case SET -> {
          var elements = new ArrayList<Value>(value.getSet().getElementsCount());
          for (var element : value.getSet().getElementsList())
            elements.add(
                value(element, name.isEmpty() ? field : member(field, name), "", depth + 1));
          yield SetValue.of(elements);
        }
        case RECORD ->
            RecordValue.of(
                attributes(value.getRecord().getAttributesList(), member(field, name), depth));
        case IP -> IpValue.parse(value.getIp());
        case DECIMAL -> DecimalValue.parse(value.getDecimal());
        case DATETIME_MILLIS -> new DatetimeValue(value.getDatetimeMillis());
        case DURATION_MILLIS -> new DurationValue(value.getDurationMillis());
        case KIND_NOT_SET ->
            throw new ContractException(
                Kind.MALFORMED, member(field, name), "expected a value, got none");
      };
    } catch (ValueFormatException e) {
      throw new ContractException(
          Kind.MALFORMED, member(field, name), String.valueOf(e.getMessage()));
    }
  }

  private void count(String field) throws ContractException {
    if (++values > MAX_VALUES)
      throw new ContractException(
          Kind.TOO_LARGE, field, "expected at most " + MAX_VALUES + " values");
  }

  private static String member(String field, String name) {
    if (name.isEmpty()) return field;
    String shown = name.length() > SHOWN ? name.substring(0, SHOWN) + "…" : name;
    return field + "." + shown;
  }
}
