package dev.ostiary.log.tile;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A tree behind an HTTP address. What a server sends is bounded, in bytes and in time. */
final class HttpSource implements TileSource {
  /** For one file, from the request to the last byte. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final URI base;
  private final Duration patience;
  private final HttpClient client;

  HttpSource(URI base) {
    this(base, PATIENCE);
  }

  HttpSource(URI base, Duration patience) {
    String text = base.toString();
    this.base = text.endsWith("/") ? base : URI.create(text + "/");
    this.patience = patience;
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(patience)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
  }

  /** The most that a file of this kind can have. */
  private static long bound(String path) {
    if (path.startsWith("tile/entries/")) return TilePath.WIDTH * (2L + 65_535);
    if (path.startsWith("tile/")) return (long) TilePath.WIDTH * Hash.BYTES;
    return 1 << 20;
  }

  @Override
  public Optional<byte[]> read(String path) throws IOException {
    URI address = base.resolve(path);
    var request = HttpRequest.newBuilder(address).timeout(patience).build();
    var answer =
        client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), bound(path)));
    try {
      // The request's own timeout ends with the first byte of the answer.
      var response = answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return switch (response.statusCode()) {
        case 200 -> Optional.of(response.body());
        case 404, 410 -> Optional.empty();
        default ->
            throw new IOException(
                address + ": expected status 200 or 404, got " + response.statusCode());
      };
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new IOException(
          address + ": expected it whole within " + patience.toSeconds() + " seconds", e);
    } catch (ExecutionException e) {
      throw new IOException(address + ": " + e.getCause(), e);
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(address + ": interrupted");
    }
  }

  @Override
  public List<String> keptCheckpoints() {
    return List.of();
  }

  @Override
  public String toString() {
    return base.toString();
  }
}
