package dev.ostiary.cedar;

import dev.ostiary.cedar.store.Vocabulary;
import java.util.HashMap;
import java.util.Map;

/**
 * Replaces what entities repeat (lists of attribute names, short values, names of groups) by one
 * object each, which takes less memory and is mostly in the processor's cache when it is compared.
 */
final class Repeats {
  /** What repeats comes early; what does not is not worth keeping. */
  private static final int MAX_KEPT = 1 << 16;

  private static final int MAX_LENGTH = 32;
  private static final int MAX_ELEMENTS = 8;

  private final Map<Value, Value> values = new HashMap<>();

  /** An equal entity, made of what came before. */
  Entity shared(Entity entity) {
    RecordValue attributes = entity.attributes();
    Value[] equal = new Value[attributes.size()];
    for (int i = 0; i < equal.length; i++) equal[i] = shared(attributes.valueAt(i));
    EntityUid uid =
        shared(Vocabulary.learned(entity.uid())) instanceof EntityUid known ? known : entity.uid();
    return new Entity(uid, attributes.kept(equal), entity.tags(), entity.parents());
  }

  /** An equal entity, made of what it had before. */
  static Entity shared(Entity entity, RecordValue before) {
    RecordValue attributes = entity.attributes();
    Value[] equal = new Value[attributes.size()];
    for (int i = 0; i < equal.length; i++) {
      Value value = attributes.valueAt(i);
      Value old = before.find(attributes.nameAt(i));
      equal[i] = old != null && old.equals(value) ? old : value;
    }
    return new Entity(entity.uid(), attributes.kept(equal), entity.tags(), entity.parents());
  }

  /** The same entity; its names are known from now on. */
  static Entity learned(Entity entity) {
    return shared(entity, RecordValue.EMPTY);
  }

  private Value shared(Value value) {
    if (!isShort(value)) return value;
    Value known = values.get(value);
    if (known != null) return known;
    if (values.size() < MAX_KEPT) values.put(value, value);
    return value;
  }

  private static boolean isShort(Value value) {
    return switch (value) {
      case StringValue(String text) -> text.length() <= MAX_LENGTH;
      case SetValue set -> {
        boolean few = set.size() <= MAX_ELEMENTS;
        for (int i = 0; few && i < set.size(); i++) few = isShort(set.at(i));
        yield few;
      }
      case LongValue _, EntityUid _, IpValue _, DecimalValue _, DatetimeValue _, DurationValue _ ->
          true;
      case BoolValue _, RecordValue _ -> false;
    };
  }
}
