package dev.ostiary.client;

import dev.ostiary.v1.CheckResponse;
import java.util.List;

/** What an enforcement point must do. */
public sealed interface Verdict {

  /** Whether to go on; false for anything but {@link Allowed}. */
  default boolean allowed() {
    return this instanceof Allowed;
  }

  /**
   * Go on, and carry out the obligations.
   *
   * @param obligations names of what must be done, all of them known to the caller
   * @param response the decision, with its reasons and its receipt
   */
  record Allowed(List<String> obligations, CheckResponse response) implements Verdict {}

  /**
   * Do not go on.
   *
   * @param cause why, for code
   * @param text why, for people
   * @param answer what the verdict was made of
   */
  record Denied(Cause cause, String text, Answer answer) implements Verdict {}

  /** Why an enforcement point must not go on. */
  enum Cause {
    /** Policy says no. */
    POLICY,
    /** Policy says yes, with an obligation that the caller does not know. */
    UNKNOWN_OBLIGATION,
    /** There is no decision; {@link Answer.Failed} says why. */
    NO_ANSWER
  }
}
