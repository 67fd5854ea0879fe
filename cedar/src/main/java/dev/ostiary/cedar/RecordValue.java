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
  private static final Value[] NONE = {};

  /** The record without attributes. */
  public static final RecordValue EMPTY = new RecordValue(new String[0], NONE);

  /** Up to this many names are looked at one by one, which is faster than halving. */
  private static final int FEW = 8;

  /** Sorted; records of one make share the array. */
  private final String[] names;

  /** The first values, which are one place of memory nearer than an array would be. */
  private final Value v0;

  private final Value v1;
  private final Value v2;
  private final Value v3;

  /** All values, where there are more than four. */
  private final Value[] values;

  /** Records of one make share {@code names} where that is known. */
  private RecordValue(String[] names, Value[] values) {
    this.names = names;
    this.v0 = at(values, 0);
    this.v1 = at(values, 1);
    this.v2 = at(values, 2);
    this.v3 = at(values, 3);
    this.values = values.length > 4 ? values : NONE;
  }

  /** A field without a value holds one that is never read. */
  private static Value at(Value[] values, int index) {
    return index < values.length ? values[index] : BoolValue.FALSE;
  }

  private Value[] values() {
    if (values.length > 0) return values.clone();
    Value[] all = new Value[names.length];
    for (int i = 0; i < all.length; i++) all[i] = valueAt(i);
    return all;
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
      Value[] changed = values();
      changed[at] = value;
      return new RecordValue(names, changed);
    }
    int place = -1 - at;
    String[] moreNames = new String[names.length + 1];
    Value[] moreValues = new Value[names.length + 1];
    System.arraycopy(names, 0, moreNames, 0, place);
    Value[] values = values();
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
    return at < 0 ? null : valueAt(at);
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
    return switch (names.length > 4 ? -1 : index) {
      case 0 -> v0;
      case 1 -> v1;
      case 2 -> v2;
      case 3 -> v3;
      default -> values[index];
    };
  }

  /** Attributes in the order of their names; a copy, not to be changed. */
  public SortedMap<String, Value> attributes() {
    var attributes = new TreeMap<String, Value>();
    for (int i = 0; i < names.length; i++) attributes.put(names[i], valueAt(i));
    return Collections.unmodifiableSortedMap(attributes);
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof RecordValue that
            && (names == that.names || Arrays.equals(names, that.names))
            && Arrays.equals(values(), that.values()));
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(names) + Arrays.hashCode(values());
  }

  @Override
  public String toString() {
    var out = new StringBuilder("{");
    for (int i = 0; i < names.length; i++) {
      if (i > 0) out.append(", ");
      out.append(Text.quoted(names[i])).append(": ").append(valueAt(i));
    }
    return out.append('}').toString();
  }
}
