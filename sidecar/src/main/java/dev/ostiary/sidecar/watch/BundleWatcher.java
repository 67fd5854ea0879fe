package dev.ostiary.sidecar.watch;

import dev.ostiary.sidecar.bundle.Bundle;
import dev.ostiary.sidecar.bundle.BundleException;
import dev.ostiary.sidecar.bundle.BundleReader;
import dev.ostiary.sidecar.sign.TrustedKeys;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Notices that a bundle directory has changed. It is asked at intervals and compares size and time
 * of every file, which works on every file system; a change is taken up once two looks in a row see
 * the same, so that nothing half-written is read. One thread at a time; it blocks.
 */
public final class BundleWatcher {
  private static final int MAX_DEPTH = 8;

  /** What a look found. */
  public sealed interface Seen {
    /** Nothing new, or something that is still changing. */
    record Same() implements Seen {}

    /** A bundle that was not reported before. */
    record Changed(Bundle bundle) implements Seen {}

    /** No bundle can be read; reported once for each change of the directory. */
    record Unreadable(List<String> faults) implements Seen {}
  }

  private final Path directory;
  private final Optional<TrustedKeys> keys;
  private Optional<Map<Path, String>> previous = Optional.empty();
  private Optional<Map<Path, String>> reported = Optional.empty();

  /**
   * Watches {@code directory}, which need not exist.
   *
   * @param keys whose signatures a bundle needs; empty where nobody's are checked
   */
  public BundleWatcher(Path directory, Optional<TrustedKeys> keys) {
    this.directory = directory;
    this.keys = keys;
  }

  /** Reads the bundle now, changed or not; what is reported counts as seen. */
  public Seen first() {
    previous = stamp();
    return read(previous);
  }

  /** Looks whether there is something new. */
  public Seen look() {
    var stamp = stamp();
    boolean settled = stamp.equals(previous);
    previous = stamp;
    return settled && !stamp.equals(reported) ? read(stamp) : new Seen.Same();
  }

  private Seen read(Optional<Map<Path, String>> before) {
    Seen seen;
    try {
      seen = new Seen.Changed(read());
    } catch (BundleException e) {
      seen = new Seen.Unreadable(e.errors().stream().map(Object::toString).toList());
    } catch (RuntimeException | StackOverflowError defect) {
      seen = new Seen.Unreadable(List.of("the sidecar failed on it: " + defect));
    }
    if (!stamp().equals(before)) return new Seen.Same(); // it changed meanwhile: read it next time
    reported = before;
    return seen;
  }

  private Bundle read() throws BundleException {
    return keys.isPresent()
        ? BundleReader.read(directory, keys.get())
        : BundleReader.read(directory);
  }

  /** Size, time and identity of every file; nothing where the directory is not there. */
  private Optional<Map<Path, String>> stamp() {
    var stamp = new TreeMap<Path, String>();
    try (var files = Files.walk(directory, MAX_DEPTH, FileVisitOption.FOLLOW_LINKS)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        var attributes = Files.readAttributes(file, BasicFileAttributes.class);
        if (attributes.isRegularFile()) {
          stamp.put(
              file,
              attributes.size() + " " + attributes.lastModifiedTime() + " " + attributes.fileKey());
        }
      }
      return Optional.of(stamp);
    } catch (IOException | java.io.UncheckedIOException e) {
      return Optional.empty();
    }
  }
}
