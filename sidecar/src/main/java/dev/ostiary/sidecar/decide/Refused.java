package dev.ostiary.sidecar.decide;

import java.time.Duration;
import java.util.Optional;

/**
 * A question that has no answer; never an allow or a deny.
 *
 * @param why the reason, for programs
 * @param message what was wrong, in one line
 * @param field path of the field at fault; empty where none is
 * @param retryAfter when it is worth asking again
 */
public record Refused(Why why, String message, String field, Optional<Duration> retryAfter)
    implements Result {
  /** Where a message of the engine goes on with the value that it did not expect. */
  private static final String VALUE = ", got `";

  public Refused {
    // A value may be a credential that came to the wrong place, and errors end up in logs.
    int value = message.indexOf(VALUE);
    if (value >= 0) message = message.substring(0, value);
  }

  /** The request itself is at fault. */
  public static Refused of(Why why, String field, String message) {
    return new Refused(why, message, field, Optional.empty());
  }

  /** The sidecar cannot answer now. */
  public static Refused later(Why why, String message, Duration retryAfter) {
    return new Refused(why, message, "", Optional.of(retryAfter));
  }

  /** Why a question has no answer; the names are the {@code ErrorInfo} reasons. */
  public enum Why {
    /** The bytes are no request, or a part of it is missing, empty or not of its form. */
    MALFORMED_REQUEST,
    /** The request is larger, deeper or longer than is read. */
    REQUEST_TOO_LARGE,
    /** The caller sent a context attribute that only the sidecar gives. */
    RESERVED_CONTEXT,
    /** The request does not fit the schema in force. */
    SCHEMA_MISMATCH,
    /** An entity given with the request may not be. */
    ENTITY_NOT_INLINE,
    /** {@code at_least} is of another fact log or epoch. */
    OTHER_REVISION,
    /** {@code at_least} is not reached yet. */
    REVISION_NOT_REACHED,
    /** A change expects another revision than the one in force. */
    REVISION_DIFFERS,
    /** An entity to delete was not put. */
    ENTITY_NOT_PUT,
    /** An entity cannot stand among the others. */
    ENTITY_REFUSED,
    /** A subject is named by the bundle in force, or under legal hold. */
    SUBJECT_IN_USE,
    /** Nothing is known of a subject. */
    SUBJECT_UNKNOWN,
    /** There is no snapshot to decide by. */
    NO_SNAPSHOT,
    /** The clock stands before the last entry or fact. */
    CLOCK_BEHIND,
    /** This caller may not ask this. */
    CALLER_NOT_PERMITTED,
    /** The token that came is not to be believed, or one is needed and none came. */
    TOKEN_REFUSED,
    /** The keys that a token is verified by are not to be had now. */
    KEYS_UNAVAILABLE,
    /** There is no such method. */
    UNKNOWN_METHOD,
    /** The bundle's map has no such route. */
    UNKNOWN_ROUTE,
    /** The path could be read as another one: dot segments, encoded or repeated slashes. */
    PATH_NOT_NORMALIZED,
    /** Something that is read once comes twice: a header, a query argument, a JSON key. */
    DUPLICATED_INPUT,
    /** The route reads the body, and not all of it is there. */
    BODY_INCOMPLETE,
    /** The log does not take the entry. */
    LOG_UNAVAILABLE,
    /** Too much is asked at once. */
    OVERLOADED,
    /** The process is stopping. */
    DRAINING,
    /** The caller stopped waiting. */
    DEADLINE_EXCEEDED,
    /** The caller went away. */
    CANCELLED,
    /** A defect of this program. */
    INTERNAL
  }
}
