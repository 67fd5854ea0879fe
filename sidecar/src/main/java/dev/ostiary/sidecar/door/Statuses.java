package dev.ostiary.sidecar.door;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.v1.Refusal;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;

/** Refused questions as gRPC says them: a status with its rich details. */
final class Statuses {
  private static final String DOMAIN = "ostiary.dev";
  private static final Metadata.Key<com.google.rpc.Status> DETAILS =
      Metadata.Key.of(
          "grpc-status-details-bin",
          ProtoUtils.metadataMarshaller(com.google.rpc.Status.getDefaultInstance()));

  private Statuses() {}

  static Refused notPermitted(Caller caller) {
    return Refused.of(
        Refused.Why.CALLER_NOT_PERMITTED, "", "`" + caller.uid() + "` may not ask this");
  }

  static Code code(Refused.Why why) {
    return switch (why) {
      case MALFORMED_REQUEST,
          REQUEST_TOO_LARGE,
          RESERVED_CONTEXT,
          SCHEMA_MISMATCH,
          ENTITY_NOT_INLINE,
          ENTITY_REFUSED,
          PATH_NOT_NORMALIZED,
          DUPLICATED_INPUT,
          BODY_INCOMPLETE ->
          Code.INVALID_ARGUMENT;
      case OTHER_REVISION, ENTITY_NOT_PUT, SUBJECT_IN_USE -> Code.FAILED_PRECONDITION;
      case SUBJECT_UNKNOWN -> Code.NOT_FOUND;
      case REVISION_DIFFERS -> Code.ABORTED;
      case TOKEN_REFUSED -> Code.UNAUTHENTICATED;
      case KEYS_UNAVAILABLE,
          REVISION_NOT_REACHED,
          NO_SNAPSHOT,
          CLOCK_BEHIND,
          LOG_UNAVAILABLE,
          DRAINING ->
          Code.UNAVAILABLE;
      case CALLER_NOT_PERMITTED, UNKNOWN_ROUTE -> Code.PERMISSION_DENIED;
      case OVERLOADED -> Code.RESOURCE_EXHAUSTED;
      case UNKNOWN_METHOD -> Code.UNIMPLEMENTED;
      case DEADLINE_EXCEEDED -> Code.DEADLINE_EXCEEDED;
      case CANCELLED -> Code.CANCELLED;
      case INTERNAL -> Code.INTERNAL;
    };
  }

  /** The status without its details. */
  static Status status(Refused refused) {
    return Status.fromCodeValue(code(refused.why()).getNumber()).withDescription(refused.message());
  }

  /** The trailers that carry the details. */
  static Metadata trailers(Refused refused) {
    var status =
        com.google.rpc.Status.newBuilder()
            .setCode(code(refused.why()).getNumber())
            .setMessage(refused.message())
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setReason(refused.why().name())
                        .setDomain(DOMAIN)
                        .build()));
    if (!refused.field().isEmpty()) {
      var violation =
          BadRequest.FieldViolation.newBuilder()
              .setField(refused.field())
              .setDescription(refused.message())
              .setReason(refused.why().name());
      status.addDetails(Any.pack(BadRequest.newBuilder().addFieldViolations(violation).build()));
    }
    refused
        .retryAfter()
        .ifPresent(delay ->
            status.addDetails(
                Any.pack(RetryInfo.newBuilder().setRetryDelay(duration(delay)).build())));
    var trailers = new Metadata();
    trailers.put(DETAILS, status.build());
    return trailers;
  }

  /** The same as a part of a batch or stream. */
  static Refusal refusal(Refused refused) {
    var refusal =
        Refusal.newBuilder()
            .setCode(code(refused.why()).getNumber())
            .setReason(refused.why().name())
            .setMessage(refused.message())
            .setField(refused.field());
    refused.retryAfter().ifPresent(delay -> refusal.setRetryDelay(duration(delay)));
    return refusal.build();
  }

  static Duration duration(java.time.Duration duration) {
    return Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }
}
