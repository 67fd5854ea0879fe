package dev.ostiary.log.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * A bucket of S3, or of what speaks its protocol, addressed by path. Every object that it writes is
 * locked in compliance mode, if it is told for how long.
 */
public final class S3Store implements ObjectStore {
  /** For one request, from its first byte to the answer's last. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** A full bundle of the largest entries, and what a tail has beside its entries. */
  private static final int MAX_BYTES = 256 * (2 + 65_535) + (1 << 20);

  /** Tables of a million rows and more. */
  static final int MAX_MUTABLE_BYTES = 1 << 28;

  private final URI endpoint;
  private final String region;
  private final String place; // BUCKET/PREFIX/
  private final Credentials.Source credentials;
  private final Optional<Duration> lock;
  private final HttpClient client;

  private S3Store(
      URI endpoint,
      String region,
      String place,
      Credentials.Source credentials,
      Optional<Duration> lock,
      HttpClient client) {
    this.endpoint = endpoint;
    this.region = region;
    this.place = place;
    this.credentials = credentials;
    this.lock = lock;
    this.client = client;
  }

  /**
   * What is below {@code s3://BUCKET/PREFIX}.
   *
   * @param address such as {@code s3://bucket/prefix}
   * @param endpoint scheme, host and port of the service; AWS's own of the region where it is empty
   * @param lock how long each object is locked after it was written; where it is empty, what the
   *     bucket's default retention says
   * @throws IllegalArgumentException if the address is not of that form
   */
  public static S3Store of(
      String address,
      Optional<URI> endpoint,
      String region,
      Credentials.Source credentials,
      Optional<Duration> lock) {
    if (!address.matches("s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._=/-]*)?"))
      throw new IllegalArgumentException("expected s3://BUCKET/PREFIX, got `" + address + "`");
    String place = address.substring("s3://".length());
    return new S3Store(
        endpoint.orElse(URI.create("https://s3." + region + ".amazonaws.com")),
        region,
        place.endsWith("/") ? place : place + "/",
        credentials,
        lock,
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build());
  }

  @Override
  public ObjectStore below(String further) {
    return new S3Store(endpoint, region, place + further + "/", credentials, lock, client);
  }

  /**
   * An object that is replaced and never locked, for a bucket without versions; at most 256 MiB.
   *
   * @param name below this place
   */
  public MutableObject mutable(String name) {
    return new S3Object(this, place + name);
  }

  @Override
  public Optional<byte[]> read(String name) throws IOException {
    var response = send("GET", place + name, Map.of(), Map.of(), new byte[0]);
    return switch (response.statusCode()) {
      case 200 -> Optional.of(response.body());
      case 404 -> Optional.empty();
      default -> throw unexpected("GET", place + name, response);
    };
  }

  @Override
  public boolean create(String name, byte[] bytes) throws IOException {
    var headers = writing(bytes);
    headers.put("if-none-match", "*");
    var response = send("PUT", place + name, Map.of(), headers, bytes);
    return switch (response.statusCode()) {
      case 200 -> true;
      case 412 -> false;
      default -> throw unexpected("PUT", place + name, response);
    };
  }

  @Override
  public void replace(String name, byte[] bytes) throws IOException {
    var response = send("PUT", place + name, Map.of(), writing(bytes), bytes);
    if (response.statusCode() != 200) throw unexpected("PUT", place + name, response);
  }

  private Map<String, String> writing(byte[] bytes) {
    var headers = new TreeMap<String, String>();
    // What is locked must come with a checksum.
    byte[] md5 = SignatureV4.digest("MD5", bytes);
    headers.put("content-md5", Base64.getEncoder().encodeToString(md5));
    if (lock.isPresent()) {
      Instant until = Instant.now().plus(lock.get()).truncatedTo(ChronoUnit.SECONDS);
      headers.put("x-amz-object-lock-mode", "COMPLIANCE");
      headers.put("x-amz-object-lock-retain-until-date", until.toString());
    }
    return headers;
  }

