package dev.ostiary.sidecar.decide;

import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.sidecar.bundle.AdminPolicies;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Asks the sidecar's own policies which callers may do what. Any thread. */
public final class Admission {
  private static final EntityUid LOCAL = EntityUid.of("Ostiary::Group", "local");
  private static final EntityUid SELF = EntityUid.of("Ostiary::Group", "self");

  private final EntityUid self;
  private final String svidType;
  private final Supplier<AdminPolicies> inForce;
  private volatile AdminRules rules;

  /**
   * Guards a process.
   *
   * @param uid the user id that it runs as
   * @param svidType entity type of principals whose id is a SPIFFE id
   * @param inForce the policies that hold now; the same object while they do not change
   */
  public Admission(long uid, String svidType, Supplier<AdminPolicies> inForce) {
    this.svidType = svidType;
    this.self = EntityUid.of(Caller.TYPE, "uid:" + uid);
    this.inForce = inForce;
    this.rules = new AdminRules(inForce.get());
  }

  /** Who holds the other end of a connection; what it may do follows the policies in force. */
  public Caller admit(EntityUid caller) {
    String kind = kind(caller);
    var groups = new HashSet<EntityUid>();
    if (kind.equals("uid") || kind.equals("loopback")) groups.add(LOCAL);
    if (caller.equals(self)) groups.add(SELF);
    var attributes =
        RecordValue.of(Map.of("kind", new StringValue(kind), "name", new StringValue(caller.id())));
    List<Caller.Proven> proven =
        kind.equals("svid")
            ? List.of(new Caller.Proven(svid(caller.id()), Question.Proof.SVID, Long.MAX_VALUE))
            : List.of();
    return new Caller(
        new Entity(caller, attributes, RecordValue.EMPTY, groups), this, proven, null);
  }

  /** The principal whose id is that SPIFFE id. */
  EntityUid svid(String id) {
    return EntityUid.of(svidType, id);
  }

  private static String kind(EntityUid caller) {
    if (!caller.type().equals(Caller.TYPE)) return "";
    if (caller.id().equals("loopback")) return "loopback";
    if (caller.id().startsWith("uid:")) return "uid";
    if (caller.id().startsWith("spiffe://")) return "svid";
    return caller.id().startsWith("jwt:") ? "jwt" : "";
  }

  AdminRules rules() {
    AdminPolicies now = inForce.get();
    AdminRules known = rules;
    if (!known.isOf(now)) {
      known = new AdminRules(now);
      rules = known;
    }
    return known;
  }
}
