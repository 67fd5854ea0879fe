package dev.ostiary.cedar.schema;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A type that a schema can give to an attribute, a tag or a context; common types are resolved. */
public sealed interface Type {
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
