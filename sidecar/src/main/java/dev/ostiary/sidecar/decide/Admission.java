package dev.ostiary.sidecar.decide;

import dev.ostiary.cedar.EntityUid;
import java.util.EnumSet;

/**
 * The sidecar's own policies: which callers may ask what of it. Any thread.
 *
 * <p>They are Cedar, evaluated by the same engine as everybody else's.
 */
public final class Admission {
  private final EntityUid self;

  /**
   * Guards a process.
   *
   * @param uid the user id that it runs as
   */
  public Admission(long uid) {
    this.self = EntityUid.of(Caller.TYPE, "uid:" + uid);
  }

  /** Who holds the other end, with its rights worked out. */
  public Caller admit(EntityUid caller) {
    return new Caller(
        caller,
        caller.equals(self)
            ? EnumSet.allOf(Caller.Right.class)
            : EnumSet.range(Caller.Right.CHECK, Caller.Right.METRICS));
  }
}
