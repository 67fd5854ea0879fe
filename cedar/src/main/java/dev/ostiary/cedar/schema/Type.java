package dev.ostiary.cedar.schema;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** A type that a schema can give to an attribute, a tag or a context; common types are resolved. */
public sealed interface Type {
  /** This type as if the attributes of records that are so were not there. */
  default Type without(Predicate<Attribute> left) {
    return switch (this) {
      case RecordType record -> record.without(left);
      case SetType(var element) -> new SetType(element.without(left));
      case BoolType _, LongType _, StringType _, EntityRef _, ExtensionType _ -> this;
    };
  }

  /** {@code Bool}. */
  record BoolType() implements Type {}

  /** {@code Long}. */
  record LongType() implements Type {}

  /** {@code String}. */
  record StringType() implements Type {}

  /** An entity type, with its namespace. */
  record EntityRef(String entityType) implements Type {}

  /** {@code Set<element>}. */
  record SetType(Type element) implements Type {}

  /**
   * A record type.
   *
   * @param attributes by name
   * @param open whether other attributes are allowed ({@code additionalAttributes} of the JSON
   *     form)
   */
  record RecordType(SortedMap<String, Attribute> attributes, boolean open) implements Type {
    /** The closed record without attributes. */
    public static final RecordType EMPTY = new RecordType(new TreeMap<>(), false);

    public RecordType {
      attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
    }

    @Override
    public RecordType without(Predicate<Attribute> left) {
      var kept = new TreeMap<String, Attribute>();
      attributes.forEach((name, attribute) -> {
        if (left.test(attribute)) return;
        Type type = attribute.type().without(left);
        kept.put(name, new Attribute(type, attribute.required(), attribute.annotations()));
      });
      return new RecordType(kept, open);
    }

    /** A closed record. */
    public static RecordType of(Map<String, Attribute> attributes) {
      return new RecordType(new TreeMap<>(attributes), false);
    }
  }

  /** An extension type: {@code ipaddr}, {@code decimal}, {@code datetime}, {@code duration}. */
  record ExtensionType(String name) implements Type {}

  /** An attribute's type, whether it must be there, and its annotations. */
  record Attribute(Type type, boolean required, Map<String, String> annotations) {
    public Attribute {
      annotations = Map.copyOf(annotations);
    }
  }
}
