package dev.ostiary.log.tile;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The entries of up to 256 leaves: each a big-endian 16-bit length and its bytes. Not thread-safe.
 */
public final class Bundle {
  private byte[] bytes = new byte[1 << 16];
  private int length;

  /** A bundle is there and is not a sequence of so many entries. */
  public static final class FormException extends IOException {
    private final String path;
    private final String reason;

    /** What is at {@code path} is no such sequence. */
    public FormException(String path, String reason) {
      super(path + ": " + reason);
      this.path = path;
      this.reason = reason;
    }

    /** Which bundle. */
    public String path() {
      return path;
    }

    /** What is wrong with it. */
    public String reason() {
      return reason;
    }
  }

  /** No entries yet. */
  public Bundle() {}

  /** Adds an entry of at most 65,535 bytes. */
  public void add(byte[] entry, int offset, int count) {
    if (length + 2 + count > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + 2 + count));
    }
    bytes[length] = (byte) (count >>> 8);
    bytes[length + 1] = (byte) count;
    System.arraycopy(entry, offset, bytes, length + 2, count);
    length += 2 + count;
  }

  /** The bundle's bytes, a new array. */
  public byte[] bytes() {
    return Arrays.copyOf(bytes, length);
  }

  /** Forgets all entries. */
  public void clear() {
    length = 0;
  }

  /**
   * The entries of a bundle.
   *
   * @param path for the message
   * @throws FormException if it is not {@code width} entries
   */
  public static List<byte[]> entries(byte[] bundle, int width, String path) throws FormException {
    var entries = new ArrayList<byte[]>(width);
    int at = 0;
    while (at < bundle.length) {
      int end =
          at + 2 > bundle.length
              ? -1
              : at + 2 + ((bundle[at] & 0xFF) << 8 | (bundle[at + 1] & 0xFF));
      if (end < 0 || end > bundle.length) {
        throw new FormException(
            path, "entry " + entries.size() + " reaches over the end of the bundle");
      }
      entries.add(Arrays.copyOfRange(bundle, at + 2, end));
      at = end;
    }
    if (entries.size() != width) {
      throw new FormException(path, "expected " + width + " entries, got " + entries.size());
    }
    return entries;
  }

  /** The entries of bundle {@code index} in a tree of {@code size}. */
  public static List<byte[]> read(TileSource source, long index, long size) throws IOException {
    int width = TilePath.width(0, index, size);
    String path = TilePath.bundle(index, width);
    var found = source.read(path);
    if (found.isPresent()) return entries(found.get(), width, path);
    if (width == TilePath.WIDTH) throw new MissingTileException(path);
    // A partial bundle may be gone once the full one is there.
    String fullPath = TilePath.bundle(index, TilePath.WIDTH);
    var full = source.read(fullPath).orElseThrow(() -> new MissingTileException(path));
    return entries(full, TilePath.WIDTH, fullPath).subList(0, width);
  }
}
