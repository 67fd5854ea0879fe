package dev.ostiary.sidecar.config;

import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.Span;
import dev.ostiary.sidecar.yaml.Durations;
import dev.ostiary.sidecar.yaml.Suggestion;
import dev.ostiary.sidecar.yaml.YamlMap;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Joins the config file, the environment and the flags; a later one wins. */
public final class ConfigReader {
  /** A value with the place it came from, for messages. */
  private record Given(String text, String from) {}

  /** Variables that are no keys: the file's path, and what the launcher reads. */
  private static final List<String> OTHER_VARIABLES =
      List.of("OSTIARY_CONFIG", "OSTIARY_HOME", "OSTIARY_JAVA_OPTS");

  private final Map<Key, Given> given = new EnumMap<>(Key.class);
  private final List<String> faults = new ArrayList<>();

  private ConfigReader() {}

  /**
   * Reads the configuration.
   *
   * @param file the config file, if there is one
   * @param environment all variables; those that begin with {@code OSTIARY_} are read
   * @param flags values from the command line
   * @throws ConfigException with every fault of all three
   */
  public static Config read(
      Optional<Path> file, Map<String, String> environment, Map<Key, String> flags)
      throws ConfigException {
    var reader = new ConfigReader();
    file.ifPresent(reader::readFile);
    reader.readEnvironment(environment);
    flags.forEach((key, text) -> reader.given.put(key, new Given(text, "--" + key.path())));
    Config config = reader.config();
    if (!reader.faults.isEmpty()) throw new ConfigException(reader.faults);
    return config;
  }

