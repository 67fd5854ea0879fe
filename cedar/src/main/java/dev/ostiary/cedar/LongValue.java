package dev.ostiary.cedar;

/** A Cedar {@code Long}: a signed 64-bit integer. */
public record LongValue(long value) implements Value {
  @Override
  public String toString() {
    return Long.toString(value);
  }
}
