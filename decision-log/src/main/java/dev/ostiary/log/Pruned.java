package dev.ostiary.log;

import dev.ostiary.log.tile.MissingTileException;
import dev.ostiary.log.tile.TilePath;
import dev.ostiary.log.tile.TileSource;
import java.io.IOException;
import java.util.List;

/** Where a tree whose beginning was pruned begins. */
final class Pruned {
  /** Entries under one full level-1 tile, the unit of pruning. */
  static final long UNIT = TilePath.WIDTH * (long) TilePath.WIDTH;

  private Pruned() {}

  /**
   * The first entry that is there.
   *
   * @param size its index, a multiple of {@link #UNIT}
   * @param edge the tree's right edge there
   */
  record Start(long size, List<byte[]> edge) {}

  /** Finds the first unit whose bundles are there, by halving; 0 if nothing is pruned. */
  static Start start(TileSource source, long size) throws IOException {
    long low = 0;
    long high = size / UNIT;
    if (high == 0 || has(source, 0L)) return new Start(0, List.of());
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (has(source, middle * TilePath.WIDTH)) high = middle;
      else low = middle + 1;
    }
    for (long bundle = 0; bundle < low * TilePath.WIDTH; bundle++) {
      // Pruning takes whole units: where only some of one are gone, they are missing.
      if (has(source, bundle)) {
        throw new MissingTileException(
            TilePath.bundle(bundle / TilePath.WIDTH * TilePath.WIDTH, TilePath.WIDTH));
      }
    }
    long first = low * UNIT;
    return new Start(first, new RightEdge(source, first).hashes());
  }

  private static boolean has(TileSource source, long bundle) throws IOException {
    return source.read(TilePath.bundle(bundle, TilePath.WIDTH)).isPresent();
  }
}
