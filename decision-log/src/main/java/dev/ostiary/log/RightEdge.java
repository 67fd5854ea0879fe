package dev.ostiary.log;

import dev.ostiary.log.tile.Hash;
import dev.ostiary.log.tile.Merkle;
import dev.ostiary.log.tile.TilePath;
import dev.ostiary.log.tile.TileSource;
import dev.ostiary.log.tile.TileTree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The hashes of the unfinished tile of each level, worked out from the full tiles below them, since
 * only those are known to be durable.
 *
 * @param size entries, a multiple of 256
 */
record RightEdge(TileSource source, long size) {
  List<byte[]> hashes() throws IOException {
    var tree = new TileTree(source, size);
    var merkle = new Merkle();
    var edge = new ArrayList<byte[]>();
    for (int level = 0; size >>> (8 * level) > 0; level++) {
      long end = size >>> (8 * level);
      int width = (int) (end % TilePath.WIDTH);
      var hashes = new byte[width * Hash.BYTES];
      for (int i = 0; i < width; i++) {
        // Level 0 has no unfinished tile at a multiple of 256, so there is always a level below.
        byte[] below = tree.tile(level - 1, end - width + i);
        merkle.perfect(below, 0, TilePath.WIDTH).copyTo(hashes, i * Hash.BYTES);
      }
      edge.add(hashes);
    }
    return edge;
  }
}
