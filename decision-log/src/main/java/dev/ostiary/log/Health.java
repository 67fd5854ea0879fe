package dev.ostiary.log;

/** Whether the log takes records now. */
public sealed interface Health {
  /** It does. */
  record Writable() implements Health {}

  /**
   * It does not, and every append is refused with this reason.
   *
   * @param detail one line for an operator
   */
  record Unwritable(Refusal reason, String detail) implements Health {}
}
