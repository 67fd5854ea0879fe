package dev.ostiary.sidecar.decide;

import dev.ostiary.cedar.EntityUid;
import java.util.EnumSet;
import java.util.Set;

/**
 * Who holds the other end of a connection, and what the sidecar's own policies let it do. Worked
 * out once for a connection.
 */
public final class Caller {
  /** The type of callers. */
  public static final String TYPE = "Ostiary::Caller";

  private final EntityUid uid;
  private final EnumSet<Right> rights;

  Caller(EntityUid uid, Set<Right> rights) {
    this.uid = uid;
    this.rights = rights.isEmpty() ? EnumSet.noneOf(Right.class) : EnumSet.copyOf(rights);
  }

  /** Its entity, such as {@code Ostiary::Caller::"uid:1000"}. */
  public EntityUid uid() {
    return uid;
  }

  /** Whether it may do that. */
  public boolean may(Right right) {
    return rights.contains(right);
  }

  /** What can be asked of the sidecar itself: actions of its own policy set. */
  public enum Right {
    /** Check, CheckBatch and CheckStream. */
    CHECK("check"),
    /** Explain. */
    EXPLAIN("explain"),
    /** Health and readiness. */
    HEALTH("health"),
    /** Which services there are. */
    REFLECT("reflect"),
    /** Metrics. */
    METRICS("metrics"),
    /** Read and append facts. */
    FACTS("facts"),
    /** Read the decision log. */
    LOG("log"),
    /** Turn tokens in the decision log back into names. */
    REVEAL("reveal"),
    /** Whatever else changes the sidecar. */
    ADMINISTER("administer");

    private final String action;

    Right(String action) {
      this.action = action;
    }

    /** The id of its {@code Ostiary::Action}. */
    public String action() {
      return action;
    }
  }
}
