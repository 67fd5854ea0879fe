package dev.ostiary.sidecar.decide;

import dev.ostiary.cedar.Entity;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.cedar.RecordValue;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * All that one decision depends on besides the snapshot.
 *
 * @param caller who holds the other end of the connection
 * @param proof how the principal is known
 * @param nowMillis the moment of the question, in milliseconds since 1970; absent where the clock
 *     is not to be believed
 * @param context what the caller says of the circumstances, as it came
 * @param entities entities for this question only
 * @param atLeast the least revision to decide at
 */
public record Question(
    EntityUid caller,
    Proof proof,
    OptionalLong nowMillis,
    EntityUid principal,
    EntityUid action,
    EntityUid resource,
    RecordValue context,
    List<Entity> entities,
    Optional<Revision> atLeast) {

  /** How a principal is known. */
  public enum Proof {
    /** The caller says so. */
    ASSERTED("asserted"),
    /** A verified token. */
    JWT("jwt"),
    /** A verified X.509-SVID. */
    SVID("svid"),
    /** The service behind verifies it. */
    BACKEND("backend");

    private final String notation;

    Proof(String notation) {
      this.notation = notation;
    }

    /** As policies compare {@code context.principal_proof}. */
    public String notation() {
      return notation;
    }
  }
}
