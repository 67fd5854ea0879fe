package dev.ostiary.sidecar.admin;

import dev.ostiary.sidecar.decide.Caller.Right;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The files of a data directory's logs that anybody's verifier asks for, as they are to be served.
 *
 * @see <a href="https://c2sp.org/tlog-tiles">C2SP tlog-tiles</a>
 */
final class LogFiles {
  private static final Pattern PATH =
      Pattern.compile(
          "/(?:decisions|facts)/[1-9][0-9]{0,17}/(?:checkpoint"
              + "|tile/(?:entries|[0-9]{1,2})/(?:x[0-9]{3}/){0,6}[0-9]{3}(?:\\.p/[0-9]{1,3})?)");

  private final Path data;

  LogFiles(Path data) {
    this.data = data;
  }

  /** Whether a request's path is one of a log's. */
  static boolean isPath(String path) {
    return path.startsWith("/decisions/") || path.startsWith("/facts/");
  }

  /** What it takes to read there. */
  static Right right(String path) {
    return path.startsWith("/facts/") ? Right.FACT_LOG : Right.LOG;
  }

  /**
   * A file and what is said of it.
   *
   * @param cacheControl tiles never change; a checkpoint is replaced every second
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Found(byte[] content, String contentType, String cacheControl) {}

  /** The file at a request's path; empty where there is none. Blocks. */
  Optional<Found> find(String path) throws IOException {
    if (!PATH.matcher(path).matches()) return Optional.empty();
    boolean checkpoint = path.endsWith("/checkpoint");
    try {
      byte[] content = Files.readAllBytes(data.resolve(path.substring(1)));
      return Optional.of(
          checkpoint
              ? new Found(content, "text/plain; charset=utf-8", "no-cache, max-age=0")
              : new Found(
                  content, "application/octet-stream", "public, max-age=31536000, immutable"));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
