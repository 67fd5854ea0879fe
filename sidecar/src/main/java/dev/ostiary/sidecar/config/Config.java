package dev.ostiary.sidecar.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What the process is told at its start.
 *
 * @param bundle directory of the bundle; without one, the last activation in the fact log decides
 * @param bundleKeys file of the public keys that sign bundles
 * @param bundleThreshold how many of them must
 * @param recoveryKeys file of the public keys that may set the sidecar's own policies aside
 * @param dev whether bundles come into force unsigned
 * @param data directory of the logs and keys
 * @param socket Unix socket for gRPC
 * @param grpc TCP address for gRPC
 * @param http TCP address for questions over HTTP
 * @param authzenBaseUrl that address as callers know it, without a slash at its end
 * @param tls where certificates come from; without, {@code grpc} and {@code http} are plaintext
 * @param tlsRequired whether callers on loopback must show a certificate too
 * @param svidType entity type of principals whose id is a verified SPIFFE id
 * @param jwt which tokens say who a principal is
 * @param admin TCP address for metrics and health
 * @param logKey file of the key that signs the logs
 * @param logOrigin first part of the logs' origins; without one, the data directory's own
 * @param logMlDsaKey file of the key that makes second signatures
 * @param logWitnesses policy file of the witnesses
 * @param logAnchor directory, address, or {@code witness}
 * @param subjectsKey file of the key to the tables of subjects
 * @param store where the logs are shipped to
 * @param observe whether a bundle may choose the log class observe
 * @param reserveBytes room on the disk below which nothing is answered
 * @param scarceBytes room above that below which callers share what is left
 * @param watchEvery how often the bundle directory is looked at
 * @param drainGrace how long calls may take to end when the process stops
 * @param traces where spans go by OTLP over HTTP
 * @param jsonOutput whether events are printed as JSON objects
 * @param threads number of event loops
 * @param limits what callers may use
 */
public record Config(
    Optional<Path> bundle,
    Optional<Path> bundleKeys,
    int bundleThreshold,
    Optional<Path> recoveryKeys,
    boolean dev,
    Path data,
    Optional<Path> socket,
    Optional<Listener> grpc,
    Optional<Listener> http,
    Optional<String> authzenBaseUrl,
    Optional<TlsSettings> tls,
    boolean tlsRequired,
    String svidType,
    Optional<JwtSettings> jwt,
    Listener admin,
    Path logKey,
    Optional<String> logOrigin,
    Optional<Path> logMlDsaKey,
    Optional<Path> logWitnesses,
    Optional<String> logAnchor,
    Path subjectsKey,
    Optional<StoreConfig> store,
    boolean observe,
    long reserveBytes,
    long scarceBytes,
    Duration watchEvery,
    Duration drainGrace,
    Optional<String> traces,
    boolean jsonOutput,
    int threads,
    Limits limits) {
  /** Unix socket for whoever administers: facts over gRPC. */
  public Path adminSocket() {
    return adminSocket(data);
  }

  /** Where that is for a data directory. */
  public static Path adminSocket(Path data) {
    return data.resolve("admin.sock");
  }
}
