package dev.ostiary.log.tile;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A tree in a local directory. */
record DirectorySource(Path directory) implements TileSource {
  @Override
  public Optional<byte[]> read(String path) throws IOException {
    try {
      return Optional.of(Files.readAllBytes(directory.resolve(path)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (FileSystemException e) {
      // A component that is a file where a directory is expected is damage, but no such file either
      // way.
      if (!Files.exists(directory.resolve(path))) return Optional.empty();
      throw e;
    }
  }

  @Override
  public List<String> keptCheckpoints() throws IOException {
    Path kept = directory.resolve("checkpoints");
    if (!Files.isDirectory(kept)) return List.of();
    try (var files = Files.list(kept)) {
      return files
          .map(file -> "checkpoints/" + file.getFileName())
          .sorted(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()))
          .toList();
    }
  }

  @Override
  public String toString() {
    return directory.toString();
  }
}
