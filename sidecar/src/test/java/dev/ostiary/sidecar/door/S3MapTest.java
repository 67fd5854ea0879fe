package dev.ostiary.sidecar.door;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import dev.ostiary.envoy.v3.AttributeContext;
import dev.ostiary.envoy.v3.AttributeContext.HttpRequest;
import dev.ostiary.envoy.v3.AuthorizationGrpc;
import dev.ostiary.envoy.v3.CheckRequest;
import dev.ostiary.sidecar.Served;
import dev.ostiary.sidecar.config.Key;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What clients of a store may send that the usual one does not, by the map in {@code examples/s3}.
 */
final class S3MapTest {
  private static final Path EXAMPLE = Path.of(System.getProperty("ostiary.root"), "examples", "s3");
  private static final String SIGNED =
      "AWS4-HMAC-SHA256 Credential=ANAFORTRAINING/20260102/us-east-1/s3/aws4_request,"
          + " SignedHeaders=host;x-amz-date, Signature="
          + "0123456789abcdef".repeat(4);
  private static final String KEY = "<Object><Key>projects/vision/a</Key></Object>";

  @TempDir static Path directory;
  private static Served served;

  @BeforeAll
  static void start() throws Exception {
    served = Served.in(directory, Map.of(Key.BUNDLE, EXAMPLE.toString()));
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  @Test
  void aKeyIsVerifiedBehindOnlyIfTheGatewayMaySaySo() throws Exception {
    assertEquals("permitted", code(served, http("GET", "/lab/datasets/street/1")));
    Path own = Files.createDirectories(directory.resolve("own/bundle/entities"));
    for (String file : new String[] {"bundle.yaml", "s3.cedar", "s3.cedarschema"})
      Files.copy(EXAMPLE.resolve(file), own.resolveSibling(file));
    Files.copy(EXAMPLE.resolve("entities/all.json"), own.resolve("all.json"));
    try (var without = Served.in(directory.resolve("own"))) {
      assertEquals("forbidden", code(without, http("GET", "/lab/datasets/street/1")));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = true,
      textBlock =
          """
          permitted         | <Delete>KEY</Delete>
          permitted         | <?xml version="1.0" encoding="utf-8"?><Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet> KEY KEY</Delete>
          no_permit         | <Delete>KEY<Object><Key>projects/audio/1</Key></Object></Delete>
          unknown_route     | <Delete>KEY<Object><Key>elsewhere</Key></Object></Delete>
          path_not_normalized | <Delete>KEY<Object><Key>projects/vision/../audio/1</Key></Object></Delete>
          path_not_normalized | <Delete>KEY<Object><Key>projects/vision/%2e%2e/audio/1</Key></Object></Delete>
          path_not_normalized | <Delete>KEY<Object><Key>projects/vision//a</Key></Object></Delete>
          no_permit         | <Delete>KEY<Object><Key>projects/vision/a</Key><VersionId>1</VersionId></Object></Delete>
          malformed_request | <Delete>KEY<Object><Key>projects/vision/a</Key><Key>projects/audio/1</Key></Object></Delete>
          malformed_request | <Delete>KEY<Object></Object></Delete>
          malformed_request | <Delete>KEY<Object/></Delete>
          malformed_request | <Delete></Delete>
          malformed_request | <delete>KEY</delete>
          malformed_request | <x:Delete xmlns:x="http://s3.amazonaws.com/doc/2006-03-01/">KEY</x:Delete>
          malformed_request | <Delete>KEY<x:Object xmlns:x="a"><Key>projects/audio/1</Key></x:Object></Delete>
          malformed_request | <Delete>KEY<Object a="b"><Key>projects/vision/a</Key></Object></Delete>
          malformed_request | <Delete><Object><Key>projects/vision/<!-- -->a</Key></Object></Delete>
          permitted         | <Delete><Object><Key>projects/<![CDATA[vision]]>/a</Key></Object></Delete>
          malformed_request | <Delete><Object><Key>projects/vision/<?a b?>a</Key></Object></Delete>
          malformed_request | <Delete><Object><Key>projects/vision/<b/>a</Key></Object></Delete>
          malformed_request | <!DOCTYPE Delete [<!ENTITY a "projects/vision/a">]><Delete><Object><Key>&a;</Key></Object></Delete>
          malformed_request | <!DOCTYPE Delete SYSTEM "file:///etc/passwd"><Delete>KEY</Delete>
          malformed_request | <?xml version="1.0" encoding="ISO-8859-1"?><Delete>KEY</Delete>
          malformed_request | <?xml version="1.1"?><Delete>KEY</Delete>
          malformed_request | <Delete>KEY</Delete><Delete>KEY</Delete>
          malformed_request | <Delete>KEY
          malformed_request | {"Delete":{"Object":{"Key":"projects/vision/a"}}}
          """)
  void eachOfSeveralKeysIsDecidedOrNothingIs(String code, String body) {
    var http = http("POST", "/lab?delete");
    http.setRawBody(ByteString.copyFromUtf8(body.replace("KEY", KEY)));
    assertEquals(code, code(served, http));
  }

  @Test
  void noMoreIsAskedThanABatchHolds() {
    var http = http("POST", "/lab?delete");
    http.setRawBody(ByteString.copyFromUtf8("<Delete>" + KEY.repeat(1_000) + "</Delete>"));
    assertEquals("permitted", code(served, http));
    http.setRawBody(ByteString.copyFromUtf8("<Delete>" + KEY.repeat(1_001) + "</Delete>"));
    assertEquals("request_too_large", code(served, http));
    assertEquals("body_incomplete", code(served, http.clearRawBody()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          permitted           | lab/projects/vision/a
          permitted           | /lab/projects/vision/a%20b%2Cc
          permitted           | /lab/datasets/street/1
          no_permit           | /lab/projects/audio/1
          unknown_route       | /lab/elsewhere
          path_not_normalized | lab%2Fprojects/vision/a
          path_not_normalized | lab/projects/vision/%2e%2e/audio/1
          path_not_normalized | lab/projects/vision/%252e%252e/audio/1
          path_not_normalized | lab/projects/vision/a+b
          path_not_normalized | lab/projects/vision/a?versionId=1
          path_not_normalized | lab/projects/vision/a%3FversionId=1
          path_not_normalized | //lab/projects/vision/a
          duplicated_input    | lab/projects/vision/a,lab/projects/audio/1
          """)
  void theSourceOfACopyIsReadInOneWay(String code, String source) {
    var http = http("PUT", "/lab/projects/vision/b").putHeaders("x-amz-copy-source", source);
    assertEquals(code, code(served, http));
  }

  @Test
  void aKeyIsReadFromOneSignature() {
    assertEquals("malformed_request", signed(""));
    assertEquals("malformed_request", signed("Bearer abc"));
    assertEquals("malformed_request", signed("AWS ANAFORTRAINING:c2lnbmF0dXJl"));
    assertEquals("malformed_request", signed(SIGNED + "," + SIGNED));
    assertEquals("malformed_request", signed(SIGNED.replace("Credential=", "Credential=x/")));
    assertEquals("malformed_request", signed(SIGNED.replace(", Signed", ", Credential=x, Signed")));
    assertEquals("malformed_request", signed(SIGNED.replace("ANAFORTRAINING", "NOBODY")));
    assertEquals("permitted", signed(SIGNED.replace(", ", ",")));
    assertEquals(
        "unknown_route", code(served, http("GET", "/lab/datasets/street/1?AWSAccessKeyId=x")));
    assertEquals("unknown_route", code(served, http("GET", "/lab/datasets/street/1?X-Id=x")));
  }

  @Test
  void headersThatTheMapDoesNotKnowAreNotThere() {
    var known = http("PUT", "/lab/projects/vision/a").putHeaders("x-amz-meta-run", "7");
    assertEquals("permitted", code(served, known));
    assertEquals("unknown_route", code(served, known.putHeaders("x-amz-acl", "public-read")));
    // A gateway that passes none on leaves open which there are.
    assertEquals(
        "unknown_route", code(served, http("GET", "/lab/datasets/street/1").clearHeaders()));
  }

  private static String signed(String authorization) {
    var http = http("GET", "/lab/datasets/street/1").putHeaders("authorization", authorization);
    return code(served, http);
  }

  private static HttpRequest.Builder http(String method, String path) {
    return HttpRequest.newBuilder()
        .setMethod(method)
        .setPath(path)
        .putHeaders("authorization", SIGNED);
  }

  private static String code(Served asked, HttpRequest.Builder http) {
    var request = AttributeContext.Request.newBuilder().setHttp(http);
    var response =
        AuthorizationGrpc.newBlockingStub(asked.channel())
            .withDeadlineAfter(30, TimeUnit.SECONDS)
            .check(
                CheckRequest.newBuilder()
                    .setAttributes(AttributeContext.newBuilder().setRequest(request))
                    .build());
    String code = response.getDynamicMetadata().getFieldsOrThrow("reason_code").getStringValue();
    assertEquals(code.equals("permitted"), response.getStatus().getCode() == 0);
    return code;
  }
}
