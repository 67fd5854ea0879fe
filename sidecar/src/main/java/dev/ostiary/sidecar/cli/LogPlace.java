package dev.ostiary.sidecar.cli;

import dev.ostiary.log.TailedSource;
import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.log.note.SignedNote;
import dev.ostiary.log.note.VerifierKey;
import dev.ostiary.log.store.Credentials;
import dev.ostiary.log.store.ObjectStore;
import dev.ostiary.log.store.S3Store;
import dev.ostiary.log.tile.TileSource;
import dev.ostiary.sidecar.config.IoReason;
import dev.ostiary.sidecar.facts.Epochs;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * Where a log is, as a user names it: a data directory (then its newest decision log), one tree's
 * directory, an HTTP address of a tree, or either in a bucket.
 */
sealed interface LogPlace {
  /** A tree on this machine. */
  record Directory(Path tree) implements LogPlace {}

  /** A tree behind an HTTP address. */
  record Address(URI base) implements LogPlace {}

  /**
   * A tree in a bucket.
   *
   * @param earlier the trees of the epochs before it, oldest first, where it is the newest of a
   *     place like a data directory
   */
  record Bucket(ObjectStore tree, List<ObjectStore> earlier) implements LogPlace {}

  /**
   * Reads {@code text}.
   *
   * @throws UserException if there is no log
   */
  static LogPlace of(String text) {
    if (text.startsWith("s3://")) return bucket(text, System.getenv());
    if (text.startsWith("http://") || text.startsWith("https://")) {
      try {
        return new Address(new URI(text));
      } catch (URISyntaxException e) {
        throw new UserException("expected an HTTP address, got `" + text + "`");
      }
    }
    Path directory = Path.of(text);
    Path decisions = directory.resolve("decisions");
    if (Files.isDirectory(decisions)) return new Directory(newestEpoch(decisions));
    if (Files.isDirectory(directory.resolve("wal"))
        || Files.exists(directory.resolve("checkpoint"))) {
      return new Directory(directory);
    }
    throw new UserException(
        text
            + ": no log here; expected a data directory, or one log in it such as"
            + " DATA/decisions/1");
  }

  /**
   * One tree's place in a bucket: as it is, or where the name is that of a data directory's place
   * the newest decision log there. The service's address and the credentials are those of the
   * variables that AWS's own tools read.
   */
  private static Bucket bucket(String text, Map<String, String> environment) {
    String endpoint =
        environment.getOrDefault(
            "AWS_ENDPOINT_URL_S3", environment.getOrDefault("AWS_ENDPOINT_URL", ""));
    try {
      var store =
          S3Store.of(
              text,
              Optional.of(endpoint).filter(url -> !url.isEmpty()).map(URI::create),
              environment.getOrDefault("AWS_REGION", "us-east-1"),
              Credentials.environment(environment),
              Optional.empty());
      var newest = Epochs.newest(store.list("decisions").places());
      if (newest.isEmpty()) return new Bucket(store, List.of());
      var trees =
          LongStream.rangeClosed(1, newest.getAsLong())
              .mapToObj(epoch -> store.below("decisions/" + epoch))
              .toList();
      return new Bucket(trees.getLast(), trees.subList(0, trees.size() - 1));
    } catch (IllegalArgumentException | IOException e) {
      throw new UserException(text + ": " + e.getMessage());
    }
  }

  /** The published files. */
  default TileSource source() {
    return switch (this) {
      case Directory(var tree) -> TileSource.directory(tree);
      case Address(var base) -> TileSource.http(base);
      case Bucket(var tree, _) -> new TailedSource(tree);
    };
  }

  /**
   * The verifier key that lies beside the log, under the name that the log's checkpoint has; empty
   * for an address.
   */
  default Optional<VerifierKey> localKey() throws IOException {
    return localKey("log.vkey");
  }

  /** The same of a key file of another name. */
  default Optional<VerifierKey> localKey(String name) throws IOException {
    if (!(this instanceof Directory(var tree))) return Optional.empty();
    Path file = tree.toAbsolutePath().normalize().resolve("../../keys").resolve(name).normalize();
    try {
      var key = VerifierKey.parse(Files.readString(file));
      var checkpoint = source().read("checkpoint");
      if (checkpoint.isEmpty()) return Optional.of(key);
      var note = SignedNote.parse(new String(checkpoint.get(), StandardCharsets.UTF_8));
      return Optional.of(key.named(Checkpoint.parse(note.text()).origin()));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (NoteException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  /** The data directory that a tree is in. */
  static Path data(Path tree) {
    return tree.toAbsolutePath().normalize().resolve("../..").normalize();
  }

  /**
   * The newest tree of a log.
   *
   * @param log such as {@code DATA/decisions}
   * @throws UserException if there is none
   */
  static Path newestEpoch(Path log) {
    try {
      long newest =
          Epochs.newest(log)
              .orElseThrow(
                  () -> new UserException(log + ": no epoch here; expected a directory such as 1"));
      return log.resolve(Long.toString(newest));
    } catch (IOException e) {
      throw new UserException(log + ": cannot be read: " + IoReason.of(e));
    }
  }
}
