package dev.ostiary.log.tile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The tree against RFC 6962 §2.1 written down as it reads there: recursion over lists of leaves.
 */
class TreeModelTest {
  private static final int LAST = 70_000;
  private static final byte[][] LEAVES = new byte[LAST][];
  private static final Map<Long, byte[]> NAIVE = new HashMap<>();

  /**
   * All sizes up to 520, and those around every boundary of a tile or a power of two up to 70,000.
   */
  private static final List<Integer> SIZES = sizes();

  private static List<Integer> sizes() {
    var sizes = new ArrayList<Integer>();
    for (int size = 0; size <= 520; size++) sizes.add(size);
    for (int boundary = 512; boundary <= LAST; boundary += boundary < 4096 ? 256 : 8192) {
      for (int near = boundary - 1; near <= boundary + 1; near++) if (near > 520) sizes.add(near);
    }
    sizes.addAll(
        List.of(
            65_279, 65_280, 65_281, 65_535, 65_536, 65_537, 65_791, 65_792, 65_793, 69_999, LAST));
    return sizes.stream().distinct().sorted().toList();
  }

  @BeforeAll
  static void leaves() throws Exception {
    for (int i = 0; i < LAST; i++) {
      LEAVES[i] = sha(new byte[] {0}, ByteBuffer.allocate(4).putInt(i).array());
    }
  }

  private static byte[] sha(byte[]... parts) throws Exception {
    var sha = MessageDigest.getInstance("SHA-256");
    for (byte[] part : parts) sha.update(part);
    return sha.digest();
  }

  /** MTH(D[from:to]). */
  private static byte[] mth(int from, int to) throws Exception {
    if (to == from) return sha();
    if (to - from == 1) return LEAVES[from];
    byte[] known = NAIVE.get((long) from << 32 | to);
    if (known != null) return known;
    int k = Integer.highestOneBit(to - from - 1);
    byte[] hash = sha(new byte[] {1}, mth(from, from + k), mth(from + k, to));
    NAIVE.put((long) from << 32 | to, hash);
    return hash;
  }

  /** PATH(m, D[from:to]). */
  private static List<byte[]> path(int m, int from, int to) throws Exception {
    if (to - from == 1) return List.of();
    int k = Integer.highestOneBit(to - from - 1);
    var path = new ArrayList<byte[]>(m < k ? path(m, from, from + k) : path(m - k, from + k, to));
    path.add(m < k ? mth(from + k, to) : mth(from, from + k));
    return path;
  }

  /** SUBPROOF(m, D[from:to], b). */
  private static List<byte[]> subproof(int m, int from, int to, boolean b) throws Exception {
    if (m == to - from) return b ? List.of() : List.of(mth(from, to));
    int k = Integer.highestOneBit(to - from - 1);
    var path =
        new ArrayList<byte[]>(
            m <= k ? subproof(m, from, from + k, b) : subproof(m - k, from + k, to, false));
    path.add(m <= k ? mth(from + k, to) : mth(from, from + k));
    return path;
  }

  /** Grows one tree through all sizes and keeps its tiles, as a log does. */
  private static final class Grown implements TileSource {
    private final Map<String, byte[]> files = new HashMap<>();
    private final GrowingTree tree =
        new GrowingTree((level, index, hashes) ->
            files.put(TilePath.tile(level, index, TilePath.WIDTH), hashes));

    void growTo(int size) {
      while (tree.size() < size) tree.append(LEAVES[(int) tree.size()], 0);
      for (int level = 0; level < tree.levels(); level++) {
        int width = tree.width(level);
        long index = (tree.size() >>> (8 * level)) / TilePath.WIDTH;
        if (width > 0) files.put(TilePath.tile(level, index, width), tree.partial(level));
      }
    }

    @Override
    public Optional<byte[]> read(String path) {
      return Optional.ofNullable(files.get(path));
    }

    @Override
    public List<String> keptCheckpoints() {
      return List.of();
    }
  }

