package dev.ostiary.cedar;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A Cedar {@code Record}: attributes by name. */
public final class RecordValue implements Value {
  /** The record without attributes. */
  public static final RecordValue EMPTY = new RecordValue(new TreeMap<>());

  private final SortedMap<String, Value> attributes;

  private RecordValue(SortedMap<String, Value> attributes) {
    this.attributes = attributes;
  }

  /** The record of {@code attributes}. */
  public static RecordValue of(Map<String, ? extends Value> attributes) {
    return attributes.isEmpty() ? EMPTY : new RecordValue(new TreeMap<>(attributes));
  }

  /** The attribute's value, or null where there is none. */
  public @Nullable Value find(String name) {
    return attributes.get(name);
  }

  /** Attributes in the order of their names. Not to be changed. */
  public SortedMap<String, Value> attributes() {
    return java.util.Collections.unmodifiableSortedMap(attributes);
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof RecordValue that && attributes.equals(that.attributes));
  }

  @Override
  public int hashCode() {
    return attributes.hashCode();
  }

  @Override
  public String toString() {
    return attributes.entrySet().stream()
        .map(entry -> Text.quoted(entry.getKey()) + ": " + entry.getValue())
        .collect(Collectors.joining(", ", "{", "}"));
  }
}
