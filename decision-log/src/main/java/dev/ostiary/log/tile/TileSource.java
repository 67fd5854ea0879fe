package dev.ostiary.log.tile;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where a published tree is read from: a directory, or an HTTP address. */
public interface TileSource {
  /**
   * The bytes at {@code path} (such as {@code checkpoint} or {@code tile/0/x001/067}), or nothing
   * if there is no such file.
   *
   * @throws IOException if it may be there but cannot be read
   */
  Optional<byte[]> read(String path) throws IOException;

  /** Paths of the checkpoints that were kept, by size; empty where a source cannot list. */
  List<String> keptCheckpoints() throws IOException;

  /** Reads the tree's directory. */
  static TileSource directory(Path directory) {
    return new DirectorySource(directory);
  }

  /** Reads over HTTP or HTTPS below {@code base}. Close nothing; connections end by themselves. */
  static TileSource http(URI base) {
    return new HttpSource(base);
  }
}
