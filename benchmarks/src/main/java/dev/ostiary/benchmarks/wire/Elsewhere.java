package dev.ostiary.benchmarks.wire;

import dev.ostiary.benchmarks.Workload;
import dev.ostiary.cedar.BoolValue;
import dev.ostiary.cedar.LongValue;
import dev.ostiary.cedar.Request;
import dev.ostiary.cedar.StringValue;
import dev.ostiary.cedar.Value;
import dev.ostiary.envoy.v3.AttributeContext;
import dev.ostiary.envoy.v3.CheckRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A workload's requests as the other doors are asked them.
 *
 * @param authzen whole HTTP requests
 * @param extAuthz Envoy's messages about requests that {@link #ROUTES} reads
 */
record Elsewhere(List<byte[]> authzen, List<byte[]> extAuthz) {
  /** The bundle's routes. */
  static final String ROUTES =
      """
      routes:
        - method: GET
          path: /{type}/{id}/{action}
          principal: { type: User, id: "{header.x-user}" }
          action: "{path.action}"
          resource: { type: "{path.type}", id: "{path.id}" }
          context: { purpose: "{header.x-purpose}", at: "{header.x-at}", managed: "{header.x-managed}", ip: "{header.x-ip}" }
      """;

  static Elsewhere of(Workload workload) {
    var authzen = new ArrayList<byte[]>();
    var extAuthz = new ArrayList<byte[]>();
    for (var request : workload.requests()) {
      authzen.add(authzen(request));
      extAuthz.add(extAuthz(request));
    }
    return new Elsewhere(authzen, extAuthz);
  }

  private static byte[] authzen(Request request) {
    var context = new StringBuilder();
    request
        .context()
        .attributes()
        .forEach((name, value) ->
            context
                .append(context.isEmpty() ? "" : ",")
                .append('"')
                .append(name)
                .append("\":")
                .append(
                    value instanceof StringValue(String text) ? '"' + text + '"' : text(value)));
    String body =
        """
        {"subject":{"type":"%s","id":"%s"},"action":{"name":"%s"},\
        "resource":{"type":"%s","id":"%s"},"context":{%s}}\
        """
            .formatted(
                request.principal().type(),
                request.principal().id(),
                request.action().id(),
                request.resource().type(),
                request.resource().id(),
                context);
    return """
    POST /access/v1/evaluation HTTP/1.1\r
    host: 127.0.0.1\r
    content-type: application/json\r
    content-length: %d\r
    \r
    %s\
    """
        .formatted(body.length(), body)
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] extAuthz(Request request) {
    var http =
        AttributeContext.HttpRequest.newBuilder()
            .setId("b2f6c1de-7d0c-4b9c-9d7a-0d0f9a7c5b11")
            .setMethod("GET")
            .setPath(
                "/%s/%s/%s"
                    .formatted(
                        request.resource().type(), request.resource().id(), request.action().id()))
            .putHeaders(":authority", "lab.example")
            .putHeaders("user-agent", "bench/1")
            .putHeaders("x-user", request.principal().id());
    request
        .context()
        .attributes()
        .forEach((name, value) -> http.putHeaders("x-" + name, text(value)));
    return CheckRequest.newBuilder()
        .setAttributes(
            AttributeContext.newBuilder()
                .setRequest(AttributeContext.Request.newBuilder().setHttp(http)))
        .build()
        .toByteArray();
  }

  private static String text(Value value) {
    if (value instanceof StringValue(String text)) return text;
    if (value instanceof LongValue(long number)) return Long.toString(number);
    if (value instanceof BoolValue bool) return Boolean.toString(bool.value());
    throw new IllegalArgumentException("not in the workload's contexts: " + value);
  }
}
