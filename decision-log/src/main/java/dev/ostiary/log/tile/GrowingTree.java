package dev.ostiary.log.tile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A tree that grows by leaf hashes and keeps only its right edge: for each level the hashes of the
 * tile that is not full yet. Not thread-safe.
 */
public final class GrowingTree {
  /** Told of each tile when it becomes full. */
  @FunctionalInterface
  public interface FullTiles {
    /**
     * A tile is full.
     *
     * @param hashes its 8,192 bytes; the receiver's own
     */
    void full(int level, long index, byte[] hashes);
  }

  private final Merkle merkle = new Merkle();
  private final List<byte[]> edge = new ArrayList<>(); // hashes of each level's last tile
  private final FullTiles full;
  private long size;

  /** An empty tree. */
  public GrowingTree(FullTiles full) {
    this.full = full;
  }

  /**
   * A tree that begins with {@code size} leaves of which only the edge is known.
   *
   * @param size a multiple of 256
   * @param edge for each level from 0, the hashes of its last tile, as many as {@link TilePath}
   *     says
   */
  public GrowingTree(FullTiles full, long size, List<byte[]> edge) {
    this.full = full;
    this.size = size;
    for (byte[] hashes : edge) {
      this.edge.add(Arrays.copyOf(hashes, TilePath.WIDTH * Hash.BYTES));
    }
  }

  /** Number of leaves. */
  public long size() {
    return size;
  }

  /** Appends a leaf by its hash, the 32 bytes at {@code offset}. */
  public void append(byte[] hash, int offset) {
    if (edge.isEmpty()) edge.add(new byte[TilePath.WIDTH * Hash.BYTES]);
    System.arraycopy(
        hash, offset, edge.get(0), Math.toIntExact(size % TilePath.WIDTH) * Hash.BYTES, Hash.BYTES);
    size++;
    for (int level = 0; width(level) == 0; level++) {
      long index = (size >>> (8 * (level + 1))) - 1;
      byte[] hashes = edge.get(level);
      if (edge.size() == level + 1) edge.add(new byte[TilePath.WIDTH * Hash.BYTES]);
      int at = Math.toIntExact(index % TilePath.WIDTH) * Hash.BYTES;
      merkle.perfect(hashes, 0, TilePath.WIDTH).copyTo(edge.get(level + 1), at);
      edge.set(level, new byte[TilePath.WIDTH * Hash.BYTES]);
      full.full(level, index, hashes);
    }
  }

  /** Number of levels that have had a hash. */
  public int levels() {
    return edge.size();
  }

  /** Number of hashes in the last tile of a level, if it is partial; else 0. */
  public int width(int level) {
    return (int) ((size >>> (8 * level)) % TilePath.WIDTH);
  }

  /** The bytes of the last tile of a level, if it is partial; else none. */
  public byte[] partial(int level) {
    return Arrays.copyOf(edge.get(level), width(level) * Hash.BYTES);
  }

  /** The root of the tree as it is now. */
  public Hash root() {
    if (size == 0) return merkle.empty();
    @Nullable Hash root = null;
    // Perfect subtrees from the right: within a tile the low bits of its width, tiles from level 0
    // up.
    for (int level = 0; level < edge.size(); level++) {
      int end = width(level);
      while (end > 0) {
        int count = Integer.lowestOneBit(end);
        var peak = merkle.perfect(edge.get(level), (end - count) * Hash.BYTES, count);
        root = root == null ? peak : merkle.node(peak, root);
        end -= count;
      }
    }
    return Objects.requireNonNull(root);
  }
}