  @Test
  void rootsAgreeWithTheModelAtEverySizeAndBoundary() throws Exception {
    var grown = new Grown();
    for (int size : SIZES) {
      grown.growTo(size);
      assertArrayEquals(mth(0, size), grown.tree.root().bytes(), "size " + size);
      assertArrayEquals(mth(0, size), new TileTree(grown, size).root(size).bytes(), "size " + size);
    }
  }

  @Test
  void tilesAreTheHashesThatTheSpecificationNames() throws Exception {
    var grown = new Grown();
    grown.growTo(LAST);
    // The specification's own example: 273 full and one partial of 112, one full and one of 17, one
    // of 1.
    assertEquals(273 + 1 + 1 + 1 + 1, grown.files.size());
    for (String path :
        List.of(
            "tile/0/000",
            "tile/0/272",
            "tile/0/273.p/112",
            "tile/1/000",
            "tile/1/001.p/17",
            "tile/2/000.p/1")) {
      int level = path.charAt(5) - '0';
      int index = Integer.parseInt(path.substring(7, 10));
      byte[] tile = grown.files.get(path);
      for (int i = 0; i < tile.length / 32; i++) {
        int span = 1 << (8 * level);
        int first = (index * 256 + i) * span;
        assertArrayEquals(
            mth(first, first + span),
            Arrays.copyOfRange(tile, 32 * i, 32 * i + 32),
            path + " hash " + i);
      }
    }
  }

  @Test
  void proofsAgreeWithTheModelAndLeadToTheRoot() throws Exception {
    long seed = System.nanoTime();
    System.out.println("TreeModelTest seed " + seed);
    var random = new SplittableRandom(seed);
    var grown = new Grown();
    var merkle = new Merkle();
    grown.growTo(LAST);
    var tree = new TileTree(grown, LAST);
    for (int size : SIZES) {
      if (size == 0) continue;
      for (int index : new int[] {0, size / 2, size - 1, random.nextInt(size)}) {
        var path = tree.inclusion(index, size);
        assertSame(path(index, 0, size), path);
        var leaf = Hash.at(LEAVES[index], 0);
        assertEquals(tree.root(size), merkle.rootOf(leaf, index, size, path));
        if (size > 1) {
          assertNotEquals(
              tree.root(size), merkle.rootOf(leaf, index == 0 ? 1 : index - 1, size, path));
          assertNotEquals(
              tree.root(size),
              merkle.rootOf(Hash.at(LEAVES[(index + 1) % size], 0), index, size, path));
        }
      }
      int older = random.nextInt(size) + 1;
      assertSame(subproof(older, 0, size, true), tree.consistency(older, size));
    }
  }

  private static void assertSame(List<byte[]> expected, List<Hash> path) {
    assertEquals(expected.stream().map(bytes -> Hash.at(bytes, 0)).toList(), path);
  }

  @Test
  void aTreeGoesOnFromItsRightEdgeAsIfItHadNeverStopped() throws Exception {
    for (int start : new int[] {256, 512, 65_280, 65_536, 65_792, 69_888}) {
      var before = new Grown();
      before.growTo(start);
      var edge = new ArrayList<byte[]>();
      for (int level = 0; level < before.tree.levels(); level++)
        edge.add(before.tree.partial(level));
      var resumed = new GrowingTree((_, _, _) -> {}, start, edge);
      for (int i = start; i < LAST; i++) resumed.append(LEAVES[i], 0);
      assertArrayEquals(mth(0, LAST), resumed.root().bytes(), "from " + start);
    }
  }

  @Test
  void pathsAreEncodedAsTheSpecificationSays() {
    assertEquals("tile/0/x001/x234/067", TilePath.tile(0, 1_234_067, 256));
    assertEquals("tile/entries/x001/000.p/7", TilePath.bundle(1000, 7));
    assertEquals("tile/3/000", TilePath.tile(3, 0, 256));
  }
}
