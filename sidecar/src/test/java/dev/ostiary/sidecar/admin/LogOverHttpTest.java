package dev.ostiary.sidecar.admin;

import static dev.ostiary.sidecar.Served.question;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ostiary.log.LogReader;
import dev.ostiary.log.Verdict;
import dev.ostiary.log.Verifier;
import dev.ostiary.log.note.VerifierKey;
import dev.ostiary.log.tile.TileSource;
import dev.ostiary.sidecar.Served;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The logs over HTTP, as anybody's verifier asks for them. */
final class LogOverHttpTest {
  private static final int DECISIONS = 600;

  @TempDir static Path directory;
  private static Served served;

  @BeforeAll
  static void start() throws Exception {
    Served.writeBundle(directory, 1, "");
    served = Served.in(directory);
    for (int i = 0; i < DECISIONS; i++) served.client().check(question().build());
    served.await(s -> publishedSize() >= DECISIONS);
  }

  private static long publishedSize() {
    try {
      return LogReader.open(TileSource.directory(directory.resolve("data/decisions/1")))
          .publishedSize();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  @Test
  void filesAreThoseOnTheDiskWithTheirCachingHeaders() throws Exception {
    var checkpoint = get("/decisions/1/checkpoint");
    assertEquals(200, checkpoint.statusCode());
    assertEquals("text/plain; charset=utf-8", header(checkpoint, "content-type"));
    assertEquals("no-cache, max-age=0", header(checkpoint, "cache-control"));
    for (String tile : new String[] {"tile/entries/000", "tile/0/001"}) {
      var full = get("/decisions/1/" + tile);
      assertEquals(200, full.statusCode());
      assertEquals("application/octet-stream", header(full, "content-type"));
      assertEquals("public, max-age=31536000, immutable", header(full, "cache-control"));
      assertArrayEquals(
          Files.readAllBytes(directory.resolve("data/decisions/1").resolve(tile)), full.body());
    }
    assertEquals(200, get("/facts/1/checkpoint").statusCode());
  }

  @Test
  void nothingElseOfTheDataDirectoryIsServed() throws Exception {
    for (String path :
        new String[] {
          "/decisions/1/wal/synced",
          "/decisions/1/../../keys/log.skey",
          "/decisions/1/%2e%2e/%2e%2e/keys/log.skey",
          "/decisions/../keys/log.skey",
          "/decisions/1/tile/0/999",
          "/decisions/1/",
          "/facts/2/checkpoint",
          "/keys/log.skey"
        }) assertEquals(404, get(path).statusCode(), path);
  }

  @Test
  void aVerifierOverHttpFindsTheLogValid() throws Exception {
    var key =
        VerifierKey.parse(Files.readString(directory.resolve("data/keys/log.vkey")))
            .named("test.example/decisions/1");
    var base = URI.create("http://" + served.sidecar().adminAddress() + "/decisions/1");
    var verdict = Verifier.verify(TileSource.http(base), key, List.of(), (_, _) -> {});
    assertTrue(verdict instanceof Verdict.Valid, verdict::toString);
  }

  @Test
  void anotherUserOfTheMachineMayNotReadIt() throws Exception {
    String url = "http://" + served.sidecar().adminAddress() + "/decisions/1/checkpoint";
    Process curl;
    try {
      curl =
          new ProcessBuilder(
                  "setpriv",
                  "--reuid=65534",
                  "--clear-groups",
                  "curl",
                  "-s",
                  "-o",
                  "/dev/null",
                  "-w",
                  "%{http_code}",
                  url)
              .start();
    } catch (java.io.IOException absent) {
      skip("needs setpriv: Debian package util-linux");
      return;
    }
    String printed =
        new String(curl.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    if (curl.waitFor() != 0) {
      skip("needs curl, and a user who may become another: " + printed);
      return;
    }
    assertEquals("403", printed);
  }

  private static void skip(String missing) {
    if (Boolean.getBoolean("ostiary.require-tools")) fail(missing);
    assumeTrue(false, missing);
  }

  private static String header(HttpResponse<byte[]> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  private static HttpResponse<byte[]> get(String path) throws Exception {
    var uri = URI.create("http://" + served.sidecar().adminAddress() + path);
    try (var client = HttpClient.newHttpClient()) {
      return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofByteArray());
    }
  }
}
