package dev.ostiary.log.store;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * AWS Signature Version 4, in a header, over a body whose digest is known.
 *
 * @param credentials who signs
 * @param region such as {@code eu-central-1}
 * @param service such as {@code s3}
 * @see <a
 *     href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html">
 *     How a request is signed</a>
 */
record SignatureV4(Credentials credentials, String region, String service) {
  private static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  /**
   * A request as it is signed.
   *
   * @param path the path, encoded as it is sent
   * @param query decoded names and values
   * @param headers the headers to sign, {@code host} among them
   * @param bodySha256 in hexadecimal
   */
  record Request(
      String method,
      String path,
      Map<String, String> query,
      Map<String, String> headers,
      String bodySha256) {}

  /** The value of {@code x-amz-date}, which must be among the headers that are signed. */
  static String time(Instant now) {
    return TIME.format(now);
  }

  /** The value of the header {@code Authorization}. */
  String authorization(Request request, Instant now) {
    SortedMap<String, String> headers = new TreeMap<>();
    request
        .headers()
        .forEach((name, value) ->
            headers.put(name.toLowerCase(Locale.ROOT), value.strip().replaceAll(" +", " ")));
    String signed = String.join(";", headers.keySet());
    String canonical =
        request.method()
            + "\n"
            + request.path()
            + "\n"
            + query(request.query())
            + "\n"
            + headers.entrySet().stream()
                .map(header -> header.getKey() + ":" + header.getValue() + "\n")
                .collect(Collectors.joining())
            + "\n"
            + signed
            + "\n"
            + request.bodySha256();
    String time = time(now);
    String day = time.substring(0, 8);
    String scope = day + "/" + region + "/" + service + "/aws4_request";
    String text = ALGORITHM + "\n" + time + "\n" + scope + "\n" + hex(sha256(bytes(canonical)));
    byte[] key = bytes("AWS4" + credentials.secretKey());
    for (String part : new String[] {day, region, service, "aws4_request"}) key = hmac(key, part);
    return ALGORITHM
        + " Credential="
        + credentials.accessKey()
        + "/"
        + scope
        + ", SignedHeaders="
        + signed
        + ", Signature="
        + hex(hmac(key, text));
  }

  /** A query in canonical form, which is also the one to send. */
  static String query(Map<String, String> query) {
    return query.entrySet().stream()
        .map(part -> encoded(part.getKey()) + "=" + encoded(part.getValue()))
        .sorted()
        .collect(Collectors.joining("&"));
  }

  /** Every byte percent-encoded but letters, digits and {@code -._~}. */
  static String encoded(String text) {
    var encoded = new StringBuilder();
    for (byte b : bytes(text)) {
      if ((b >= 'a' && b <= 'z')
          || (b >= 'A' && b <= 'Z')
          || (b >= '0' && b <= '9')
          || "-._~".indexOf(b) >= 0) encoded.append((char) b);
      else encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
    }
    return encoded.toString();
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  static byte[] sha256(byte[] bytes) {
    return digest("SHA-256", bytes);
  }

  static byte[] digest(String algorithm, byte[] bytes) {
    try {
      return MessageDigest.getInstance(algorithm).digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(bytes(text));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
