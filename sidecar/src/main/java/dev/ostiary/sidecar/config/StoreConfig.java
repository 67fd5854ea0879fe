package dev.ostiary.sidecar.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where the logs are shipped to, and what that is good for.
 *
 * @param url {@code s3://BUCKET/PREFIX}
 * @param endpoint scheme, host and port of the service; AWS's own where it is empty
 * @param region as requests are signed for
 * @param credentials file of a profile; the environment's where it is empty
 * @param lock how long objects are locked in compliance mode; the bucket's default where it is
 *     empty
 * @param every the most time between two tails while a log grows
 * @param checkpointEvery how often {@code checkpoint} is put
 * @param diskKept whether the data directory outlives the process
 * @param tables {@code s3://BUCKET/PREFIX} of what is replaced and never locked
 * @param lag bounds in effect where it does not
 * @param closing how long the end may wait for the store
 */
public record StoreConfig(
    String url,
    Optional<URI> endpoint,
    String region,
    Optional<Path> credentials,
    Optional<Duration> lock,
    Duration every,
    Duration checkpointEvery,
    boolean diskKept,
    Optional<String> tables,
    Lag lag,
    Duration closing) {

  /** How far the store may be behind, by class; empty where it may be as far as it likes. */
  public record Lag(
      Optional<Duration> observe,
      Optional<Duration> bounded,
      Optional<Duration> strict,
      Duration shipped) {}
}
