package dev.ostiary.cedar;

/** A Cedar {@code Bool}. There are two, so they may be compared by reference. */
public enum BoolValue implements Value {
  FALSE,
  TRUE;

  /** The value of {@code value}. */
  public static BoolValue of(boolean value) {
    return value ? TRUE : FALSE;
  }

  /** As a Java boolean. */
  public boolean value() {
    return this == TRUE;
  }

  @Override
  public String toString() {
    return this == TRUE ? "true" : "false";
  }
}
