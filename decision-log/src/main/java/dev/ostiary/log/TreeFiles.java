package dev.ostiary.log;

import dev.ostiary.log.disk.Disk;
import dev.ostiary.log.tile.TilePath;
import dev.ostiary.log.tile.TileSource;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** The published part of a tree's directory, as its writer uses it. */
final class TreeFiles implements TileSource {
  private static final String KEPT = "checkpoints";

  private final Disk disk;
  private final Path directory;

  TreeFiles(Disk disk, Path directory) {
    this.disk = disk;
    this.directory = directory;
  }

  @Override
  public Optional<byte[]> read(String path) throws IOException {
    return disk.read(directory.resolve(path));
  }

  @Override
  public List<String> keptCheckpoints() throws IOException {
    return disk.list(directory.resolve(KEPT)).stream().map(name -> KEPT + "/" + name).toList();
  }

  /** Writes a tile or bundle, not yet durably. */
  void write(TileWriter.Output output) throws IOException {
    Path file = directory.resolve(output.path());
    try {
      disk.write(file, output.bytes());
    } catch (NoSuchFileException | java.io.FileNotFoundException e) {
      Path parent = file.getParent();
      if (parent != null) disk.createDirectories(parent);
      disk.write(file, output.bytes());
    }
  }

  void delete(String path) throws IOException {
    disk.delete(directory.resolve(path));
  }

  /** Puts the signed checkpoint in its place, atomically and durably. */
  void checkpoint(byte[] signed) throws IOException {
    disk.replace(directory.resolve("wal/checkpoint.new"), directory.resolve("checkpoint"), signed);
  }

  /** Keeps a signed checkpoint for good. */
  void keep(long size, byte[] signed) throws IOException {
    Path kept = directory.resolve(KEPT);
    disk.createDirectories(kept);
    disk.replace(directory.resolve("wal/kept.new"), kept.resolve(Long.toString(size)), signed);
  }

  /** Paths of the full tiles and bundles over entries {@code [from, to)}, both multiples of 256. */
  static List<String> full(long from, long to) {
    var full = new ArrayList<String>();
    for (long n = from / TilePath.WIDTH; n < to / TilePath.WIDTH; n++) {
      full.add(TilePath.bundle(n, TilePath.WIDTH));
    }
    for (int level = 0; to >>> (8 * (level + 1)) > 0; level++) {
      for (long n = from >>> (8 * (level + 1)); n < to >>> (8 * (level + 1)); n++) {
        full.add(TilePath.tile(level, n, TilePath.WIDTH));
      }
    }
    return full;
  }

  /**
   * Makes the full tiles and bundles over entries {@code [from, to)} durable, both multiples of
   * 256, then drops the partial ones that they replace.
   */
  void settle(long from, long to, ExecutorService pool) throws IOException {
    var full = full(from, to);
    sync(full, pool);
    var parents = new LinkedHashSet<Path>();
    for (String path : full) parents(directory.resolve(path), parents);
    for (Path parent : parents) disk.syncDirectory(parent);
    for (String path : full) dropPartials(path, 0);
  }

  private void sync(List<String> paths, ExecutorService pool) throws IOException {
    var syncs = new ArrayList<Future<?>>();
    for (String path : paths) {
      syncs.add(
          pool.submit(() -> {
            disk.sync(directory.resolve(path));
            return path;
          }));
    }
    try {
      for (var sync : syncs) sync.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) throw cause;
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(directory + ": interrupted");
    } finally {
      for (var sync : syncs) sync.cancel(false);
    }
  }

  private void parents(Path file, Set<Path> parents) {
    for (Path parent = file.getParent();
        parent != null && !parent.equals(directory);
        parent = parent.getParent()) {
      if (!parents.add(parent)) return; // its parents are there already
    }
    parents.add(directory);
  }

  /** Drops the partial tiles of a full tile's path that are wider than {@code width}. */
  private void dropPartials(String full, int width) throws IOException {
    Path partials = directory.resolve(full + ".p");
    var names = disk.list(partials);
    int left = names.size();
    for (String name : names) {
      if (name.matches("[0-9]{1,3}") && Integer.parseInt(name) > width) {
        disk.delete(partials.resolve(name));
        left--;
      }
    }
    if (left == 0 && !names.isEmpty()) disk.delete(partials);
  }

  /** Removes the entries and leaf hashes of the unit that begins at {@code first}. */
  void prune(long first) throws IOException {
    // Its first bundle last: as long as that is there, the unit does not count as pruned and is
    // taken up again.
    for (long n = first / TilePath.WIDTH + TilePath.WIDTH - 1; n >= first / TilePath.WIDTH; n--) {
      disk.delete(directory.resolve(TilePath.tile(0, n, TilePath.WIDTH)));
      disk.delete(directory.resolve(TilePath.bundle(n, TilePath.WIDTH)));
    }
  }

  /** Drops partial tiles that a stop left before their checkpoint was published. */
  void dropUnpublished(long size) throws IOException {
    for (int level = 0; level < 8; level++) {
      long hashes = size >>> (8 * level);
      for (long n = hashes / TilePath.WIDTH; n <= hashes / TilePath.WIDTH + 1; n++) {
        int width = TilePath.width(level, n, size);
        dropPartials(TilePath.tile(level, n, TilePath.WIDTH), width);
        if (level == 0) dropPartials(TilePath.bundle(n, TilePath.WIDTH), width);
      }
    }
  }
}
