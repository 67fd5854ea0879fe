package dev.ostiary.cedar.schema;

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
import java.util.IdentityHashMap;

/** Whether a value is of a type; made once a schema, so that a request only runs it. */
@FunctionalInterface
interface ValueCheck {
  /** Whether the value is of the type. */
  boolean accepts(Value value);

  /** Whether the id is one of an enumerated type's, and an action is a declared one. */
  static boolean isPossible(Schema schema, EntityUid uid) {
    if (Conformance.isActionType(uid.type())) return schema.actions().containsKey(uid);
    var type = schema.entityTypes().get(uid.type());
    return type == null
        || type.enumeration().isEmpty()
        || type.enumeration().get().contains(uid.id());
  }

  /** Makes checks; types that are shared get one check. */
  final class Compiler {
    private final Schema schema;
    private final IdentityHashMap<Type, ValueCheck> made = new IdentityHashMap<>();

    Compiler(Schema schema) {
      this.schema = schema;
    }

    ValueCheck check(Type type) {
      ValueCheck known = made.get(type);
      if (known != null) return known;
      ValueCheck check = make(type);
      made.put(type, check);
      return check;
    }

    private ValueCheck make(Type type) {
      return switch (type) {
        case Type.BoolType() -> value -> value instanceof BoolValue;
        case Type.LongType() -> value -> value instanceof LongValue;
        case Type.StringType() -> value -> value instanceof StringValue;
        case Type.EntityRef(var name) -> reference(name);
        case Type.SetType(var element) -> new OfSet(check(element));
        case Type.RecordType record -> ofRecord(record);
        case Type.ExtensionType(var name) ->
            switch (name) {
              case "ipaddr" -> value -> value instanceof IpValue;
              case "decimal" -> value -> value instanceof DecimalValue;
              case "datetime" -> value -> value instanceof DatetimeValue;
              case "duration" -> value -> value instanceof DurationValue;
              default -> throw new IllegalStateException("no extension type " + name);
            };
      };
    }

    private ValueCheck reference(String name) {
      var type = schema.entityTypes().get(name);
      boolean anyId = type != null && type.enumeration().isEmpty();
      if (anyId) return value -> value instanceof EntityUid uid && uid.type().equals(name);
      return value ->
          value instanceof EntityUid uid && uid.type().equals(name) && isPossible(schema, uid);
    }

    private ValueCheck ofRecord(Type.RecordType record) {
      int size = record.attributes().size();
      var names = record.attributes().keySet().toArray(String[]::new);
      var checks = new ValueCheck[size];
      var required = new boolean[size];
      for (int i = 0; i < size; i++) {
        Type.Attribute attribute = record.attributes().get(names[i]);
        if (attribute == null) throw new IllegalStateException(names[i]);
        checks[i] = check(attribute.type());
        required[i] = attribute.required();
      }
      return new OfRecord(names, checks, required);
    }
  }

  /** Sets whose elements all pass. */
  final class OfSet implements ValueCheck {
    private final ValueCheck element;

    OfSet(ValueCheck element) {
      this.element = element;
    }

    @Override
    public boolean accepts(Value value) {
      if (!(value instanceof SetValue set)) return false;
      for (int i = 0; i < set.size(); i++) if (!element.accepts(set.at(i))) return false;
      return true;
    }
  }

  /** Records that have what is required and nothing that is not named. */
  final class OfRecord implements ValueCheck {
    private final String[] names;
    private final ValueCheck[] checks;
    private final boolean[] required;

    OfRecord(String[] names, ValueCheck[] checks, boolean[] required) {
      this.names = names;
      this.checks = checks;
      this.required = required;
    }

    @Override
    public boolean accepts(Value value) {
      if (!(value instanceof RecordValue record)) return false;
      int found = 0;
      for (int i = 0; i < names.length; i++) {
        Value attribute = record.find(names[i]);
        if (attribute == null) {
          if (required[i]) return false;
        } else {
          if (!checks[i].accepts(attribute)) return false;
          found++;
        }
      }
      return found == record.size();
    }
  }
}
