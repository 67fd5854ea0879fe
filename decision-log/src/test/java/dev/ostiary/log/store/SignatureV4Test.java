package dev.ostiary.log.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Signatures are those that AWS publishes: the examples of Amazon S3's reference, and cases of the
 * test suite of Signature Version 4.
 */
class SignatureV4Test {
  private static final String EMPTY =
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  private static final Instant S3_TIME = Instant.parse("2013-05-24T00:00:00Z");
  private static final SignatureV4 S3 =
      new SignatureV4(
          new Credentials(
              "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", Optional.empty()),
          "us-east-1",
          "s3");
  private static final SignatureV4 SUITE =
      new SignatureV4(
          new Credentials(
              "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", Optional.empty()),
          "us-east-1",
          "service");

  private static Map<String, String> headers(String body, String... more) {
    var headers =
        new TreeMap<>(
            Map.of(
                "host",
                "examplebucket.s3.amazonaws.com",
                "x-amz-content-sha256",
                body,
                "x-amz-date",
                "20130524T000000Z"));
    for (int i = 0; i < more.length; i += 2) headers.put(more[i], more[i + 1]);
    return headers;
  }

  private static String signature(String authorization) {
    return authorization.substring(authorization.indexOf("Signature=") + "Signature=".length());
  }

  @Test
  void readingAnObjectIsSignedAsTheReferenceSays() {
    assertEquals(
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
            + " SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
            + " Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        S3.authorization(
            new SignatureV4.Request(
                "GET", "/test.txt", Map.of(), headers(EMPTY, "Range", "bytes=0-9"), EMPTY),
            S3_TIME));
  }

  @Test
  void writingAnObjectIsSignedAsTheReferenceSays() {
    String body =
        SignatureV4.hex(
            SignatureV4.sha256(
                "Welcome to Amazon S3.".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    var headers =
        headers(
            body,
            "date",
            "Fri, 24 May 2013 00:00:00 GMT",
            "x-amz-storage-class",
            "REDUCED_REDUNDANCY");
    assertEquals(
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        signature(
            S3.authorization(
                new SignatureV4.Request(
                    "PUT", "/" + SignatureV4.encoded("test$file.text"), Map.of(), headers, body),
                S3_TIME)));
  }

  @ParameterizedTest
  @CsvSource({
    "lifecycle,'',,,fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    "max-keys,2,prefix,J,34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
  })
  void queriesAreSignedAsTheReferenceSays(
      String name, String value, String secondName, String secondValue, String expected) {
    var query = new TreeMap<>(Map.of(name, value));
    if (secondName != null) query.put(secondName, secondValue);
    assertEquals(
        expected,
        signature(
            S3.authorization(
                new SignatureV4.Request("GET", "/", query, headers(EMPTY), EMPTY), S3_TIME)));
  }

  @ParameterizedTest
  @CsvSource({
    "GET,,,5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    "POST,,,5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    "GET,ሴ,bar,2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"
  })
  void theTestSuiteIsSignedAsItSays(String method, String name, String value, String expected) {
    Map<String, String> query = name == null ? Map.of() : Map.of(name, value);
    var headers = Map.of("Host", "example.amazonaws.com", "X-Amz-Date", "20150830T123600Z");
    assertEquals(
        expected,
        signature(
            SUITE.authorization(
                new SignatureV4.Request(method, "/", query, headers, EMPTY),
                Instant.parse("2015-08-30T12:36:00Z"))));
  }

  @Test
  void noSecretIsInTheTextOfCredentials() {
    var text =
        new Credentials("AKIDEXAMPLE", "very-secret", Optional.of("token-secret")).toString();
    assertTrue(text.contains("AKIDEXAMPLE"));
    assertFalse(text.contains("secret"), text);
  }
}
