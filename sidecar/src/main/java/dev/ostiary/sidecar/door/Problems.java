package dev.ostiary.sidecar.door;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import java.util.LinkedHashMap;

/**
 * Refused questions as HTTP says them.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a>
 */
final class Problems {
  private Problems() {}

  static int status(Why why) {
    return switch (why) {
      case MALFORMED_REQUEST,
          RESERVED_CONTEXT,
          SCHEMA_MISMATCH,
          ENTITY_NOT_INLINE,
          ENTITY_REFUSED,
          SUBJECT_IN_USE,
          SUBJECT_UNKNOWN,
          PATH_NOT_NORMALIZED,
          DUPLICATED_INPUT,
          BODY_INCOMPLETE ->
          400;
      case TOKEN_REFUSED -> 401;
      case CALLER_NOT_PERMITTED, UNKNOWN_ROUTE -> 403;
      case UNKNOWN_METHOD -> 404;
      case OTHER_REVISION, REVISION_DIFFERS, ENTITY_NOT_PUT -> 412;
      case REQUEST_TOO_LARGE -> 413;
      case OVERLOADED -> 429;
      case INTERNAL -> 500;
      case KEYS_UNAVAILABLE,
          REVISION_NOT_REACHED,
          NO_SNAPSHOT,
          CLOCK_BEHIND,
          LOG_UNAVAILABLE,
          DRAINING,
          CANCELLED ->
          503;
      case DEADLINE_EXCEEDED -> 504;
    };
  }

  /** Whether a question was asked and has no place in the schema: then it is denied. */
  static boolean isDenial(Why why) {
    return switch (why) {
      case RESERVED_CONTEXT,
          SCHEMA_MISMATCH,
          ENTITY_NOT_INLINE,
          TOKEN_REFUSED,
          UNKNOWN_ROUTE,
          PATH_NOT_NORMALIZED,
          DUPLICATED_INPUT,
          BODY_INCOMPLETE ->
          true;
      case MALFORMED_REQUEST,
          REQUEST_TOO_LARGE,
          CALLER_NOT_PERMITTED,
          KEYS_UNAVAILABLE,
          UNKNOWN_METHOD,
          OTHER_REVISION,
          REVISION_NOT_REACHED,
          REVISION_DIFFERS,
          ENTITY_NOT_PUT,
          ENTITY_REFUSED,
          SUBJECT_IN_USE,
          SUBJECT_UNKNOWN,
          NO_SNAPSHOT,
          CLOCK_BEHIND,
          LOG_UNAVAILABLE,
          DRAINING,
          OVERLOADED,
          DEADLINE_EXCEEDED,
          CANCELLED,
          INTERNAL ->
          false;
    };
  }

  /** Whether the sidecar cannot answer, rather than the question being none. */
  static boolean isOwnFault(Why why) {
    return !isDenial(why) && why != Why.MALFORMED_REQUEST && why != Why.REQUEST_TOO_LARGE;
  }

  static Json json(Refused refused) {
    var problem = new LinkedHashMap<String, Json>();
    problem.put("title", Json.of(refused.message()));
    problem.put("status", Json.of(status(refused.why())));
    problem.put("reason", Json.of(refused.why().name()));
    if (!refused.field().isEmpty()) problem.put("field", Json.of(refused.field()));
    return Json.of(problem);
  }
}
