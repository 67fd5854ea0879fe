package dev.ostiary.cedar.store;

import org.jspecify.annotations.Nullable;

/**
 * An immutable array of standings by a group's index, whose changed copies share what did not
 * change: a trie of 32 branches, all leaves at one depth.
 */
final class Groups {
  private static final int BITS = 5;
  private static final int WIDTH = 1 << BITS;
  static final Groups EMPTY = new Groups(new @Nullable Object[WIDTH], 0, 0);

  private final @Nullable Object[] root;

  /** Bits below those that the root takes. */
  private final int shift;

  /** Number of groups that have ancestors. */
  private final int nested;

  private Groups(@Nullable Object[] root, int shift, int nested) {
    this.root = root;
    this.shift = shift;
    this.nested = nested;
  }

  /** Whether some group has an ancestor. */
  boolean areNested() {
    return nested > 0;
  }

  /** The standing of a group that is in use. */
  Standing at(int index) {
    Standing standing = find(index);
    if (standing == null) throw new IllegalStateException("no group " + index);
    return standing;
  }

  private @Nullable Standing find(int index) {
    @Nullable Object[] node = root;
    for (int s = shift; s > 0; s -= BITS) node = child(node, index >>> s & WIDTH - 1);
    return node[index & WIDTH - 1] instanceof Standing standing ? standing : null;
  }

  Groups with(int index, @Nullable Standing standing) {
    if (index >>> shift >= WIDTH) {
      var above = new @Nullable Object[WIDTH];
      above[0] = root;
      return new Groups(above, shift + BITS, nested).with(index, standing);
    }
    int less = isNested(find(index)) ? 1 : 0;
    int more = isNested(standing) ? 1 : 0;
    return new Groups(with(root, shift, index, standing), shift, nested - less + more);
  }

  private static boolean isNested(@Nullable Standing standing) {
    return standing != null && standing.ancestorCount() > 0;
  }

  private static @Nullable Object[] with(
      @Nullable Object[] node, int shift, int index, @Nullable Standing standing) {
    @Nullable Object[] copy = node.clone();
    int at = index >>> shift & WIDTH - 1;
    if (shift == 0) copy[at] = standing;
    else copy[at] = with(child(node, at), shift - BITS, index, standing);
    return copy;
  }

  @SuppressWarnings("unchecked")
  private static @Nullable Object[] child(@Nullable Object[] node, int at) {
    return node[at] instanceof Object[] child ? child : new @Nullable Object[WIDTH];
  }
}
