package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.validate.StaticType.Entities;
import dev.ostiary.cedar.validate.StaticType.Extension;
import dev.ostiary.cedar.validate.StaticType.Field;
import dev.ostiary.cedar.validate.StaticType.Fields;
import dev.ostiary.cedar.validate.StaticType.SetOf;
import dev.ostiary.cedar.validate.StaticType.Simple;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The order of types: which is part of which, and the smallest type that has two others as parts.
 *
 * <p>In strict mode entity types and optional attributes are never widened and records have the
 * same attributes, so that only the Booleans and {@code Never} have anything above them.
 */
enum Lattice {
  STRICT,
  PERMISSIVE;

  /** The least upper bound of two types, or why there is none. */
  sealed interface Join {
    record Of(StaticType type) implements Join {}

    record None(String reason) implements Join {}
  }

  static Lattice of(ValidationMode mode) {
    return switch (mode) {
      case STRICT -> STRICT;
      case PERMISSIVE -> PERMISSIVE;
    };
  }

  /** Whether each value of {@code part} is one of {@code whole}. */
  boolean isPart(StaticType part, StaticType whole) {
    if (part.equals(whole) || part == Simple.NEVER) return true;
    return switch (part) {
      case Simple _ -> part.isBool() && whole == Simple.BOOL;
      case Entities(var types) ->
          this == PERMISSIVE && whole instanceof Entities(var all) && all.containsAll(types);
      case SetOf(var element) -> whole instanceof SetOf(var other) && isPart(element, other);
      case Fields fields -> whole instanceof Fields other && isPart(fields, other);
      case Extension _ -> false;
    };
  }

  private boolean isPart(Fields part, Fields whole) {
    if (part.open() && !whole.open()) return false;
    boolean mayHaveMore = this == PERMISSIVE && whole.open();
    if (!mayHaveMore && part.fields().size() != whole.fields().size()) return false;
    for (var entry : whole.fields().entrySet()) {
      Field mine = part.fields().get(entry.getKey());
      if (mine == null || !isPart(mine, entry.getValue())) return false;
    }
    return true;
  }

  private boolean isPart(Field part, Field whole) {
    boolean fits =
        this == STRICT ? part.required() == whole.required() : part.required() || !whole.required();
    return fits && isPart(part.type(), whole.type());
  }

  /** The smallest type that has both as parts. */
  Join join(StaticType a, StaticType b) {
    if (isPart(a, b)) return new Join.Of(b);
    if (isPart(b, a)) return new Join.Of(a);
    if (a.isBool() && b.isBool()) return new Join.Of(Simple.BOOL);
    if (a instanceof SetOf(var x) && b instanceof SetOf(var y))
      return join(x, y) instanceof Join.Of(var element)
          ? new Join.Of(new SetOf(element))
          : join(x, y);
    if (a instanceof Fields x && b instanceof Fields y) return join(x, y);
    if (a instanceof Entities x && b instanceof Entities y) return join(x, y);
    if ((a instanceof Entities && b instanceof Fields)
        || (a instanceof Fields && b instanceof Entities))
      return new Join.None("an entity is not a record, even with the same attributes");
    return new Join.None("types must be equal");
  }

  private Join join(Entities a, Entities b) {
    if (this == STRICT)
      return new Join.None("different entity types do not mix, even with the same attributes");
    var types = new TreeSet<>(a.types());
    types.addAll(b.types());
    return new Join.Of(new Entities(types));
  }

  private Join join(Fields a, Fields b) {
    if (this == STRICT && !a.fields().keySet().equals(b.fields().keySet()))
      return new Join.None("records must have exactly the same attributes");
    var fields = new TreeMap<String, Field>();
    boolean lost = false;
    for (Map.Entry<String, Field> entry : a.fields().entrySet()) {
      Field mine = entry.getValue();
      Field other = b.fields().get(entry.getKey());
      if (other == null) {
        lost = true;
        continue;
      }
      if (this == STRICT && mine.required() != other.required())
        return new Join.None("an attribute must be required in both records or in neither");
      switch (join(mine.type(), other.type())) {
        case Join.Of(var type) ->
            fields.put(entry.getKey(), new Field(type, mine.required() && other.required()));
        case Join.None none -> {
          if (this == STRICT) return none;
          lost = true;
        }
      }
    }
    lost |= !fields.keySet().containsAll(b.fields().keySet());
    return new Join.Of(new Fields(fields, a.open() || b.open() || lost));
  }

  /** Whether no value is of both types; only entity types are ever told apart. */
  static boolean disjoint(StaticType a, StaticType b) {
    return a instanceof Entities(var x)
        && b instanceof Entities(var y)
        && Collections.disjoint(x, y);
  }
}
