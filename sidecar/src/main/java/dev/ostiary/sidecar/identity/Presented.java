package dev.ostiary.sidecar.identity;

/** What came of the token that a call carries. */
public sealed interface Presented {
  /** No token came, or none is read. */
  record Nothing() implements Presented {}

  /** One that holds. */
  record Valid(Token token) implements Presented {}

  /**
   * One that does not.
   *
   * @param why in words that hold nothing of it
   */
  record Invalid(String why) implements Presented {}

  /** The issuer's keys are not to be had, so it cannot be told. */
  record Untold() implements Presented {}
}
