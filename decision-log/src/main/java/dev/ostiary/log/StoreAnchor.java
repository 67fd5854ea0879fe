package dev.ostiary.log;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** An anchor in an object behind an HTTP address that takes GET and PUT. */
final class StoreAnchor implements Anchor {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int MAX_BYTES = 1 << 20;

  private final URI object;
  private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

  StoreAnchor(URI object) {
    this.object = object;
  }

  @Override
  public Optional<Memory> last(byte[] current) throws IOException {
    var response = send(HttpRequest.newBuilder(object).GET());
    return switch (response.statusCode()) {
      case 200 -> Optional.of(new Memory.Signed(response.body()));
      case 404 -> Optional.empty();
      default -> throw unexpected("200 or 404", response);
    };
  }

  @Override
  public void keep(byte[] signedCheckpoint) throws IOException {
    var body = BodyPublishers.ofByteArray(signedCheckpoint);
    var response = send(HttpRequest.newBuilder(object).PUT(body));
    if (response.statusCode() / 100 != 2) throw unexpected("2xx", response);
  }

  private IOException unexpected(String expected, HttpResponse<byte[]> response) {
    return new IOException(
        object + ": expected status " + expected + ", got " + response.statusCode());
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException {
    var answer =
        client.sendAsync(
            request.timeout(PATIENCE).build(),
            BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_BYTES));
    try {
      return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      answer.cancel(true);
      var cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(object + ": " + cause, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(object + ": interrupted");
    }
  }
}
