package dev.ostiary.sidecar.facts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.OptionalLong;

/** A log's trees, one an epoch, by their names: {@code 1}, {@code 2} and so on. */
public final class Epochs {
  private Epochs() {}

  /** The newest of those that {@code names} name; empty where none names one. */
  public static OptionalLong newest(Collection<String> names) {
    return names.stream()
        .filter(name -> name.matches("[1-9][0-9]{0,17}"))
        .mapToLong(Long::parseLong)
        .max();
  }

  /** The newest in a directory such as {@code DATA/facts}; empty where none is. Blocks. */
  public static OptionalLong newest(Path log) throws IOException {
    if (!Files.isDirectory(log)) return OptionalLong.empty();
    try (var names = Files.list(log)) {
      return newest(names.map(path -> path.getFileName().toString()).toList());
    }
  }
}