  private void readFile(Path file) {
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      faults.add(file + ": expected a readable config file");
      return;
    }
    var errors = new ArrayList<SourceError>();
    readMap(YamlMap.parse(new Source(file.toString(), text), errors), "", errors);
    errors.forEach(error -> faults.add(error.toString()));
  }

  private void readMap(YamlMap map, String prefix, List<SourceError> errors) {
    for (var key : map.keys()) {
      String path = prefix + key.text();
      var known = Key.at(path);
      if (Key.paths().stream().anyMatch(p -> p.startsWith(path + ".")) && map.isMap(key.text())) {
        readMap(map.map(key.text()), path + ".", errors);
      } else if (known.isPresent()) {
        map.text(key.text())
            .ifPresent(value -> given.put(known.get(), new Given(value.text(), at(value.span()))));
      } else {
        errors.add(new SourceError(key.span(), Suggestion.unknown("key", path, Key.paths())));
      }
    }
  }

  private static String at(Span span) {
    return span.toString();
  }

  private void readEnvironment(Map<String, String> environment) {
    for (var key : Key.values()) {
      String value = environment.get(key.variable());
      if (value != null) given.put(key, new Given(value, key.variable()));
    }
    var known = new ArrayList<>(Key.variables());
    known.addAll(OTHER_VARIABLES);
    for (String name : environment.keySet().stream().sorted().toList()) {
      if (!name.startsWith("OSTIARY_") || known.contains(name) || isServiceLink(name)) continue;
      faults.add(Suggestion.unknown("environment variable", name, known));
    }
  }

  /** Kubernetes gives every pod such variables for a service named ostiary. */
  private static boolean isServiceLink(String name) {
    return name.startsWith("OSTIARY_SERVICE_") || name.matches("OSTIARY_PORT(_.*)?");
  }

  private static final Duration MOST_SKEW = Duration.ofMinutes(5);
  private static final String SOCKET_PATH = "a socket path of at most 107 bytes";

  private Config config() {
    Path data = Path.of(text(Key.DATA));
    Path admin = Config.adminSocket(data);
    if (isTooLong(admin)) fault(Key.DATA, SOCKET_PATH, admin.toAbsolutePath().toString());
    boolean dev = bool(Key.DEV);
    if (dev && optional(Key.BUNDLE_KEYS).isPresent())
      fault(Key.DEV, "false where bundle.keys says who signs bundles", "true");
    if (!dev && optional(Key.BUNDLE).isPresent() && optional(Key.BUNDLE_KEYS).isEmpty())
      fault(
          Key.BUNDLE,
          "bundle.keys beside it, which says who signs bundles, or --dev to take them unsigned",
          text(Key.BUNDLE));
    return new Config(
        optional(Key.BUNDLE).map(Path::of),
        optional(Key.BUNDLE_KEYS).map(Path::of),
        (int) number(Key.BUNDLE_THRESHOLD, 1, 16),
        optional(Key.RECOVERY_KEYS).map(Path::of),
        dev,
        data,
        socket(data),
        listener(Key.GRPC),
        listener(Key.HTTP),
        authzenBaseUrl(),
        tls(),
        bool(Key.TLS_REQUIRED),
        typeName(Key.SVID_TYPE),
        jwt(),
        listener(Key.ADMIN).orElse(new Listener("127.0.0.1", 0)),
        optional(Key.LOG_KEY).map(Path::of).orElse(data.resolve("keys/log.skey")),
        logOrigin(),
        optional(Key.LOG_ML_DSA_KEY).map(Path::of),
        optional(Key.LOG_WITNESSES).map(Path::of),
        logAnchor(),
        optional(Key.SUBJECTS_KEY).map(Path::of).orElse(data.resolve("keys/subjects.kek")),
        store(),
        bool(Key.LOG_OBSERVE),
        number(Key.LOG_RESERVE, 0, Long.MAX_VALUE),
        number(Key.LOG_SCARCE, 0, Long.MAX_VALUE),
        duration(Key.WATCH_EVERY, Duration.ofMillis(10)),
        duration(Key.DRAIN_GRACE, Duration.ZERO),
        traces(),
        jsonOutput(),
        (int) number(Key.THREADS, 0, 1024),
        limits());
  }

  private Limits limits() {
    return new Limits(
        (int) number(Key.MESSAGE_BYTES, 1024, 16 << 20),
        (int) number(Key.HEADER_BYTES, 1024, 1 << 20),
        (int) number(Key.CALLS, 1, 1 << 20),
        (int) number(Key.RESETS, 1, 1 << 20),
        (int) number(Key.CONNECTIONS, 2, 1 << 20),
        duration(Key.CONNECTION_IDLE, Duration.ofSeconds(1)),
        duration(Key.CONNECTION_AGE, Duration.ofSeconds(1)),
        duration(Key.CONNECTION_GRACE, Duration.ZERO),
        duration(Key.KEEPALIVE, Duration.ofSeconds(1)),
        (int) number(Key.BATCH, 1, 1 << 20),
        (int) number(Key.PENDING, 1, 1 << 20),
        (int) number(Key.QUESTIONS, 2, 1 << 20),
        number(Key.PENDING_BYTES, 4 << 20, Long.MAX_VALUE));
  }

  private Optional<Path> socket(Path data) {
    String text = text(Key.SOCKET);
    if (text.equals("off")) return Optional.empty();
    Path path = text.isEmpty() ? data.resolve("ostiary.sock") : Path.of(text);
    if (isTooLong(path)) fault(Key.SOCKET, SOCKET_PATH, path.toAbsolutePath().toString());
    return Optional.of(path);
  }

  /** The sun_path of a socket's address has 108 bytes, the last of them zero. */
  private static boolean isTooLong(Path socket) {
    return socket.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8).length > 107;
  }

  private Optional<Listener> listener(Key key) {
    String text = text(key);
    if (text.equals("off") && key != Key.ADMIN) return Optional.empty();
    var listener = Listener.parse(text);
    if (listener.isEmpty()) {
      fault(key, "HOST:PORT", text);
      return Optional.empty();
    }
    try {
      boolean encrypted = key != Key.ADMIN && isTls();
      if (!encrypted && !listener.get().isLoopback())
        fault(key, "a loopback address, since the connection is not encrypted", text);
    } catch (UnknownHostException e) {
      fault(key, "a host that can be resolved", text);
    }
    return listener;
  }

  private boolean isTls() {
    return optional(Key.TLS_CERTIFICATE).isPresent() || optional(Key.TLS_WORKLOAD_API).isPresent();
  }

  private Optional<TlsSettings> tls() {
    var agent = optional(Key.TLS_WORKLOAD_API);
    if (agent.isPresent()) {
      if (optional(Key.TLS_CERTIFICATE).isPresent())
        fault(Key.TLS_WORKLOAD_API, "no tls.certificate beside it", agent.get());
      return Optional.of(
          new TlsSettings.Agent(Path.of(agent.get().replaceFirst("^unix:(//)?", ""))));
    }
    if (!isTls() && optional(Key.TLS_KEY).isEmpty() && optional(Key.TLS_TRUST).isEmpty())
      return Optional.empty();
    return Optional.of(
        new TlsSettings.Files(
            Path.of(needed(Key.TLS_CERTIFICATE)),
            Path.of(needed(Key.TLS_KEY)),
            Path.of(needed(Key.TLS_TRUST))));
  }

  private Optional<JwtSettings> jwt() {
    var issuer = optional(Key.JWT_ISSUER);
    if (issuer.isEmpty()) {
      for (Key key : List.of(Key.JWT_AUDIENCE, Key.JWT_JWKS))
        if (optional(key).isPresent()) fault(key, "jwt.issuer beside it", text(key));
      return Optional.empty();
    }
    var audiences = Set.of(needed(Key.JWT_AUDIENCE).strip().split("\\s*,\\s*"));
    Duration skew = duration(Key.JWT_SKEW, Duration.ZERO);
    if (skew.compareTo(MOST_SKEW) > 0) fault(Key.JWT_SKEW, "at most 5m", text(Key.JWT_SKEW));
    return Optional.of(
        new JwtSettings(
            issuer.get(), audiences, jwks(), typeName(Key.JWT_TYPE), text(Key.JWT_CLAIM), skew));
  }

  /** Whoever can change what is read there decides who everybody is. */
  private URI jwks() {
    String text = needed(Key.JWT_JWKS);
    if (!text.matches("https?://.*")) return Path.of(text).toAbsolutePath().toUri();
    try {
      var address = new URI(text);
      if (address.getHost() != null
          && (text.startsWith("https://") || new Listener(address.getHost(), 0).isLoopback()))
        return address;
    } catch (URISyntaxException | UnknownHostException e) {
      // said below
    }
    fault(Key.JWT_JWKS, "an https address, an http address on loopback, or a file", text);
    return URI.create("file:///");
  }

  private String needed(Key key) {
    String text = text(key);
    if (text.isEmpty()) fault(key, "a value", "");
    return text;
  }

  private String typeName(Key key) {
    String text = text(key);
    if (!text.matches("[A-Za-z_][A-Za-z0-9_]*(::[A-Za-z_][A-Za-z0-9_]*)*"))
      fault(key, "the name of an entity type", text);
    return text;
  }

  private Optional<String> authzenBaseUrl() {
    var url = optional(Key.AUTHZEN_BASE_URL);
    if (url.isPresent() && !url.get().matches("https?://[^\\s?#]+[^\\s?#/]"))
      fault(
          Key.AUTHZEN_BASE_URL,
          "an http or https address without query, fragment and slash at its end",
          url.get());
    return url;
  }

  private Optional<String> logOrigin() {
    var origin = optional(Key.LOG_ORIGIN);
    if (origin.isPresent()
        && !origin.get().matches("[A-Za-z0-9]([A-Za-z0-9._/-]{0,126}[A-Za-z0-9])?"))
      fault(
          Key.LOG_ORIGIN,
          "at most 128 letters, digits, dots, dashes, underscores and slashes, such as"
              + " `ostiary.example/lab`",
          origin.get());
    return origin;
  }

  private static final String BUCKET = "s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._=/-]*)?";

  private Optional<StoreConfig> store() {
    var url = optional(Key.STORE_URL);
    if (url.isPresent() && !url.get().matches(BUCKET))
      fault(Key.STORE_URL, "s3://BUCKET/PREFIX", url.get());
    var endpoint = optional(Key.STORE_ENDPOINT);
    if (endpoint.isPresent() && !endpoint.get().matches("https?://[A-Za-z0-9.:\\[\\]-]+")) {
      fault(Key.STORE_ENDPOINT, "http or https, host and port", endpoint.get());
      endpoint = Optional.empty();
    }
    String disk = text(Key.STORE_DISK);
    if (!disk.matches("kept|lost")) fault(Key.STORE_DISK, "`kept` or `lost`", disk);
    var tables = optional(Key.STORE_TABLES);
    if (tables.isPresent() && !tables.get().matches(BUCKET))
      fault(Key.STORE_TABLES, "s3://BUCKET/PREFIX", tables.get());
    if (tables.isPresent() && url.isEmpty())
      fault(Key.STORE_TABLES, "store.url beside it", tables.get());
    if (disk.equals("lost"))
      for (Key beside : new Key[] {Key.STORE_URL, Key.STORE_TABLES, Key.LOG_KEY, Key.SUBJECTS_KEY})
        if (optional(beside).isEmpty()) fault(Key.STORE_DISK, beside.path() + " beside it", disk);
    var every = duration(Key.STORE_EVERY, Duration.ofMillis(10));
    if (disk.equals("lost") && every.compareTo(Duration.ofSeconds(1)) > 0)
      fault(Key.STORE_EVERY, "at most 1s where the disk is lost", text(Key.STORE_EVERY));
    var store =
        new StoreConfig(
            url.orElse(""),
            endpoint.map(URI::create),
            text(Key.STORE_REGION),
            optional(Key.STORE_CREDENTIALS).map(Path::of),
            unlessOff(Key.STORE_LOCK, Duration.ofSeconds(1)),
            every,
            duration(Key.STORE_CHECKPOINT, Duration.ofMillis(10)),
            disk.equals("kept"),
            tables,
            new StoreConfig.Lag(
                unlessOff(Key.STORE_LAG_OBSERVE, Duration.ofMillis(10)),
                unlessOff(Key.STORE_LAG_BOUNDED, Duration.ofMillis(10)),
                unlessOff(Key.STORE_LAG_STRICT, Duration.ofMillis(10)),
                duration(Key.STORE_LAG_SHIPPED, Duration.ofMillis(10))),
            duration(Key.STORE_DRAIN, Duration.ZERO));
    return url.map(_ -> store);
  }

  private Optional<Duration> unlessOff(Key key, Duration least) {
    return text(key).equals("off") ? Optional.empty() : Optional.of(duration(key, least));
  }

  private Optional<String> logAnchor() {
    var anchor = optional(Key.LOG_ANCHOR);
    if (anchor.equals(Optional.of("store")) && optional(Key.STORE_URL).isEmpty())
      fault(Key.LOG_ANCHOR, "store.url beside it", "store");
    if (anchor.equals(Optional.of("witness")) && optional(Key.LOG_WITNESSES).isEmpty())
      fault(Key.LOG_ANCHOR, "log.witnesses beside it", "witness");
    return anchor;
  }

  private Optional<String> traces() {
    var endpoint = optional(Key.TRACES);
    if (endpoint.isPresent() && !endpoint.get().matches("https?://[^\\s]+"))
      fault(Key.TRACES, "an http or https address", endpoint.get());
    return endpoint;
  }

  private boolean jsonOutput() {
    String text = text(Key.OUTPUT);
    if (!text.equals("text") && !text.equals("json")) fault(Key.OUTPUT, "text or json", text);
    return text.equals("json");
  }

  private boolean bool(Key key) {
    String text = text(key);
    if (!text.equals("true") && !text.equals("false")) fault(key, "true or false", text);
    return text.equals("true");
  }

  private long number(Key key, long least, long most) {
    String text = text(key);
    try {
      long number = Long.parseLong(text);
      if (number >= least && number <= most) return number;
    } catch (NumberFormatException e) {
      // falls through to the one message
    }
    fault(key, "a number from " + least + " to " + most, text);
    return least;
  }

  private Duration duration(Key key, Duration least) {
    String text = text(key);
    OptionalLong millis = Durations.millis(text);
    if (millis.isPresent() && millis.getAsLong() >= least.toMillis())
      return Duration.ofMillis(millis.getAsLong());
    fault(
        key,
        "a duration such as `500ms`, `10s`, `5m` or `1h`, at least " + least.toMillis() + "ms",
        text);
    return least;
  }

  private void fault(Key key, String expected, String got) {
    var source = given.get(key);
    String from = source == null ? key.path() : source.from();
    faults.add(from + ": expected " + expected + ", got `" + got + "`");
  }

  private Optional<String> optional(Key key) {
    return Optional.of(text(key)).filter(text -> !text.isEmpty());
  }

  private String text(Key key) {
    var value = given.get(key);
    return value == null ? key.standard() : value.text();
  }
}
