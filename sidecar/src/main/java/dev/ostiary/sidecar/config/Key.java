package dev.ostiary.sidecar.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Everything that can be configured: one line of the file, one environment variable each. */
public enum Key {
  BUNDLE("bundle", "", "directory of the policy bundle; it is watched"),
  BUNDLE_KEYS("bundle.keys", "", "PEM file of the Ed25519 public keys that sign bundles"),
  BUNDLE_THRESHOLD("bundle.threshold", "1", "how many of these keys a bundle must be signed by"),
  RECOVERY_KEYS(
      "recovery.keys",
      "",
      "PEM file of the offline keys of which one gets back in after a lockout"),
  DEV("dev", "false", "whether bundles come into force unsigned; never where it matters"),
  DATA("data", "ostiary-data", "directory of the logs and keys; one process at a time"),
  SOCKET("socket", "", "Unix socket for gRPC; DATA/ostiary.sock by default, `off` for none"),
  GRPC(
      "grpc",
      "127.0.0.1:7470",
      "HOST:PORT for gRPC, on loopback unless there is TLS; port 0 picks one, `off` for none"),
  HTTP(
      "http",
      "127.0.0.1:7471",
      "HOST:PORT for AuthZEN, the OPA shape and auth_request, on loopback unless there is TLS; port"
          + " 0 picks one, `off` for none"),
  AUTHZEN_BASE_URL(
      "authzen.base-url", "", "address of `http` as callers know it; http://HOST:PORT by default"),
  TLS_CERTIFICATE(
      "tls.certificate",
      "",
      "PEM file of the certificate that `grpc` and `http` show; it is watched"),
  TLS_KEY("tls.key", "", "PEM file of its key: PKCS#8, not encrypted"),
  TLS_TRUST("tls.trust", "", "PEM file of the authorities of callers' certificates"),
  TLS_WORKLOAD_API(
      "tls.workload-api", "", "Unix socket of SPIFFE's Workload API, in place of the three files"),
  TLS_REQUIRED("tls.required", "false", "whether callers on loopback must show a certificate too"),
  SVID_TYPE("svid.type", "Service", "entity type of principals whose id is a verified SPIFFE id"),
  JWT_ISSUER("jwt.issuer", "", "`iss` of the tokens that say who a principal is; none by default"),
  JWT_AUDIENCE("jwt.audience", "", "`aud` of these: a name, or several separated by commas"),
  JWT_JWKS(
      "jwt.jwks", "", "where the issuer's keys are: an https address, http on loopback, or a file"),
  JWT_TYPE("jwt.type", "User", "entity type of the principals that tokens name"),
  JWT_CLAIM("jwt.claim", "sub", "the claim that is their id"),
  JWT_SKEW("jwt.skew", "30s", "how far the issuer's clock may be off, at most 5m"),
  ADMIN("admin", "127.0.0.1:7472", "loopback HOST:PORT for metrics and health; port 0 picks one"),
  LOG_KEY("log.key", "", "file of the signing key; DATA/keys/log.skey by default, made if absent"),
  LOG_ORIGIN("log.origin", "", "first part of the logs' origins, fixed when the logs are made"),
  LOG_ML_DSA_KEY("log.ml-dsa-key", "", "file of an ML-DSA-44 key for a second signature"),
  LOG_WITNESSES("log.witnesses", "", "tlog-policy file whose witnesses cosign every checkpoint"),
  LOG_ANCHOR(
      "log.anchor",
      "",
      "what remembers the logs' sizes: a directory on another disk, an HTTP address,"
          + " `store` or `witness`"),
  SUBJECTS_KEY(
      "subjects.key",
      "",
      "file of the key to the tables of people's names; DATA/keys/subjects.kek by default, made if"
          + " absent"),
  STORE_URL("store.url", "", "s3://BUCKET/PREFIX that the logs are shipped to; none without it"),
  STORE_ENDPOINT(
      "store.endpoint", "", "scheme, host and port of the store's service; AWS's own by default"),
  STORE_REGION("store.region", "us-east-1", "region that requests are signed for"),
  STORE_CREDENTIALS(
      "store.credentials",
      "",
      "file of an AWS profile, read at each request; by default AWS_ACCESS_KEY_ID,"
          + " AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN"),
  STORE_LOCK(
      "store.lock",
      "30d",
      "how long objects are locked in compliance mode; `off` leaves it to the bucket's default"),
  STORE_EVERY("store.every", "1s", "how often a log that grows is shipped"),
  STORE_CHECKPOINT(
      "store.checkpoint-every",
      "1m",
      "how often `checkpoint` is put, with the partial tiles that it needs"),
  STORE_DISK("store.disk", "kept", "`lost` where the data directory does not outlive the process"),
  STORE_TABLES(
      "store.tables",
      "",
      "s3://BUCKET/PREFIX, in a bucket without versions and lock, for the tables of people's names;"
          + " needed where the disk is `lost`"),
  STORE_LAG_OBSERVE("store.lag.observe", "off", "as `store.lag.bounded`, for class `observe`"),
  STORE_LAG_BOUNDED(
      "store.lag.bounded",
      "30s",
      "where the disk is `lost`: how far the store may be behind before class `bounded` is"
          + " refused"),
  STORE_LAG_STRICT("store.lag.strict", "10s", "as `store.lag.bounded`, for class `strict`"),
  STORE_LAG_SHIPPED(
      "store.lag.shipped", "5s", "how long an answer of class `shipped` may wait for the store"),
  STORE_DRAIN("store.drain", "30s", "how long the end may wait for the store"),
  LOG_OBSERVE("log.observe", "false", "whether a bundle may choose the log class `observe`"),
  LOG_RESERVE("log.reserve-bytes", "67108864", "room on the disk below which nothing is answered"),
  LOG_SCARCE(
      "log.scarce-bytes",
      "1073741824",
      "room above the reserve below which callers share what is left; 0 for never"),
  WATCH_EVERY("watch.every", "1s", "how often the bundle directory is looked at"),
  DRAIN_GRACE("drain.grace", "10s", "how long calls may take to end after SIGTERM"),
  TRACES(
      "traces.otlp",
      "",
      "where spans go by OTLP over HTTP, such as http://127.0.0.1:4318/v1/traces"),
  OUTPUT("output", "text", "how events are printed, a line each: text or json"),
  THREADS("threads", "0", "event loops; 0 is one for each processor"),
  MESSAGE_BYTES("limits.message-bytes", "1048576", "largest request that is decided"),
  HEADER_BYTES("limits.header-bytes", "8192", "largest metadata of a call"),
  CALLS("limits.calls-per-connection", "256", "calls that one connection may have open"),
  RESETS("limits.resets", "200", "streams that one connection may reset within 30 seconds"),
  CONNECTIONS(
      "limits.connections",
      "1024",
      "connections on all doors together, shared fairly between callers"),
  CONNECTION_IDLE(
      "limits.connection-idle",
      "10m",
      "after which one without calls is ended; over HTTP one that brings no whole request, after a"
          + " minute at most"),
  CONNECTION_AGE("limits.connection-age", "1h", "after which a connection is asked to end"),
  CONNECTION_GRACE("limits.connection-grace", "30s", "how long its calls may then take to end"),
  KEEPALIVE("limits.keepalive", "10s", "least time between two pings of a client"),
  BATCH("limits.batch", "1000", "questions in one CheckBatch"),
  PENDING("limits.pending", "256", "unanswered questions on one CheckStream"),
  QUESTIONS(
      "limits.questions",
      "2048",
      "unanswered questions on all doors together, shared fairly between callers"),
  PENDING_BYTES(
      "limits.pending-bytes",
      "67108864",
      "bytes that wait for the log, shared fairly between callers");

  private final String path;
  private final String standard;
  private final String meaning;

  Key(String path, String standard, String meaning) {
    this.path = path;
    this.standard = standard;
    this.meaning = meaning;
  }

  /** As the file has it; a dot is a level. */
  public String path() {
    return path;
  }

  /** The environment variable. */
  public String variable() {
    return "OSTIARY_" + path.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  /** The value where none is given; empty where there is none. */
  public String standard() {
    return standard;
  }

  /** What it is for, in a line. */
  public String meaning() {
    return meaning;
  }

  static Optional<Key> at(String path) {
    return Arrays.stream(values()).filter(key -> key.path.equals(path)).findFirst();
  }

  static List<String> paths() {
    return Arrays.stream(values()).map(Key::path).toList();
  }

  static List<String> variables() {
    return Arrays.stream(values()).map(Key::variable).toList();
  }
}
