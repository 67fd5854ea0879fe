package dev.ostiary.log.store;

import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An object of a bucket without versions, by conditional requests.
 *
 * @param path with the bucket's name
 */
record S3Object(S3Store store, String path) implements MutableObject {
  @Override
  public Optional<State> read() throws IOException {
    var response =
        store.send("GET", path, Map.of(), Map.of(), new byte[0], S3Store.MAX_MUTABLE_BYTES);
    return switch (response.statusCode()) {
      case 200 -> Optional.of(new State(response.body(), tag(response)));
      case 404 -> Optional.empty();
      default -> throw store.unexpected("GET", path, response);
    };
  }

  @Override
  public Optional<String> replace(byte[] bytes, Optional<String> replaces) throws IOException {
    if (bytes.length > S3Store.MAX_MUTABLE_BYTES)
      throw new IOException(
          this + ": expected at most " + S3Store.MAX_MUTABLE_BYTES + " bytes, got " + bytes.length);
    var headers = new TreeMap<String, String>();
    byte[] md5 = SignatureV4.digest("MD5", bytes);
    headers.put("content-md5", Base64.getEncoder().encodeToString(md5));
    replaces.ifPresentOrElse(
        tag -> headers.put("if-match", tag), () -> headers.put("if-none-match", "*"));
    var response = store.send("PUT", path, Map.of(), headers, bytes);
    if (response.statusCode() == 412) return Optional.empty();
    // What was to be replaced is gone.
    if (response.statusCode() == 404 && replaces.isPresent()) return Optional.empty();
    if (response.statusCode() != 200) throw store.unexpected("PUT", path, response);
    String version = response.headers().firstValue("x-amz-version-id").orElse("null");
    if (!version.equals("null"))
      throw new IOException(
          this + ": expected a bucket without versions: what is replaced here must go");
    return Optional.of(tag(response));
  }

  private String tag(java.net.http.HttpResponse<byte[]> response) throws IOException {
    return response
        .headers()
        .firstValue("etag")
        .orElseThrow(() -> new IOException(this + ": expected an ETag in the answer"));
  }

  @Override
  public String toString() {
    return "s3://" + path;
  }
}
