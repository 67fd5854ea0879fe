package dev.ostiary.cedar;

import dev.ostiary.cedar.store.Vocabulary;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A Cedar {@code Record}: attributes by name. */
public final class RecordValue implements Value {
  /** The record without attributes. */
  public static final RecordValue EMPTY = new RecordValue(new String[0], new Value[0]);

  /** Up to this many names are looked at one by one, which is faster than halving. */
  private static final int FEW = 8;

  /** Sorted; records of one make share the array. */
  private final String[] names;

  private final Value[] values;

  /** Records of one make share {@code names} where that is known. */
  private RecordValue(String[] names, Value[] values) {
    this.names = names;
    this.values = values;
  }

  /** The record of {@code attributes}. */
  public static RecordValue of(Map<String, ? extends Value> attributes) {
    if (attributes.isEmpty()) return EMPTY;
    String[] names = attributes.keySet().toArray(String[]::new);
    Arrays.sort(names);
    Value[] values = new Value[names.length];
    for (int i = 0; i < names.length; i++) {
      values[i] = Vocabulary.known(valueOf(attributes, names[i]));
      names[i] = Vocabulary.known(names[i]);
    }
    return new RecordValue(names, values);
  }

  private static Value valueOf(Map<String, ? extends Value> attributes, String name) {
    Value value = attributes.get(name);
    if (value == null) throw new IllegalArgumentException("no value for `" + name + "`");
    return value;
  }

  /** This record with one attribute added or replaced. */
  public RecordValue with(String name, Value value) {
    int at = Arrays.binarySearch(names, name);
    if (at >= 0) {
      Value[] changed = values.clone();
      changed[at] = value;
      return new RecordValue(names, changed);
    }
    int place = -1 - at;
    String[] moreNames = new String[names.length + 1];
    Value[] moreValues = new Value[names.length + 1];
    System.arraycopy(names, 0, moreNames, 0, place);
    System.arraycopy(values, 0, moreValues, 0, place);
    moreNames[place] = Vocabulary.known(name);
    moreValues[place] = value;
    System.arraycopy(names, place, moreNames, place + 1, names.length - place);
    System.arraycopy(values, place, moreValues, place + 1, names.length - place);
    return new RecordValue(moreNames, moreValues);
  }

  /** An equal record of {@code equal} values in the order of names, for an entity to keep. */
  RecordValue kept(Value[] equal) {
    return new RecordValue(Vocabulary.learned(names), equal);
  }

  /** The attribute's value, or null where there is none. */
  public @Nullable Value find(String name) {
    int at = indexOf(name);
    return at < 0 ? null : values[at];
  }

  /** The place of that attribute in the order of names, or a negative number. */
  public int indexOf(String name) {
    if (names.length > FEW) return Arrays.binarySearch(names, name);
    for (int i = 0; i < names.length; i++) if (names[i].equals(name)) return i;
    return -1;
  }

  /** Number of attributes. */
  public int size() {
    return names.length;
  }

  /** The name at that place; {@code 0 <= index < size()}. */
  public String nameAt(int index) {
    return names[index];
  }

  /** The value at that place; {@code 0 <= index < size()}. */
  public Value valueAt(int index) {
    return values[index];
  }

  /** Attributes in the order of their names; a copy, not to be changed. */
  public SortedMap<String, Value> attributes() {
    var attributes = new TreeMap<String, Value>();
    for (int i = 0; i < names.length; i++) attributes.put(names[i], values[i]);
    return Collections.unmodifiableSortedMap(attributes);
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof RecordValue that
            && (names == that.names || Arrays.equals(names, that.names))
            && Arrays.equals(values, that.values));
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(names) + Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    var out = new StringBuilder("{");
    for (int i = 0; i < names.length; i++) {
      if (i > 0) out.append(", ");
      out.append(Text.quoted(names[i])).append(": ").append(values[i]);
    }
    return out.append('}').toString();
  }
}
