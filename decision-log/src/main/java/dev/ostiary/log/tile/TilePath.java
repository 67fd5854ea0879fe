package dev.ostiary.log.tile;

/**
 * Where tiles and entry bundles are.
 *
 * @see <a href="https://c2sp.org/tlog-tiles">C2SP tlog-tiles</a>
 */
public final class TilePath {
  /** Hashes in a full tile, entries in a full bundle. */
  public static final int WIDTH = 256;

  private TilePath() {}

  /**
   * The path of a tile.
   *
   * @param width 256 for a full tile, 1 to 255 for a partial one
   */
  public static String tile(int level, long index, int width) {
    return "tile/" + level + "/" + number(index) + suffix(width);
  }

  /** The path of an entry bundle. */
  public static String bundle(long index, int width) {
    return "tile/entries/" + number(index) + suffix(width);
  }

  /**
   * Width of tile {@code index} at {@code level} in a tree of {@code size}: 256, less, or 0 if it
   * has none.
   */
  public static int width(int level, long index, long size) {
    long hashes = level >= 8 ? 0 : size >>> (8 * level);
    return (int) Math.max(0, Math.min(WIDTH, hashes - index * WIDTH));
  }

  private static String suffix(int width) {
    return width == WIDTH ? "" : ".p/" + width;
  }

  private static String number(long index) {
    var path = new StringBuilder(digits(index % 1000));
    for (long rest = index / 1000; rest > 0; rest /= 1000) {
      path.insert(0, "x" + digits(rest % 1000) + "/");
    }
    return path.toString();
  }

  private static String digits(long number) {
    return number < 10 ? "00" + number : number < 100 ? "0" + number : Long.toString(number);
  }
}
