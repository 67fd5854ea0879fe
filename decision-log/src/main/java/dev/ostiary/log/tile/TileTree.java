package dev.ostiary.log.tile;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A published tree, read through its tiles: roots and proofs. Not thread-safe. */
public final class TileTree {
  private static final int CACHED_TILES = 256;

  private final TileSource source;
  private final long size;
  private final Merkle merkle = new Merkle();
  private final Map<String, byte[]> tiles =
      new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, byte[]> eldest) {
          return size() > CACHED_TILES;
        }
      };

  /** The tree of {@code size} leaves whose tiles {@code source} has. */
  public TileTree(TileSource source, long size) {
    this.source = source;
    this.size = size;
  }

  /** Number of leaves. */
  public long size() {
    return size;
  }

  /**
   * The hashes of a tile.
   *
   * @throws IOException if it is not there or has another length
   */
  public byte[] tile(int level, long index) throws IOException {
    int width = TilePath.width(level, index, size);
    String path = TilePath.tile(level, index, width);
    byte[] cached = tiles.get(path);
    if (cached != null) return cached;
    byte[] tile = hashes(source, level, index, width);
    tiles.put(path, tile);
    return tile;
  }

  private static byte[] hashes(TileSource source, int level, long index, int width)
      throws IOException {
    int length = width * Hash.BYTES;
    String path = TilePath.tile(level, index, width);
    var found = source.read(path);
    if (found.isEmpty() && width < TilePath.WIDTH) {
      // A partial tile may be gone once the full one is there.
      found =
          source
              .read(TilePath.tile(level, index, TilePath.WIDTH))
              .map(full -> Arrays.copyOf(full, length));
    }
    byte[] tile = found.orElseThrow(() -> new MissingTileException(path));
    if (tile.length != length) {
      throw new IOException(path + ": expected " + length + " bytes, got " + tile.length);
    }
    return tile;
  }

  /**
   * The root of the first {@code leaves} leaves.
   *
   * @throws IllegalArgumentException if the tree has fewer
   */
  public Hash root(long leaves) throws IOException {
    if (leaves < 0 || leaves > size) {
      throw new IllegalArgumentException("expected a size of at most " + size + ", got " + leaves);
    }
    return leaves == 0 ? merkle.empty() : range(0, leaves);
  }

  /** The hash of leaf {@code index}. */
  public Hash leaf(long index) throws IOException {
    return perfect(0, index);
  }

  /**
   * RFC 6962 §2.1.1: the siblings of a leaf, leaf upwards.
   *
   * @throws IllegalArgumentException unless {@code 0 <= index < leaves <= size}
   */
  public List<Hash> inclusion(long index, long leaves) throws IOException {
    if (index < 0 || index >= leaves || leaves > size) {
      throw new IllegalArgumentException(
          "expected an index below a size of at most " + size + ", got " + index + " of " + leaves);
    }
    var path = new ArrayList<Hash>();
    inclusion(index, 0, leaves, path);
    return path;
  }

  private void inclusion(long index, long from, long to, List<Hash> path) throws IOException {
    if (to - from == 1) return;
    long middle = from + Long.highestOneBit(to - from - 1);
    if (index < middle) {
      inclusion(index, from, middle, path);
      path.add(range(middle, to));
    } else {
      inclusion(index, middle, to, path);
      path.add(range(from, middle));
    }
  }

  /**
   * RFC 6962 §2.1.2: that the first {@code older} leaves are a prefix of the first {@code newer}.
   *
   * @throws IllegalArgumentException unless {@code 0 <= older <= newer <= size}
   */
  public List<Hash> consistency(long older, long newer) throws IOException {
    if (older < 0 || older > newer || newer > size) {
      throw new IllegalArgumentException(
          "expected sizes of at most " + size + " in order, got " + older + " and " + newer);
    }
    var path = new ArrayList<Hash>();
    if (older > 0 && older < newer) consistency(older, 0, newer, true, path);
    return path;
  }

  private void consistency(long older, long from, long to, boolean whole, List<Hash> path)
      throws IOException {
    if (older == to) {
      if (!whole) path.add(range(from, to));
      return;
    }
    long middle = from + Long.highestOneBit(to - from - 1);
    if (older <= middle) {
      consistency(older, from, middle, whole, path);
      path.add(range(middle, to));
    } else {
      consistency(older, middle, to, false, path);
      path.add(range(from, middle));
    }
  }

  /** The hash over leaves {@code [from, to)}, a subtree that occurs in RFC 6962's recursion. */
  private Hash range(long from, long to) throws IOException {
    long leaves = to - from;
    if (Long.bitCount(leaves) == 1) {
      int height = Long.numberOfTrailingZeros(leaves);
      return perfect(height, from >>> height);
    }
    long middle = from + Long.highestOneBit(leaves);
    return merkle.node(range(from, middle), range(middle, to));
  }

  private Hash perfect(int height, long index) throws IOException {
    int level = height / 8;
    int count = 1 << (height % 8);
    long first = index * count;
    byte[] tile = tile(level, first / TilePath.WIDTH);
    return merkle.perfect(tile, Math.toIntExact(first % TilePath.WIDTH) * Hash.BYTES, count);
  }
}
