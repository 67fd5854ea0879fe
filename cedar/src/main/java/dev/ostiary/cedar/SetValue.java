package dev.ostiary.cedar;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.SequencedSet;
import java.util.stream.Collectors;

/** A Cedar {@code Set}: order and repetition carry no meaning. */
public final class SetValue implements Value {
  private final SequencedSet<Value> elements;

  private SetValue(SequencedSet<Value> elements) {
    this.elements = elements;
  }

  /** The set of {@code elements}. */
  public static SetValue of(Collection<? extends Value> elements) {
    return new SetValue(Collections.unmodifiableSequencedSet(new LinkedHashSet<>(elements)));
  }

  /** The elements, each once, in the order given. */
  public SequencedSet<Value> elements() {
    return elements;
  }

  @Override
  public boolean equals(Object other) {
    return this == other || (other instanceof SetValue that && elements.equals(that.elements));
  }

  @Override
  public int hashCode() {
    return elements.hashCode();
  }

  @Override
  public String toString() {
    return elements.stream().map(Value::toString).collect(Collectors.joining(", ", "[", "]"));
  }
}
