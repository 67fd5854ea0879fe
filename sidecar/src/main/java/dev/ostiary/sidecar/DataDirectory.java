package dev.ostiary.sidecar;

import dev.ostiary.log.Anchor;
import dev.ostiary.log.LogOptions;
import dev.ostiary.log.ShipOptions;
import dev.ostiary.log.Witness;
import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.LogKey;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.log.note.SignedNote;
import dev.ostiary.log.store.Credentials;
import dev.ostiary.log.store.MutableObject;
import dev.ostiary.log.store.ObjectStore;
import dev.ostiary.log.store.S3Store;
import dev.ostiary.sidecar.bundle.LogClass;
import dev.ostiary.sidecar.config.Config;
import dev.ostiary.sidecar.config.IoReason;
import dev.ostiary.sidecar.config.StoreConfig;
import dev.ostiary.sidecar.record.Gaps;
import dev.ostiary.sidecar.record.LagBounds;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The directory that holds the logs and, unless the configuration puts it elsewhere, the key that
 * signs them.
 *
 * <pre>
 * DATA/keys/log.skey, log.vkey   the key, and its public part under the name of the logs
 * DATA/decisions/EPOCH/          the decision log, origin NAME/decisions/EPOCH
 * DATA/facts/EPOCH/              the fact log, origin NAME/facts/EPOCH
 * </pre>
 *
 * @param path the directory
 * @param key the key, under the logs' name
 * @param second makes second signatures
 * @param config how the logs are witnessed and anchored
 * @param store where they are shipped to, at the place that is the data directory's
 * @param epoch which of them are written
 */
