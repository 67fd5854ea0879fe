package dev.ostiary.sidecar;

import dev.ostiary.log.LogOptions;
import dev.ostiary.log.note.LogKey;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.sidecar.config.Config;
import dev.ostiary.sidecar.record.Gaps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The directory that holds the logs and the key that signs them.
 *
 * <pre>
 * DATA/keys/log.skey, log.vkey   the key; its name is the first part of the logs' origins
 * DATA/decisions/1/              the decision log, origin NAME/decisions/1
 * DATA/facts/1/                  the fact log, origin NAME/facts/1
 * </pre>
 *
 * @param path the directory
 * @param key the key
 */
record DataDirectory(Path path, LogKey key) {
  /** A checkpoint is at most this old while the log grows. */
  private static final Duration CHECKPOINT_EVERY = Duration.ofMillis(750);

  /** The directory that the configuration names, made if there is none. */
  static DataDirectory open(Config config) throws StartException {
    Path path = config.data();
    try {
      Files.createDirectories(path);
      if (!Files.isWritable(path))
        throw new StartException(path + ": expected a data directory that can be written");
      Path keys = Files.createDirectories(path.resolve("keys"));
      var key = LogKey.loadOrCreate(keys.resolve("log.skey"), config.name().orElse(madeUpName()));
      String name = key.verifier().name();
      Optional<String> other = config.name().filter(wanted -> !wanted.equals(name));
      if (other.isPresent()) {
        throw new StartException(
            path + ": expected a data directory of `" + other.get() + "`, this is `" + name + "`");
      }
      return new DataDirectory(path, key);
    } catch (NoteException e) {
      throw new StartException(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new StartException(path + ": expected a data directory that can be written: " + e);
    }
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
    return name() + "/decisions/1";
  }

  Path decisions() {
    return path.resolve("decisions").resolve("1");
  }

  LogOptions decisionsOptions(long reserveBytes) {
    var of = LogOptions.of(decisions(), decisionsOrigin(), key);
    return new LogOptions(
        of.directory(),
        of.origin(),
        of.key(),
        of.syncEvery(),
        CHECKPOINT_EVERY,
        of.keepEvery(),
        of.segmentBytes(),
        of.unsyncedBytes(),
        of.unpublishedBytes(),
        reserveBytes,
        of.ballastBytes(),
        Gaps::record,
        of.anchor());
  }
}
