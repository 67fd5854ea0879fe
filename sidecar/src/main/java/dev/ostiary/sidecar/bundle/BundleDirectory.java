package dev.ostiary.sidecar.bundle;

import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.cedar.syntax.Span;
import dev.ostiary.sidecar.sign.Envelope;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads the files of a bundle directory that are activated: {@code bundle.yaml}, {@code *.cedar},
 * {@code *.cedarschema}, {@code entities/*.json}, {@code migrations/*.json}, {@code admin/*.cedar}.
 * Everything else is the author's, except where it looks like policies that would be overlooked.
 *
 * <p>A symbolic link is followed as long as it stays in the directory, since that is how Kubernetes
 * mounts a volume; anything that is no regular file is refused without being opened.
 */
final class BundleDirectory {
  private static final int MAX_FILES = 10_000;

  private final Path directory;
  private final Path real;
  private final List<SourceError> errors = new ArrayList<>();
  private final TreeMap<String, Path> found = new TreeMap<>();

  private BundleDirectory(Path directory) throws IOException {
    this.directory = directory;
    this.real = directory.toRealPath();
  }

  /**
   * What a directory holds.
   *
   * @param files the canonical form of its bundle
   * @param envelope what {@link Manifest#FILE} holds, if it is there
   */
  record Read(List<BundleFile> files, Optional<byte[]> envelope) {}

  /** Reads the bundle in {@code directory}, each file once. */
  static Read read(Path directory) throws BundleException {
    try {
      if (!Files.isDirectory(directory))
        throw refused(
            directory
                + ": expected a bundle directory, got "
                + (Files.exists(directory) ? "something else" : "nothing there"));
      var reader = new BundleDirectory(directory);
      reader.list();
      List<BundleFile> files = reader.readAll();
      var envelope = reader.readEnvelope();
      if (!reader.errors.isEmpty()) throw new BundleException(reader.errors);
      return new Read(files, envelope);
    } catch (IOException | DirectoryIteratorException e) {
      throw refused(directory + ": expected a readable directory: " + reason(e));
    }
  }

  private void list() throws IOException {
    try (var children = Files.newDirectoryStream(directory)) {
      for (Path child : children) {
        String name = name(child);
        if (name.startsWith(".")) continue;
        if (name.equals(BundleReader.SETTINGS)
            || name.endsWith(BundleReader.POLICIES)
            || name.endsWith(BundleReader.SCHEMA)) add(name, child);
        else if (name.equals("entities")) listFiles(child, name, BundleReader.ENTITIES);
        else if (name.equals(MigrationReader.DIRECTORY))
          listFiles(child, name, BundleReader.ENTITIES);
        else if (name.equals(AdminPolicies.DIRECTORY)) listAdmin(child);
        else if (!name.equals("tests") && Files.isDirectory(child)) refusePoliciesIn(child, name);
      }
    }
  }

  private void listFiles(Path below, String directory, String end) throws IOException {
    if (!Files.isDirectory(below)) {
      fault(directory + ": expected a directory");
      return;
    }
    try (var children = Files.newDirectoryStream(below)) {
      for (Path child : children) {
        String name = name(child);
        if (!name.startsWith(".") && name.endsWith(end)) add(directory + "/" + name, child);
      }
    }
  }

  /** Where there are no policies in it, those of the program would hold, which nobody meant. */
  private void listAdmin(Path admin) throws IOException {
    listFiles(admin, AdminPolicies.DIRECTORY, BundleReader.POLICIES);
    if (found.keySet().stream().noneMatch(path -> path.startsWith(AdminPolicies.DIRECTORY + "/")))
      fault(AdminPolicies.DIRECTORY + ": expected policies in it, got none");
  }

  /** A guard in a directory that is not looked into would be missing without a word. */
  private void refusePoliciesIn(Path child, String name) throws IOException {
    try (var grandchildren = Files.newDirectoryStream(child, "*{.cedar,.cedarschema}")) {
      for (Path file : grandchildren) {
        fault(
            name
                + "/"
                + name(file)
                + ": expected policies and schema beside "
                + BundleReader.SETTINGS
                + ", not in a directory below");
      }
    }
  }

  private void add(String path, Path file) throws IOException {
    if (!path.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      fault("`" + path + "`: expected a file name of printable ASCII without spaces");
    } else if (found.size() >= MAX_FILES) {
      throw new IOException("more than " + MAX_FILES + " files");
    } else {
      found.put(path, file);
    }
  }

  private List<BundleFile> readAll() {
    var files = new ArrayList<BundleFile>();
    long left = Bundle.MAX_BYTES;
    for (var entry : found.entrySet()) {
      try {
        var content = read(entry.getKey(), entry.getValue(), left);
        if (content.isEmpty()) continue;
        left -= content.get().length;
        if (left < 0) {
          fault(
              entry.getKey()
                  + ": expected a bundle of at most "
                  + Bundle.MAX_BYTES
                  + " bytes; it is larger with this file");
          return files;
        }
        files.add(new BundleFile(entry.getKey(), content.get()));
      } catch (NoSuchFileException e) {
        fault(entry.getKey() + ": expected a file, got a link to nothing");
      } catch (IOException e) {
        fault(entry.getKey() + ": expected a readable file: " + reason(e));
      }
    }
    return files;
  }

  private Optional<byte[]> readEnvelope() {
    try {
      return read(Manifest.FILE, directory.resolve(Manifest.FILE), Envelope.MAX_BYTES);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      fault(Manifest.FILE + ": expected a readable file: " + reason(e));
      return Optional.empty();
    }
  }

  /** A file's content, at most one byte more than {@code limit}; none where there is a fault. */
  private Optional<byte[]> read(String name, Path path, long limit) throws IOException {
    Path file = path.toRealPath();
    if (!file.startsWith(real)) {
      fault(name + ": expected a file of the bundle, got a link out of its directory");
    } else if (!Files.isRegularFile(file)) {
      fault(name + ": expected a regular file");
    } else {
      return Optional.of(read(file, limit));
    }
    return Optional.empty();
  }

  private static byte[] read(Path file, long limit) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes((int) limit + 1);
    }
  }

  private void fault(String message) {
    errors.add(new SourceError(Span.NONE, message));
  }

  private static BundleException refused(String message) {
    return new BundleException(List.of(new SourceError(Span.NONE, message)));
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  private static String reason(Exception e) {
    if (e.getCause() instanceof IOException cause) return reason(cause);
    if (e instanceof java.nio.file.AccessDeniedException) return "permission denied";
    return String.valueOf(e.getMessage());
  }
}
