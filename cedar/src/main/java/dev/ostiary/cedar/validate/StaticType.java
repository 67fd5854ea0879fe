package dev.ostiary.cedar.validate;

import dev.ostiary.cedar.schema.Type;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What the validator knows of an expression's value: a {@link Type}, and beyond what a schema can
 * say the Booleans with one value only, unions of entity types and the type without values.
 */
public sealed interface StaticType {

  /** The types without parts. */
  enum Simple implements StaticType {
    /** No value at all: the elements of an empty set. */
    NEVER("Never"),
    BOOL("Bool"),
    /** A Bool that is true for every request of the environment. */
    TRUE("True"),
    /** A Bool that is false for every request of the environment. */
    FALSE("False"),
    LONG("Long"),
    STRING("String");

    private final String notation;

    Simple(String notation) {
      this.notation = notation;
    }

    @Override
    public String toString() {
      return notation;
    }
  }

  /** An entity of one of these types; more than one only in permissive mode. Never empty. */
  record Entities(SortedSet<String> types) implements StaticType {
    public Entities {
      types = Collections.unmodifiableSortedSet(new TreeSet<>(types));
    }

    /** Entities of one type. */
    public static Entities of(String type) {
      return new Entities(new TreeSet<>(Collections.singleton(type)));
    }

    boolean isExactly(String type) {
      return types.size() == 1 && types.first().equals(type);
    }

    @Override
    public String toString() {
      return String.join(" or ", types);
    }
  }

  /** A set. */
  record SetOf(StaticType element) implements StaticType {
    @Override
    public String toString() {
      return "Set<" + element + ">";
    }
  }

  /**
   * A record.
   *
   * @param fields its known attributes
   * @param open whether it may have others
   */
  record Fields(SortedMap<String, Field> fields, boolean open) implements StaticType {
    public Fields {
      fields = Collections.unmodifiableSortedMap(fields);
    }

    @Override
    public String toString() {
      return fields.entrySet().stream()
          .map(e -> e.getKey() + (e.getValue().required() ? ": " : "?: ") + e.getValue().type())
          .collect(Collectors.joining(", ", "{", open ? ", …}" : "}"));
    }
  }

  /** An extension type, such as {@code decimal}. */
  record Extension(String name) implements StaticType {
    static final Extension IPADDR = new Extension("ipaddr");
    static final Extension DECIMAL = new Extension("decimal");
    static final Extension DATETIME = new Extension("datetime");
    static final Extension DURATION = new Extension("duration");

    @Override
    public String toString() {
      return name;
    }
  }

  /** An attribute's type and whether it is always there. */
  record Field(StaticType type, boolean required) {}

  /** The type of all values of {@code type}. */
  static StaticType of(Type type) {
    return switch (type) {
      case Type.BoolType() -> Simple.BOOL;
      case Type.LongType() -> Simple.LONG;
      case Type.StringType() -> Simple.STRING;
      case Type.EntityRef(String entityType) -> Entities.of(entityType);
      case Type.SetType(Type element) -> new SetOf(of(element));
      case Type.RecordType record -> fields(record);
      case Type.ExtensionType(String name) -> new Extension(name);
    };
  }

  /** The type of all records of {@code record}. */
  static Fields fields(Type.RecordType record) {
    var fields = new TreeMap<String, Field>();
    record
        .attributes()
        .forEach((name, a) -> fields.put(name, new Field(of(a.type()), a.required())));
    return new Fields(fields, record.open());
  }

  /** The singleton type of {@code value}. */
  static StaticType of(boolean value) {
    return value ? Simple.TRUE : Simple.FALSE;
  }

  /** Whether every value is a Boolean. */
  default boolean isBool() {
    return this == Simple.BOOL || this == Simple.TRUE || this == Simple.FALSE;
  }
}
