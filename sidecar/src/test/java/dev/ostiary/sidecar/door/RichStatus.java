package dev.ostiary.sidecar.door;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;

/** A rich status as a client reads it. */
record RichStatus(
    Status.Code code, String reason, String domain, String field, boolean retry, String message) {
  static RichStatus of(StatusRuntimeException e) throws InvalidProtocolBufferException {
    String reason = "";
    String domain = "";
    String field = "";
    boolean retry = false;
    var details = StatusProto.fromThrowable(e);
    if (details == null)
      return new RichStatus(
          e.getStatus().getCode(),
          "",
          "",
          "",
          false,
          String.valueOf(e.getStatus().getDescription()));
    for (var any : details.getDetailsList()) {
      if (any.is(ErrorInfo.class)) {
        reason = any.unpack(ErrorInfo.class).getReason();
        domain = any.unpack(ErrorInfo.class).getDomain();
      }
      if (any.is(BadRequest.class))
        field = any.unpack(BadRequest.class).getFieldViolations(0).getField();
      retry |= any.is(RetryInfo.class);
    }
    return new RichStatus(
        e.getStatus().getCode(), reason, domain, field, retry, details.getMessage());
  }
}
