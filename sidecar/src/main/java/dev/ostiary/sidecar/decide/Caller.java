package dev.ostiary.sidecar.decide;

import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.sidecar.decide.Question.Proof;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who holds the other end of a connection, and what the sidecar's own policies let it do. What
 * depends on the caller alone is worked out once, until other policies are in force. Any thread.
 */
public final class Caller {
  /** The type of callers. */
  public static final String TYPE = "Ostiary::Caller";

  private final Entity entity;
  private final Admission admission;
  private final List<Proven> proven;
  private final @Nullable Bearer bearer;
  private volatile @Nullable Rights rights;

  /** What may be done by those rules, and what is asked each time, as it depends on more. */
  private record Rights(AdminRules rules, Set<Right> allowed, Set<Right> depending) {}

  Caller(Entity entity, Admission admission, List<Proven> proven, @Nullable Bearer bearer) {
    this.entity = entity;
    this.admission = admission;
    this.proven = proven;
    this.bearer = bearer;
  }

  /**
   * A principal that is more than asserted.
   *
   * @param untilMillis when that ends, in milliseconds since 1970
   */
  public record Proven(EntityUid principal, Proof proof, long untilMillis) {}

  /** Whose token a call carries, and the principal that it names. */
  record Bearer(EntityUid principal, Caller caller) {}

  /**
   * The same with the caller's token. Where that names the principal of a question, the principal
   * is proven. Where it names somebody else, it is the caller's own, and so is the question.
   *
   * @param subject who the token was given to
   */
  public Caller with(Proven token, String subject) {
    Caller own = admission.admit(EntityUid.of(TYPE, "jwt:" + subject));
    return new Caller(entity, admission, and(token), new Bearer(token.principal, own));
  }

  /** The same for a request that carries a proof of its own. */
  public Caller proving(Proven more) {
    return new Caller(entity, admission, and(more), bearer);
  }

  /** The same for a request of that peer, if this is a gateway that may say so. */
  public Caller vouching(String peer) {
    if (!peer.startsWith("spiffe://") || !may(Right.VOUCH)) return this;
    return proving(new Proven(admission.svid(peer), Proof.SVID, Long.MAX_VALUE));
  }

  /**
   * The same for a request of that principal to a service that verifies who it is, if this is a
   * gateway that may say so.
   */
  public Caller verifying(EntityUid principal, Right vouch) {
    return may(vouch) ? proving(new Proven(principal, Proof.BACKEND, Long.MAX_VALUE)) : this;
  }

  private List<Proven> and(Proven more) {
    var all = new ArrayList<>(proven);
    all.add(more);
    return List.copyOf(all);
  }

  /** Who asks about that principal. */
  public Caller asking(EntityUid principal) {
    return bearer == null || bearer.principal.equals(principal) ? this : bearer.caller;
  }

  /**
   * How that principal is known.
   *
   * @param nowMillis absent where the clock is not to be believed
   */
  public Proof proof(EntityUid principal, OptionalLong nowMillis) {
    for (Proven each : proven)
      if (each.principal.equals(principal)
          && (each.untilMillis == Long.MAX_VALUE
              || (nowMillis.isPresent() && nowMillis.getAsLong() < each.untilMillis)))
        return each.proof;
    return Proof.ASSERTED;
  }

  /** Its entity, such as {@code Ostiary::Caller::"uid:1000"}. */
  public EntityUid uid() {
    return entity.uid();
  }

  /** Whether it may do that, or may where what it does decides. */
  public boolean may(Right right) {
    Rights now = rights();
    return now.allowed.contains(right)
        || now.depending.contains(right)
        || (bearer != null && bearer.caller.may(right));
  }

  /** Whether it may ask that. */
  public boolean may(Right right, Question question) {
    Caller asking = asking(question.principal());
    return asking == this ? mayAsk(right, question) : asking.mayAsk(right, question);
  }

  private boolean mayAsk(Right right, Question question) {
    Rights now = rights();
    if (!now.depending.contains(right)) return now.allowed.contains(right);
    var context =
        RecordValue.of(
            Map.of(
                "principal",
                record(question.principal()),
                "principal_proof",
                new StringValue(question.proof().notation())));
    return now.rules.allows(entity, right, context);
  }

  /** Whether it may put or delete that entity. */
  public boolean mayChange(EntityUid changed) {
    Rights now = rights();
    if (!now.depending.contains(Right.FACTS)) return now.allowed.contains(Right.FACTS);
    return now.rules.allows(entity, Right.FACTS, RecordValue.of(Map.of("entity", record(changed))));
  }

  private static RecordValue record(EntityUid uid) {
    return RecordValue.of(
        Map.of("type", new StringValue(uid.type()), "id", new StringValue(uid.id())));
  }

  private Rights rights() {
    AdminRules now = admission.rules();
    Rights known = rights;
    if (known != null && known.rules == now) return known;
    var allowed = EnumSet.noneOf(Right.class);
    var depending = EnumSet.noneOf(Right.class);
    for (Right right : Right.values()) {
      if (now.depends(entity, right)) depending.add(right);
      else if (now.allows(entity, right, RecordValue.EMPTY)) allowed.add(right);
    }
    var worked = new Rights(now, allowed, depending);
    rights = worked;
    return worked;
  }

  /** What can be asked of the sidecar itself: an action of its own policies, and on what. */
  public enum Right {
    /** Check, CheckBatch and CheckStream. */
    CHECK("check", "Door", "grpc"),
    /** Explain. */
    EXPLAIN("explain", "Door", "grpc"),
    /** Envoy's questions. */
    EXT_AUTHZ("check", "Door", "ext_authz"),
    /** AuthZEN's evaluations. */
    AUTHZEN("check", "Door", "authzen"),
    /** AuthZEN's searches. */
    SEARCH("search", "Door", "authzen"),
    /** Questions in the shape of OPA's. */
    OPA("check", "Door", "opa"),
    /** nginx's questions. */
    AUTH_REQUEST("check", "Door", "auth_request"),
    /** To be believed when Envoy says who its own peer is, or what stands behind it verifies. */
    VOUCH("vouch", "Door", "ext_authz"),
    /** To be believed when nginx says what stands behind it verifies. */
    VOUCH_AUTH_REQUEST("vouch", "Door", "auth_request"),
    /** To be believed when a service says whom it has verified. */
    VOUCH_OPA("vouch", "Door", "opa"),
    /** Health and readiness. */
    HEALTH("health", "Sidecar", "this"),
    /** Which services there are. */
    REFLECT("reflect", "Sidecar", "this"),
    /** Metrics. */
    METRICS("metrics", "Sidecar", "this"),
    /** Append facts. */
    FACTS("facts", "Sidecar", "this"),
    /** Read the decision log. */
    LOG("log", "Log", "decisions"),
    /** Read the fact log. */
    FACT_LOG("log", "Log", "facts"),
    /** Turn tokens in the decision log back into names. */
    REVEAL("reveal", "Log", "decisions"),
    /** Whatever else changes the sidecar. */
    ADMINISTER("administer", "Sidecar", "this");

    private final String action;
    private final String type;
    private final String id;

    Right(String action, String type, String id) {
      this.action = action;
      this.type = type;
      this.id = id;
    }

    EntityUid action() {
      return EntityUid.of("Ostiary::Action", action);
    }

    EntityUid resource() {
      return EntityUid.of("Ostiary::" + type, id);
    }
  }
}
