package dev.ostiary.log.tile;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * RFC 6962 hashing over one reused digest. Not thread-safe.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6962#section-2.1">RFC 6962 §2.1</a>
 */
public final class Merkle {
  private static final byte LEAF = 0;
  private static final byte NODE = 1;

  private final MessageDigest sha = sha256();
  private final byte[] pair = new byte[2 * Hash.BYTES];
  private final byte[] peaks = new byte[TilePath.WIDTH * Hash.BYTES];

  /** A hasher for one thread at a time. */
  public Merkle() {}

  /** A SHA-256 digest, which every Java platform has. */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The root of the empty tree. */
  public Hash empty() {
    return Hash.at(sha.digest(), 0);
  }

  /** The hash of the leaf whose entry is these bytes. */
  public Hash leaf(byte[] bytes, int offset, int length) {
    leafInto(bytes, offset, length, pair, 0);
    return Hash.at(pair, 0);
  }

  /** Like {@link #leaf}, into 32 bytes at {@code at}. */
  public void leafInto(byte[] bytes, int offset, int length, byte[] into, int at) {
    sha.update(LEAF);
    sha.update(bytes, offset, length);
    digest(into, at);
  }

  /** The hash of the node over two subtrees. */
  public Hash node(Hash left, Hash right) {
    left.copyTo(pair, 0);
    right.copyTo(pair, Hash.BYTES);
    nodeInto(pair, 0, pair, 0);
    return Hash.at(pair, 0);
  }

  private void nodeInto(byte[] children, int offset, byte[] into, int at) {
    sha.update(NODE);
    sha.update(children, offset, 2 * Hash.BYTES);
    digest(into, at);
  }

  private void digest(byte[] into, int at) {
    try {
      sha.digest(into, at, Hash.BYTES);
    } catch (DigestException e) {
      throw new IllegalStateException(e); // there is room for 32 bytes
    }
  }

  /**
   * The root of the perfect subtree over {@code count} adjacent hashes.
   *
   * @param count a power of two, at most 256
   */
  public Hash perfect(byte[] hashes, int offset, int count) {
    System.arraycopy(hashes, offset, peaks, 0, count * Hash.BYTES);
    for (int width = count; width > 1; width /= 2) {
      for (int i = 0; i < width / 2; i++) {
        nodeInto(peaks, 2 * i * Hash.BYTES, peaks, i * Hash.BYTES);
      }
    }
    return Hash.at(peaks, 0);
  }

  /** The root that an inclusion proof leads to, or null if its length does not fit. */
  public @Nullable Hash rootOf(Hash leaf, long index, long size, List<Hash> path) {
    if (index < 0 || index >= size) return null;
    Hash hash = leaf;
    long node = index;
    long last = size - 1;
    for (var sibling : path) {
      if (last == 0) return null;
      if ((node & 1) == 1 || node == last) {
        hash = node(sibling, hash);
        while ((node & 1) == 0 && node != 0) {
          node >>= 1;
          last >>= 1;
        }
      } else {
        hash = node(hash, sibling);
      }
      node >>= 1;
      last >>= 1;
    }
    return last == 0 ? hash : null;
  }
}
