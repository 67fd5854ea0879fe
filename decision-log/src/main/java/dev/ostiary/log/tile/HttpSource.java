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

/** A tree behind an HTTP address. */
final class HttpSource implements TileSource {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final URI base;
  private final HttpClient client =
      HttpClient.newBuilder()
          .connectTimeout(PATIENCE)
          .followRedirects(HttpClient.Redirect.NORMAL)
          .build();

  HttpSource(URI base) {
    String text = base.toString();
    this.base = text.endsWith("/") ? base : URI.create(text + "/");
  }

  @Override
  public Optional<byte[]> read(String path) throws IOException {
    var request = HttpRequest.newBuilder(base.resolve(path)).timeout(PATIENCE).build();
    try {
      var response = client.send(request, BodyHandlers.ofByteArray());
      return switch (response.statusCode()) {
        case 200 -> Optional.of(response.body());
        case 404, 410 -> Optional.empty();
        default ->
            throw new IOException(
                base.resolve(path) + ": expected status 200 or 404, got " + response.statusCode());
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(base.resolve(path) + ": interrupted");
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
