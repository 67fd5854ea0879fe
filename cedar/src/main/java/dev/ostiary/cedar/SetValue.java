package dev.ostiary.cedar;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/** A Cedar {@code Set}: order and repetition carry no meaning. */
public final class SetValue implements Value {
  /** Sorted, each once. */
  private final Value[] elements;

  private SetValue(Value[] sorted) {
    this.elements = sorted;
  }

  /** The set of {@code elements}, which may repeat. */
  public static SetValue of(Collection<? extends Value> elements) {
    Value[] sorted = elements.toArray(Value[]::new);
    Arrays.sort(sorted, ValueOrder.INSTANCE);
    int kept = 0;
    for (int i = 0; i < sorted.length; i++) {
      if (kept == 0 || ValueOrder.INSTANCE.compare(sorted[kept - 1], sorted[i]) != 0)
        sorted[kept++] = sorted[i];
    }
    return new SetValue(kept == sorted.length ? sorted : Arrays.copyOf(sorted, kept));
  }

  /** The elements, each once, in a fixed order that only their values determine. */
  public List<Value> elements() {
    return Collections.unmodifiableList(Arrays.asList(elements));
  }

  /** Number of elements. */
  public int size() {
    return elements.length;
  }

  /** The element at that place of the order; {@code 0 <= index < size()}. */
  public Value at(int index) {
    return elements[index];
  }

  /** Whether {@code value} is an element; logarithmic. */
  public boolean contains(Value value) {
    return Arrays.binarySearch(elements, value, ValueOrder.INSTANCE) >= 0;
  }

  /** Whether every element of {@code other} is one of this set. */
  public boolean containsAll(SetValue other) {
    if (other.elements.length > elements.length) return false;
    for (Value value : other.elements) if (!contains(value)) return false;
    return true;
  }

  /** Whether some element of {@code other} is one of this set. */
  public boolean containsAny(SetValue other) {
    if (other.elements.length > elements.length) return other.containsAny(this);
    for (Value value : other.elements) if (contains(value)) return true;
    return false;
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof SetValue that && Arrays.equals(elements, that.elements));
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(elements);
  }

  @Override
  public String toString() {
    var out = new StringBuilder("[");
    for (int i = 0; i < elements.length; i++) {
      if (i > 0) out.append(", ");
      out.append(elements[i]);
    }
    return out.append(']').toString();
  }
}
