package dev.ostiary.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.ostiary.v1.Refusal;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why there is no answer. A caller that gets one denies.
 *
 * @param kind what went wrong, for code
 * @param reason the sidecar's {@code ErrorInfo} reason, for example {@code RESERVED_CONTEXT}; empty
 *     where the failure is not the sidecar's
 * @param message what went wrong, for people
 * @param field path of the field at fault within the request; empty where none is
 * @param retryDelay how long the sidecar asks to wait before asking again; empty where it does not
 *     say so
 */
public record Failure(
    Kind kind, String reason, String message, String field, Optional<Duration> retryDelay) {

  /** What went wrong. */
  public enum Kind {
    /** No answer came within the deadline. */
    TIMEOUT,
    /** The sidecar cannot be reached, cannot decide, or cannot write its log. */
    UNAVAILABLE,
    /** The request is malformed or does not fit the schema; {@link Failure#field} says where. */
    INVALID_REQUEST,
    /** This caller may not ask this. */
    NOT_PERMITTED_TO_ASK,
    /** Over a limit of rate or size, the sidecar's or this client's. */
    OVERLOADED,
    /** The revision asked for belongs to another log or epoch. */
    WRONG_REVISION,
    /** The caller stopped waiting. */
    CANCELLED,
    /** What came back is not an answer of this protocol. */
    PROTOCOL
  }

  static Failure protocol(String message) {
    return of(Kind.PROTOCOL, message);
  }

  static Failure of(Kind kind, String message) {
    return new Failure(kind, "", message, "", Optional.empty());
  }

  static Failure of(Status status, @Nullable Metadata trailers) {
    String message = Objects.requireNonNullElse(status.getDescription(), status.getCode().name());
    // gRPC cancels a call whose reply it cannot parse, and keeps the parser's complaint as cause.
    boolean garbled =
        status.getCode() == Status.Code.CANCELLED
            && status.getCause() instanceof StatusRuntimeException;
    var failure = of(garbled ? Kind.PROTOCOL : kind(status.getCode()), message);
    var rich = StatusProto.fromStatusAndTrailers(status, trailers);
    try {
      for (Any detail : rich.getDetailsList()) failure = failure.with(detail);
    } catch (InvalidProtocolBufferException unreadable) {
      return protocol("unreadable error details: " + message);
    }
    return failure;
  }

  static Failure of(Refusal refusal) {
    return new Failure(
        kind(Status.fromCodeValue(refusal.getCode()).getCode()),
        refusal.getReason(),
        refusal.getMessage(),
        refusal.getField(),
        refusal.hasRetryDelay() ? delay(refusal.getRetryDelay()) : Optional.empty());
  }

  private Failure with(Any detail) throws InvalidProtocolBufferException {
    if (detail.is(ErrorInfo.class)) {
      String named = detail.unpack(ErrorInfo.class).getReason();
      return new Failure(kind, named, message, field, retryDelay);
    }
    if (detail.is(BadRequest.class)) {
      var violations = detail.unpack(BadRequest.class).getFieldViolationsList();
      if (violations.isEmpty()) return this;
      return new Failure(kind, reason, message, violations.get(0).getField(), retryDelay);
    }
    if (detail.is(RetryInfo.class)) {
      var delay = delay(detail.unpack(RetryInfo.class).getRetryDelay());
      return new Failure(kind, reason, message, field, delay);
    }
    return this;
  }

  /** A delay out of any sensible range is no delay to wait for. */
  private static Optional<Duration> delay(com.google.protobuf.Duration delay) {
    if (delay.getSeconds() < 0 || delay.getNanos() < 0 || delay.getSeconds() > 86_400) {
      return Optional.empty();
    }
    return Optional.of(Duration.ofSeconds(delay.getSeconds(), delay.getNanos()));
  }

  private static Kind kind(Status.Code code) {
    return switch (code) {
      case DEADLINE_EXCEEDED -> Kind.TIMEOUT;
      case UNAVAILABLE -> Kind.UNAVAILABLE;
      case INVALID_ARGUMENT -> Kind.INVALID_REQUEST;
      case PERMISSION_DENIED, UNAUTHENTICATED -> Kind.NOT_PERMITTED_TO_ASK;
      case RESOURCE_EXHAUSTED -> Kind.OVERLOADED;
      case FAILED_PRECONDITION -> Kind.WRONG_REVISION;
      case CANCELLED -> Kind.CANCELLED;
      case OK, UNKNOWN, NOT_FOUND, ALREADY_EXISTS, ABORTED, OUT_OF_RANGE -> Kind.PROTOCOL;
      case UNIMPLEMENTED, INTERNAL, DATA_LOSS -> Kind.PROTOCOL;
    };
  }
}