record DataDirectory(
    Path path,
    LogKey key,
    Optional<LogKey> second,
    Config config,
    Optional<ObjectStore> store,
    Epoch epoch) {
  /** A checkpoint is at most this old while the log grows. */
  private static final Duration CHECKPOINT_EVERY = Duration.ofMillis(500);

  private static final Duration WITNESS_PATIENCE = Duration.ofMillis(200);
  private static final String DECISIONS = "/decisions/";
  private static final String FACTS = "/facts/";

  /**
   * The directory that the configuration names, made if there is none, with its key and its name.
   */
  static DataDirectory open(Config config) throws StartException {
    Path path = config.data();
    try {
      Files.createDirectories(path);
      if (!Files.isWritable(path))
        throw new StartException(path + ": expected a data directory that can be written");
      var key = key(config);
      var second = second(config, key.verifier().name());
      var store = config.store().map(DataDirectory::bucket);
      var data = new DataDirectory(path, key, second, config, store, epoch(path, key, store));
      data.witnesses(); // so that a fault in their file is found now
      return data;
    } catch (NoteException e) {
      throw new StartException(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new StartException(
          path + ": expected a data directory that can be written: " + IoReason.of(e));
    }
  }

  private static ObjectStore bucket(StoreConfig to) {
    return bucket(to.url(), to);
  }

  private static S3Store bucket(String url, StoreConfig to) {
    return S3Store.of(
        url,
        to.endpoint(),
        to.region(),
        to.credentials()
            .map(Credentials::file)
            .orElseGet(() -> Credentials.environment(System.getenv())),
        to.lock());
  }

  private static Epoch epoch(Path path, LogKey key, Optional<ObjectStore> store)
      throws StartException, IOException {
    var local = Epoch.local(path);
    if (local.isPresent() || store.isEmpty()) return Epoch.of(local.orElse(1));
    try {
      return Epoch.next(store.get(), key);
    } catch (IOException | NoteException e) {
      throw new StartException(
          "cannot say which epoch comes next, nothing is in "
              + path
              + ": "
              + store.get()
              + ": "
              + e.getMessage());
    }
  }

  private static LogKey key(Config config) throws StartException, IOException, NoteException {
    Path keys = Files.createDirectories(config.data().resolve("keys"));
    var fixed = fixedName(config.data());
    var wanted = config.logOrigin();
    if (fixed.isPresent() && wanted.isPresent() && !fixed.equals(wanted)) {
      throw new StartException(
          config.data()
              + ": expected log.origin `"
              + fixed.get()
              + "`, with which these logs were made, got `"
              + wanted.get()
              + "`");
    }
    Path file = config.logKey();
    LogKey key;
    if (fixed.isPresent()) {
      try {
        key = LogKey.load(file).named(fixed.get());
      } catch (NoSuchFileException e) {
        throw new StartException(
            file + ": expected the key that signs the logs in " + config.data() + ", found none");
      }
    } else {
      // A key that was brought has a name of its own.
      var found =
          Files.exists(file)
              ? LogKey.load(file)
              : LogKey.loadOrCreate(file, wanted.orElse(madeUpName()));
      key = wanted.isPresent() ? found.named(wanted.get()) : found;
    }
    Path beside = file.toAbsolutePath().resolveSibling("log.vkey");
    if (Files.exists(beside) || Files.isWritable(beside.getParent())) key.keepPublicPart(beside);
    // Where the tools look for it, also if the key itself is elsewhere.
    key.keepPublicPart(keys.resolve("log.vkey"));
    return key;
  }

  private static Optional<LogKey> second(Config config, String name)
      throws StartException, IOException, NoteException {
    if (config.logMlDsaKey().isEmpty()) return Optional.empty();
    Path file = config.logMlDsaKey().get();
    if (!Files.exists(file)) LogKey.generateMlDsa44(name).save(file);
    var key = LogKey.load(file).named(name);
    if (!key.isMlDsa44()) throw new StartException(file + ": expected an ML-DSA-44 key");
    key.keepPublicPart(config.data().resolve("keys/log-ml-dsa.vkey"));
    return Optional.of(key);
  }

  private List<Witness> witnesses() throws IOException, NoteException {
    if (config.logWitnesses().isEmpty()) return List.of();
    Path file = config.logWitnesses().get();
    try {
      return Witness.ofPolicy(Files.readString(file));
    } catch (NoteException e) {
      throw new NoteException(file + ": " + e.getMessage());
    } catch (NoSuchFileException e) {
      throw new NoteException(file + ": expected a file of witnesses, found none");
    }
  }

  /** The name that the logs here were made with; nothing if there are none. */
  private static Optional<String> fixedName(Path data) throws IOException, StartException {
    String epoch = Long.toString(Epoch.local(data).orElse(1));
    for (String log : new String[] {DECISIONS + epoch, FACTS + epoch}) {
      Path checkpoint = data.resolve(log.substring(1)).resolve("checkpoint");
      try {
        String origin =
            Checkpoint.parse(SignedNote.parse(Files.readString(checkpoint)).text()).origin();
        if (origin.endsWith(log))
          return Optional.of(origin.substring(0, origin.length() - log.length()));
        throw new StartException(
            checkpoint + ": expected an origin that ends in `" + log + "`, got `" + origin + "`");
      } catch (NoSuchFileException e) {
        // not made yet
      } catch (NoteException e) {
        throw new StartException(checkpoint + ": " + e.getMessage() + "; restore it from a copy");
      }
    }
    return Optional.empty();
  }

  private static String madeUpName() {
    var bytes = new byte[4];
    new SecureRandom().nextBytes(bytes);
    return "ostiary-" + HexFormat.of().formatHex(bytes);
  }

  /** First part of the logs' origins. */
  String name() {
    return key.verifier().name();
  }

  /** Origin line of the decision log. */
  String decisionsOrigin() {
    return name() + DECISIONS + epoch.number();
  }

  Path decisions() {
    return path.resolve("decisions").resolve(Long.toString(epoch.number()));
  }

  /**
   * How to open the decision log.
   *
   * @param first what its records need in the store
   */
  LogOptions decisionsOptions(ShipOptions.First first) throws StartException {
    return options(DECISIONS + epoch.number(), first)
        .withReserveBytes(config.reserveBytes())
        .withGaps(Gaps::record);
  }

  /** How to open the fact log, in the same way. */
  LogOptions factsOptions(ShipOptions.First first) throws StartException {
    return options(FACTS + epoch.number(), first);
  }

  /** Where the tables beside the logs are kept besides. */
  Optional<MutableObject> tables() {
    return config
        .store()
        .flatMap(to -> to.tables().map(url -> bucket(url, to).mutable("subjects")));
  }

  /** How far the store may be behind. */
  LagBounds lag() {
    if (config.store().isEmpty() || config.store().get().diskKept()) return LagBounds.none();
    var lag = config.store().get().lag();
    var bounds = new EnumMap<LogClass, Duration>(LogClass.class);
    lag.observe().ifPresent(bound -> bounds.put(LogClass.OBSERVE, bound));
    lag.bounded().ifPresent(bound -> bounds.put(LogClass.BOUNDED, bound));
    lag.strict().ifPresent(bound -> bounds.put(LogClass.STRICT, bound));
    return new LagBounds(bounds);
  }

  private LogOptions options(String log, ShipOptions.First first) throws StartException {
    var options =
        LogOptions.of(path.resolve(log.substring(1)), name() + log, key)
            .withCheckpointEvery(CHECKPOINT_EVERY);
    if (second.isPresent()) options = options.withSecondKey(second.get());
    try {
      options = options.withWitnesses(witnesses(), WITNESS_PATIENCE);
    } catch (IOException | NoteException e) {
      throw new StartException(String.valueOf(e.getMessage()));
    }
    if (store.isPresent()) {
      var to = config.store().orElseThrow();
      options =
          options.withShipping(
              new ShipOptions(
                  store.get().below(log.substring(1)),
                  to.every(),
                  to.checkpointEvery(),
                  to.lag().shipped(),
                  to.closing(),
                  first));
    }
    if (config.logAnchor().isEmpty()) return options;
    String anchor = config.logAnchor().get();
    if (anchor.equals("witness")) return options.withAnchor(Anchor.witnesses(options.witnesses()));
    if (anchor.equals("store"))
      return options.withAnchor(Anchor.shipped(store.orElseThrow().below(log.substring(1))));
    if (!anchor.matches("https?://.*"))
      return options.withAnchor(Anchor.file(Path.of(anchor + log, "checkpoint")));
    try {
      return options.withAnchor(Anchor.store(new URI(anchor + log + "/checkpoint")));
    } catch (URISyntaxException e) {
      throw new StartException("log.anchor: expected an address, got `" + anchor + "`");
    }
  }
}
