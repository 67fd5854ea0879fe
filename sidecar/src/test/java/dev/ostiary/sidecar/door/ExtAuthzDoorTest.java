package dev.ostiary.sidecar.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ostiary.envoy.v3.AttributeContext;
import dev.ostiary.envoy.v3.AttributeContext.HttpRequest;
import dev.ostiary.envoy.v3.AuthorizationGrpc;
import dev.ostiary.envoy.v3.CheckRequest;
import dev.ostiary.sidecar.Served;
import dev.ostiary.sidecar.config.Key;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a gateway may send that the real ones of the other tests do not. */
final class ExtAuthzDoorTest {
  private static final String BODY = "{\"id\":\"one\"}";

  @TempDir private Path directory;
  private Served served;

  @BeforeEach
  void start() throws Exception {
    Gateway.writeBundle(directory);
    served = Served.in(directory);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  @Test
  void aBodyThatIsCutIsDeniedWhereTheRouteReadsIt() {
    assertEquals("permitted", posted(http -> {}));
    assertEquals("permitted", posted(http -> http.setSize(BODY.length())));
    assertEquals("body_incomplete", posted(http -> http.setSize(BODY.length() + 1)));
    assertEquals(
        "body_incomplete", posted(http -> http.putHeaders("x-envoy-auth-partial-body", "true")));
    assertEquals("body_incomplete", posted(http -> http.putHeaders("content-length", "4096")));
    assertEquals("body_incomplete", posted(http -> http.setBody("")));
    // A route that does not read the body does not mind.
    assertEquals(
        "permitted",
        code(http().setPath("/docs/one").putHeaders("x-envoy-auth-partial-body", "true")));
  }

  @Test
  void joinedHeadersAreTwoAndOtherNamesAreNone() {
    var joined = http().setPath("/docs/one").putHeaders("x-user", "ada,strict");
    assertEquals("duplicated_input", code(joined));
    var other = http().setPath("/docs/one").removeHeaders("x-user").putHeaders("x-usr", "ada");
    assertEquals("malformed_request", code(other));
    assertEquals("unknown_route", code(http().setPath("/docs/one").setMethod("PUT")));
    assertEquals("unknown_route", code(http().setPath("/docs/one/")));
    assertEquals("permitted", code(http().setPath("/docs/one").setMethod("HEAD")));
  }

  @Test
  void thePeerIsWhoTheGatewaySaysItIs() {
    var peer = AttributeContext.newBuilder().setRequest(request(http().setPath("/peer")));
    assertEquals("malformed_request", code(peer));
    peer.setSource(AttributeContext.Peer.newBuilder().setPrincipal("ada"));
    assertEquals("permitted", code(peer));
  }

  @Test
  void withoutASnapshotThereIsAnErrorAndNoDenial() throws Exception {
    Path empty = Files.createDirectory(directory.resolve("empty"));
    try (var none = Served.in(empty, Map.of(Key.BUNDLE, ""))) {
      var stub = AuthorizationGrpc.newBlockingStub(none.channel());
      var thrown =
          assertThrows(
              StatusRuntimeException.class, () -> stub.check(CheckRequest.getDefaultInstance()));
      assertEquals(Status.Code.UNAVAILABLE, thrown.getStatus().getCode());
    }
  }

  private static HttpRequest.Builder http() {
    return HttpRequest.newBuilder().setMethod("GET").putHeaders("x-user", "ada");
  }

  private String posted(Consumer<HttpRequest.Builder> change) {
    var http = http().setMethod("POST").setPath("/docs").setBody(BODY);
    change.accept(http);
    return code(http);
  }

  private String code(HttpRequest.Builder http) {
    return code(AttributeContext.newBuilder().setRequest(request(http)));
  }

  private static AttributeContext.Request request(HttpRequest.Builder http) {
    return AttributeContext.Request.newBuilder().setHttp(http).build();
  }

  private String code(AttributeContext.Builder attributes) {
    var response =
        AuthorizationGrpc.newBlockingStub(served.channel())
            .withDeadlineAfter(30, TimeUnit.SECONDS)
            .check(CheckRequest.newBuilder().setAttributes(attributes).build());
    String code = response.getDynamicMetadata().getFieldsOrThrow("reason_code").getStringValue();
    assertEquals(code.equals("permitted"), response.getStatus().getCode() == 0);
    assertEquals(code.equals("permitted"), response.hasOkResponse());
    return code;
  }
}
