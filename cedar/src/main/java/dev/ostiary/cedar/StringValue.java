package dev.ostiary.cedar;

/** A Cedar {@code String}. */
public record StringValue(String value) implements Value {
  /** In quotes, with Cedar's escapes. */
  @Override
  public String toString() {
    return Text.quoted(value);
  }
}
