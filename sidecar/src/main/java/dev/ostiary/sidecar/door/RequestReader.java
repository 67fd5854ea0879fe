package dev.ostiary.sidecar.door;

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
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Question;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.decide.Revision;
import dev.ostiary.v1.Attribute;
import dev.ostiary.v1.CheckRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Reads one protobuf question as the engine's values. Whatever a caller sends, it ends in a
 * question or in a refusal that names the field, in time and memory bounded by the message.
 */
final class RequestReader {
  /** Values within values; protobuf's own bound on messages lies above it. */
  private static final int MAX_DEPTH = 24;

  private static final int MAX_VALUES = 50_000;
  private static final int MAX_CORRELATION_BYTES = 256;
  private static final int SHOWN = 64;

  private int values;

  private RequestReader() {}

  /** A fault of the request; the field is completed on the way out. */
  private static final class Fault extends Exception {
    private final Why why;
    private final String field;

    Fault(Why why, String field, String message) {
      super(message, null, false, false); // no stack trace: the field is the useful address
      this.why = why;
      this.field = field;
    }
  }

  /** The question, or what is wrong with the request. */
  sealed interface Read {
    /** A question. */
    record Asked(Question question) implements Read {}

    /** No question. */
    record Wrong(Refused refused) implements Read {}
  }

  static Read read(CheckRequest request, Caller caller, OptionalLong nowMillis) {
    try {
      return new Read.Asked(new RequestReader().question(request, caller, nowMillis));
    } catch (Fault fault) {
      return new Read.Wrong(Refused.of(fault.why, fault.field, String.valueOf(fault.getMessage())));
    }
  }

  private Question question(CheckRequest request, Caller caller, OptionalLong nowMillis)
      throws Fault {
    if (request.getCorrelationIdBytes().size() > MAX_CORRELATION_BYTES) {
      throw new Fault(
          Why.MALFORMED_REQUEST,
          "correlation_id",
          "expected at most " + MAX_CORRELATION_BYTES + " bytes");
    }
    return new Question(
        caller.uid(),
        Question.Proof.ASSERTED,
        nowMillis,
        named(request.hasPrincipal(), request.getPrincipal(), "principal"),
        named(request.hasAction(), request.getAction(), "action"),
        named(request.hasResource(), request.getResource(), "resource"),
        RecordValue.of(attributes(request.getContextList(), "context", 0)),
        entities(request.getEntitiesList()),
        request.hasAtLeast() ? Optional.of(revision(request.getAtLeast())) : Optional.empty());
  }

  private static Revision revision(dev.ostiary.v1.Revision revision) throws Fault {
    if (revision.getOrigin().isEmpty())
      throw new Fault(Why.MALFORMED_REQUEST, "at_least.origin", "expected the fact log's name");
    return new Revision(revision.getOrigin(), revision.getEpoch(), revision.getSize());
  }

  private static EntityUid named(boolean present, dev.ostiary.v1.EntityUid uid, String field)
      throws Fault {
    if (!present) throw new Fault(Why.MALFORMED_REQUEST, field, "expected an entity, got none");
    EntityUid named = uid(uid, field);
    if (named.id().isEmpty())
      throw new Fault(Why.MALFORMED_REQUEST, field + ".id", "expected a name, got an empty one");
    return named;
  }

  private static EntityUid uid(dev.ostiary.v1.EntityUid uid, String field) throws Fault {
    if (uid.getType().isEmpty())
      throw new Fault(Why.MALFORMED_REQUEST, field + ".type", "expected a type, got an empty one");
    return EntityUid.of(uid.getType(), uid.getId());
  }

  private List<Entity> entities(List<dev.ostiary.v1.Entity> entities) throws Fault {
    if (entities.isEmpty()) return List.of();
    var read = new ArrayList<Entity>(entities.size());
    for (int i = 0; i < entities.size(); i++) {
      var entity = entities.get(i);
      String field = "entities[" + i + "]";
      var parents = new HashSet<EntityUid>();
      for (int j = 0; j < entity.getParentsCount(); j++)
        parents.add(uid(entity.getParents(j), field + ".parents[" + j + "]"));
      count(field);
      read.add(
          new Entity(
              named(entity.hasUid(), entity.getUid(), field + ".uid"),
              RecordValue.of(attributes(entity.getAttributesList(), field + ".attributes", 0)),
              RecordValue.of(attributes(entity.getTagsList(), field + ".tags", 0)),
              parents));
    }
    return read;
  }

  private Map<String, Value> attributes(List<Attribute> attributes, String field, int depth)
      throws Fault {
    var read = new TreeMap<String, Value>();
    for (int i = 0; i < attributes.size(); i++) {
      var attribute = attributes.get(i);
      String name = attribute.getName();
      if (name.isEmpty()) {
        throw new Fault(
            Why.MALFORMED_REQUEST, field + "[" + i + "].name", "expected a name, got an empty one");
      }
      if (!attribute.hasValue())
        throw new Fault(Why.MALFORMED_REQUEST, member(field, name), "expected a value, got none");
      Value value = value(attribute.getValue(), field, name, depth + 1);
      if (read.put(name, value) != null)
        throw new Fault(Why.MALFORMED_REQUEST, member(field, name), "the name comes twice");
    }
    return read;
  }

  /** Reads a value; {@code name} is empty for an element of the set at {@code field}. */
  private Value value(dev.ostiary.v1.Value value, String field, String name, int depth)
      throws Fault {
    if (depth > MAX_DEPTH) {
      throw new Fault(
          Why.REQUEST_TOO_LARGE, field, "expected at most " + MAX_DEPTH + " values in each other");
    }
    count(field);
    try {
      return switch (value.getKindCase()) {
        case BOOLEAN -> BoolValue.of(value.getBoolean());
        case LONG -> new LongValue(value.getLong());
        case STRING -> new StringValue(value.getString());
        case ENTITY -> uid(value.getEntity(), member(field, name));
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
            throw new Fault(
                Why.MALFORMED_REQUEST, member(field, name), "expected a value, got none");
      };
    } catch (ValueFormatException e) {
      throw new Fault(Why.MALFORMED_REQUEST, member(field, name), String.valueOf(e.getMessage()));
    }
  }

  private void count(String field) throws Fault {
    if (++values > MAX_VALUES)
      throw new Fault(Why.REQUEST_TOO_LARGE, field, "expected at most " + MAX_VALUES + " values");
  }

  private static String member(String field, String name) {
    if (name.isEmpty()) return field;
    String shown = name.length() > SHOWN ? name.substring(0, SHOWN) + "…" : name;
    return field + "." + shown;
  }
}
