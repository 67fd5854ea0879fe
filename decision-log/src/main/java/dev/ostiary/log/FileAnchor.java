package dev.ostiary.log;

import dev.ostiary.log.disk.LocalDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** An anchor in a file, which should be on another disk than the log. */
record FileAnchor(Path file) implements Anchor {
  @Override
  public Optional<Memory> last(byte[] current) throws IOException {
    return new LocalDisk().read(file).map(Memory.Signed::new);
  }

  @Override
  public void keep(byte[] signedCheckpoint) throws IOException {
    Path absolute = file.toAbsolutePath();
    Path parent = absolute.getParent();
    if (parent != null) Files.createDirectories(parent);
    new LocalDisk()
        .replace(
            absolute.resolveSibling(absolute.getFileName() + ".new"), absolute, signedCheckpoint);
  }
}
