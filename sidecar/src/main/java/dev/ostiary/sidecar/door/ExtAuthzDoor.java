package dev.ostiary.sidecar.door;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.Code;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.envoy.v3.AttributeContext;
import dev.ostiary.envoy.v3.AuthorizationGrpc;
import dev.ostiary.envoy.v3.CheckRequest;
import dev.ostiary.envoy.v3.CheckResponse;
import dev.ostiary.envoy.v3.DeniedHttpResponse;
import dev.ostiary.envoy.v3.HeaderValue;
import dev.ostiary.envoy.v3.HeaderValueOption;
import dev.ostiary.envoy.v3.HttpStatus;
import dev.ostiary.envoy.v3.OkHttpResponse;
import dev.ostiary.envoy.v3.Status;
import dev.ostiary.record.v1.Door;
import dev.ostiary.sidecar.bundle.Route;
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.decide.Caller.Right;
import dev.ostiary.sidecar.decide.Question;
import dev.ostiary.sidecar.decide.Refused.Why;
import dev.ostiary.sidecar.identity.Presented;
import dev.ostiary.sidecar.metrics.Meters;
import dev.ostiary.sidecar.record.Call;
import dev.ostiary.sidecar.record.Call.Trace;
import dev.ostiary.v1.Decision;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * {@code envoy.service.auth.v3.Authorization}: what the bundle's routes do not know, or cannot read
 * for sure, is denied; what the sidecar cannot answer is an error, on which Envoy fails closed.
 */
final class ExtAuthzDoor {
  private static final String METHOD = AuthorizationGrpc.getCheckMethod().getFullMethodName();
  private static final int MAX_ID = 256;
  private static final String PARTIAL = "x-envoy-auth-partial-body";

  private final Asking asking;
  private final Meters meters;
  private final int messageBytes;
  private final int batch;

  /**
   * A door to {@code asking}.
   *
   * @param batch how much a request may ask at most
   */
  ExtAuthzDoor(Asking asking, Meters meters, int messageBytes, int batch) {
    this.asking = asking;
    this.meters = meters;
    this.messageBytes = messageBytes;
    this.batch = batch;
  }

  ServerServiceDefinition service() {
    var generated = AuthorizationGrpc.getServiceDescriptor();
    var method = AuthorizationGrpc.getCheckMethod();
    var check =
        method.toBuilder(
                Received.marshaller(CheckRequest.parser(), messageBytes),
                method.getResponseMarshaller())
            .build();
    var descriptor =
        ServiceDescriptor.newBuilder(generated.getName())
            .setSchemaDescriptor(generated.getSchemaDescriptor())
            .addMethod(check)
            .build();
    return ServerServiceDefinition.builder(descriptor)
        .addMethod(
            ServerMethodDefinition.create(
                check, UnaryCall.handler(this::check, Right.EXT_AUTHZ, asking, meters)))
        .build();
  }

  private void check(
      CheckRequest request,
      Caller caller,
      Trace trace,
      long arrivedNanos,
      Consumer<UnaryCall.End<CheckResponse>> end) {
    var http = request.getAttributes().getRequest().getHttp();
    var call =
        new Call(
            Door.DOOR_EXT_AUTHZ,
            http.getId().length() > MAX_ID ? "" : http.getId(),
            trace.equals(Trace.NONE)
                ? TraceParent.parse(http.getHeadersMap().get("traceparent"))
                : trace,
            arrivedNanos);
    // The request's own token; one in the call's metadata is the gateway's.
    String token = http.getHeadersMap().get("authorization");
    asking.presented(
        () -> token == null ? List.of() : List.of(token),
        presented ->
            ask(
                request.getAttributes(),
                presented,
                caller,
                call,
                reply -> end(reply, caller, end)));
  }

  private void ask(
      AttributeContext attributes,
      Presented presented,
      Caller caller,
      Call call,
      Consumer<Asking.Reply> reply) {
    var snapshot = asking.snapshot();
    if (snapshot.isEmpty()) {
      reply.accept(new Asking.Reply.Without(Asking.noSnapshot()));
      return;
    }
    List<Question> questions;
    try {
      questions =
          request(attributes, presented)
              .questions(snapshot.get(), caller, Right.VOUCH, asking.nowMillis(), batch);
    } catch (Unreadable e) {
      reply.accept(new Asking.Reply.Without(e.refused()));
      return;
    }
    Together.ask(asking, questions, caller, Right.EXT_AUTHZ, snapshot.get(), call, reply);
  }