  @Override
  public void delete(String name) throws IOException {
    var response = send("DELETE", place + name, Map.of(), Map.of(), new byte[0]);
    if (response.statusCode() / 100 != 2 && response.statusCode() != 404)
      throw unexpected("DELETE", place + name, response);
  }

  @Override
  public Listing list(String below) throws IOException {
    int slash = place.indexOf('/');
    String prefix = place.substring(slash + 1) + (below.isEmpty() ? "" : below + "/");
    var objects = new ArrayList<Listed>();
    var places = new ArrayList<String>();
    Optional<String> more = Optional.of("");
    while (more.isPresent()) {
      var query = new TreeMap<>(Map.of("list-type", "2", "delimiter", "/", "prefix", prefix));
      if (!more.get().isEmpty()) query.put("continuation-token", more.get());
      var response = send("GET", place.substring(0, slash), query, Map.of(), new byte[0]);
      if (response.statusCode() == 404) break; // no bucket has nothing in it
      if (response.statusCode() != 200) throw unexpected("GET", place, response);
      var page = ListPage.parse(response.body());
      for (var object : page.objects())
        objects.add(new Listed(object.name().substring(prefix.length()), object.modified()));
      for (String found : page.places())
        places.add(found.substring(prefix.length(), found.length() - 1));
      more = page.next();
    }
    return new Listing(List.copyOf(objects), List.copyOf(places));
  }

  HttpResponse<byte[]> send(
      String method, String path, Map<String, String> query, Map<String, String> extra, byte[] body)
      throws IOException {
    return send(method, path, query, extra, body, MAX_BYTES);
  }

  /** Sends a signed request, whose answer is of {@code most} bytes at most. */
  HttpResponse<byte[]> send(
      String method,
      String path,
      Map<String, String> query,
      Map<String, String> extra,
      byte[] body,
      int most)
      throws IOException {
    String encoded =
        "/"
            + Arrays.stream(path.split("/", -1))
                .map(SignatureV4::encoded)
                .collect(Collectors.joining("/"));
    var now = Instant.now();
    var who = credentials.now();
    var headers = new TreeMap<>(extra);
    headers.put("x-amz-date", SignatureV4.time(now));
    headers.put("x-amz-content-sha256", SignatureV4.hex(SignatureV4.sha256(body)));
    who.session().ifPresent(token -> headers.put("x-amz-security-token", token));
    var signed = new TreeMap<>(headers);
    signed.put("host", endpoint.getAuthority());
    String authorization =
        new SignatureV4(who, region, "s3")
            .authorization(
                new SignatureV4.Request(
                    method,
                    encoded,
                    query,
                    signed,
                    String.valueOf(headers.get("x-amz-content-sha256"))),
                now);
    String address = endpoint.getScheme() + "://" + endpoint.getAuthority() + encoded;
    if (!query.isEmpty()) address += "?" + SignatureV4.query(query);
    var request =
        HttpRequest.newBuilder(URI.create(address))
            .timeout(PATIENCE)
            .header("authorization", authorization)
            .method(
                method,
                method.equals("PUT") ? BodyPublishers.ofByteArray(body) : BodyPublishers.noBody());
    headers.forEach(request::header);
    return answer(request.build(), address, most);
  }

  private HttpResponse<byte[]> answer(HttpRequest request, String address, int most)
      throws IOException {
    var answer = client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), most));
    try {
      return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new IOException(
          address + ": expected an answer within " + PATIENCE.toSeconds() + " seconds", e);
    } catch (ExecutionException e) {
      throw new IOException(address + ": " + e.getCause(), e);
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(address + ": interrupted");
    }
  }

  IOException unexpected(String method, String path, HttpResponse<byte[]> response) {
    String body = new String(response.body(), StandardCharsets.UTF_8);
    var code = java.util.regex.Pattern.compile("<Code>([A-Za-z0-9]{1,64})</Code>").matcher(body);
    return new IOException(
        method
            + " "
            + endpoint
            + "/"
            + path
            + ": status "
            + response.statusCode()
            + (code.find() ? " " + code.group(1) : ""));
  }

  @Override
  public String toString() {
    return "s3://" + place.substring(0, place.length() - 1);
  }
}
