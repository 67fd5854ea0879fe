package dev.ostiary.sidecar.identity;

import com.github.benmanes.caffeine.cache.AsyncCacheLoader;
import com.github.benmanes.caffeine.cache.AsyncLoadingCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The issuer's keys, by their ids. They are asked for anew every five minutes, and where a token
 * names one that is not known, but then not sooner than two seconds after the last time. Where the
 * issuer does not answer, they hold for an hour. Any thread; never blocks.
 */
final class TokenKeys implements AutoCloseable {
  private static final Duration REFRESH_EVERY = Duration.ofMinutes(5);
  private static final long AGE_NANOS = Duration.ofHours(1).toNanos();
  private static final long BETWEEN_NANOS = Duration.ofSeconds(2).toNanos();
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final int MAX_BYTES = 256 << 10;

  private final URI place;
  private final Runnable changed;
  private final HttpClient client =
      HttpClient.newBuilder()
          .connectTimeout(PATIENCE)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();
  private final AsyncLoadingCache<URI, Keys> cache =
      Caffeine.newBuilder()
          .executor(Runnable::run)
          .refreshAfterWrite(REFRESH_EVERY)
          .buildAsync(new Loading());
  private final AtomicLong askedNanos = new AtomicLong(System.nanoTime() - BETWEEN_NANOS);

  /** Keys as they were at a moment. */
  record Keys(Map<String, JWK> byId, long fetchedNanos) {
    /** None are known. */
    boolean isUnknown() {
      return byId.isEmpty() || System.nanoTime() - fetchedNanos > AGE_NANOS;
    }
  }

  /**
   * Keys at {@code place}.
   *
   * @param changed told when they are others than before
   */
  TokenKeys(URI place, Runnable changed) {
    this.place = place;
    this.changed = changed;
    var _ = now();
  }

  /** The keys; done at once unless none were fetched yet. It never fails. */
  CompletableFuture<Keys> now() {
    return cache.get(place);
  }

  /** The keys that the issuer has now, or those that are known where it was asked just before. */
  CompletableFuture<Keys> again() {
    long last = askedNanos.get();
    long now = System.nanoTime();
    if (now - last < BETWEEN_NANOS || !askedNanos.compareAndSet(last, now)) return now();
    return cache.synchronous().refresh(place);
  }

  private final class Loading implements AsyncCacheLoader<URI, Keys> {
    @Override
    public CompletableFuture<Keys> asyncLoad(URI key, Executor executor) {
      return fetch().exceptionally(_ -> new Keys(Map.of(), System.nanoTime()));
    }

    @Override
    public CompletableFuture<Keys> asyncReload(URI key, Keys old, Executor executor) {
      return fetch()
          .thenApply(fetched -> {
            if (!fetched.byId.equals(old.byId)) changed.run();
            return fetched;
          })
          .exceptionally(_ -> old);
    }
  }

  private CompletableFuture<Keys> fetch() {
    if (place.getScheme().equals("file"))
      return CompletableFuture.supplyAsync(() -> keys(read(Path.of(place))));
    var request = HttpRequest.newBuilder(place).timeout(PATIENCE).GET().build();
    return client
        .sendAsync(
            request,
            HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofString(), MAX_BYTES))
        .thenApply(response -> {
          if (response.statusCode() != 200) throw new IllegalStateException("no keys");
          return keys(response.body());
        });
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Keys keys(String text) {
    try {
      var byId = new HashMap<String, JWK>();
      for (JWK key : JWKSet.parse(text).getKeys())
        if (key.getKeyID() != null) byId.put(key.getKeyID(), key.toPublicJWK());
      byId.values().removeIf(java.util.Objects::isNull); // a secret is nobody's public key
      return new Keys(byId, System.nanoTime());
    } catch (ParseException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