  private record Sent(Map<String, String> headers) implements GatewayRequest.Headers {
    @Override
    public Collection<String> names() {
      return headers.keySet();
    }

    @Override
    public List<String> values(String name) {
      String value = headers.get(name);
      return value == null ? List.of() : List.of(value);
    }
  }

  private static GatewayRequest request(AttributeContext attributes, Presented presented) {
    var http = attributes.getRequest().getHttp();
    return new GatewayRequest(
        http.getMethod(),
        http.getPath(),
        new Sent(http.getHeadersMap()),
        attributes.getContextExtensionsMap(),
        attributes.getSource().getPrincipal(),
        presented,
        format -> body(http, format));
  }

  /** The body, if all of it is there: Envoy cuts what is too long, and sends the whole of it on. */
  private static JsonObject body(AttributeContext.HttpRequest http, Route.Format format)
      throws Unreadable {
    ByteString body =
        http.getRawBody().isEmpty() ? ByteString.copyFromUtf8(http.getBody()) : http.getRawBody();
    String length = http.getHeadersMap().get("content-length");
    boolean cut =
        "true".equals(http.getHeadersMap().get(PARTIAL))
            || (http.getSize() > 0 && http.getSize() != body.size())
            || (length != null && !length.equals(Integer.toString(body.size())));
    if (cut || body.isEmpty())
      throw new Unreadable(Why.BODY_INCOMPLETE, "body", "not all of the body is there");
    return switch (format) {
      case JSON -> JsonBody.object(body.toByteArray());
      case XML -> XmlBody.object(body.toByteArray());
    };
  }

  private void end(Asking.Reply reply, Caller caller, Consumer<UnaryCall.End<CheckResponse>> end) {
    switch (reply) {
      case Asking.Reply.Answered(var written) -> {
        var response = written.response();
        end.accept(
            new UnaryCall.End.Answered<>(
                response.getDecision() == Decision.DECISION_ALLOW
                    ? passed(response)
                    : denied(Challenges.of(response), response.getDecisionId())));
      }
      case Asking.Reply.Without(var refused) -> {
        if (Problems.isOwnFault(refused.why())) {
          end.accept(new UnaryCall.End.Without<>(refused));
        } else {
          asking.count(refused, caller, METHOD);
          end.accept(new UnaryCall.End.Answered<>(denied(Challenges.of(refused), "")));
        }
      }
    }
  }

  private static CheckResponse passed(dev.ostiary.v1.CheckResponse allowed) {
    String id = allowed.getDecisionId();
    var passed =
        OkHttpResponse.newBuilder().addResponseHeadersToAdd(header(Challenges.DECISION_ID, id));
    String obligations = Challenges.obligations(allowed);
    if (!obligations.isEmpty()) passed.addHeaders(header(Challenges.OBLIGATIONS, obligations));
    return CheckResponse.newBuilder()
        .setStatus(Status.newBuilder().setCode(Code.OK_VALUE))
        .setOkResponse(passed)
        .setDynamicMetadata(metadata(id, "permitted"))
        .build();
  }

  private static CheckResponse denied(Challenges challenges, String id) {
    var denied =
        DeniedHttpResponse.newBuilder()
            .setStatus(HttpStatus.newBuilder().setCode(challenges.status()))
            .setBody(challenges.body())
            .addHeaders(header("content-type", "application/json"));
    challenges.headers().forEach((name, value) -> denied.addHeaders(header(name, value)));
    String code = challenges.headers().getOrDefault(Challenges.REASON_CODE, "");
    return CheckResponse.newBuilder()
        .setStatus(Status.newBuilder().setCode(Code.PERMISSION_DENIED_VALUE).setMessage(code))
        .setDeniedResponse(denied)
        .setDynamicMetadata(metadata(id, code))
        .build();
  }

  private static Struct metadata(String id, String code) {
    return Struct.newBuilder()
        .putFields("decision_id", Value.newBuilder().setStringValue(id).build())
        .putFields("reason_code", Value.newBuilder().setStringValue(code).build())
        .build();
  }

  private static HeaderValueOption header(String name, String value) {
    return HeaderValueOption.newBuilder()
        .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
        .setAppendAction(HeaderValueOption.HeaderAppendAction.HEADER_APPEND_ACTION_OVERWRITE)
        .build();
  }
}
