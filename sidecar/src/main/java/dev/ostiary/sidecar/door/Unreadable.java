package dev.ostiary.sidecar.door;

import dev.ostiary.sidecar.decide.Refused;

/** A request is no question. */
final class Unreadable extends Exception {
  private static final long serialVersionUID = 1L;
  private final transient Refused refused;

  Unreadable(Refused refused) {
    super(refused.message(), null, false, false); // no stack trace: the field is the useful address
    this.refused = refused;
  }

  Unreadable(Refused.Why why, String field, String message) {
    this(Refused.of(why, field, message));
  }

  Refused refused() {
    return refused;
  }
}
