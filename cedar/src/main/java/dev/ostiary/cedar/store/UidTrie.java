package dev.ostiary.cedar.store;

import dev.ostiary.cedar.EntityUid;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map by uid whose changed copies share what did not change.
 *
 * <p>Two levels as wide as the values ask for, so that most values hang directly below them, and
 * where several share a place, a hash trie of 32 branches (Bagwell 2001; Steindorff and Vinju
 * 2015): each of its levels takes five bits of the hash from the top, a node holds only the slots
 * in use, entries before children. Below the last level uids of equal hash are a sorted array, so
 * that no choice of ids makes look-ups slow.
 *
 * @param <V> what is held; it knows its own key
 */
public final class UidTrie<V extends Keyed> {
  private static final int BITS = 5;
  private static final int LAST_LEVEL = 6;
  private static final Comparator<Keyed> BY_UID = Comparator.comparing(Keyed::uid);

  /** Fewer values than this need no wide levels. */
  private static final int FEW = 32;

  private static final UidTrie<?> EMPTY = new UidTrie<>(new @Nullable Object[1][1], 0, 0, 0);

  /** By the first bits of the hash, and then by those that follow: null, a value or a node. */
  private final @Nullable Object[][] wide;

  private final int firstBits;
  private final int secondBits;
  private final int size;

  private UidTrie(@Nullable Object[][] wide, int firstBits, int secondBits, int size) {
    this.wide = wide;
    this.firstBits = firstBits;
    this.secondBits = secondBits;
    this.size = size;
  }

  /** Slots: the entries of {@code entryMap}, then the child nodes of {@code nodeMap}. */
  private static final class Node {
    final int entryMap;
    final int nodeMap;
    final Object[] slots;

    Node(int entryMap, int nodeMap, Object[] slots) {
      this.entryMap = entryMap;
      this.nodeMap = nodeMap;
      this.slots = slots;
    }

    int entryIndex(int bit) {
      return Integer.bitCount(entryMap & (bit - 1));
    }

    int nodeIndex(int bit) {
      return Integer.bitCount(entryMap) + Integer.bitCount(nodeMap & (bit - 1));
    }
  }

  /** Holds nothing. */
  @SuppressWarnings("unchecked")
  public static <V extends Keyed> UidTrie<V> empty() {
    return (UidTrie<V>) EMPTY;
  }

  /** Holds {@code values}, whose uids differ; cheaper than adding them one by one. */
  public static <V extends Keyed> UidTrie<V> of(Collection<V> values) {
    Keyed[] sorted = values.toArray(Keyed[]::new);
    Arrays.sort(
        sorted,
        (a, b) -> {
          int byHash = Integer.compareUnsigned(hash(a), hash(b));
          return byHash != 0 ? byHash : BY_UID.compare(a, b);
        });
    int bits = sorted.length < FEW ? 0 : 34 - Integer.numberOfLeadingZeros(sorted.length - 1);
    var all =
        new UidTrie<V>(
            new @Nullable Object[1 << (bits / 2)][1 << (bits - bits / 2)],
            bits / 2,
            bits - bits / 2,
            sorted.length);
    for (int i = 0; i < sorted.length; ) {
      int hash = hash(sorted[i]);
      int first = all.first(hash);
      int second = all.second(hash);
      int next = i + 1;
      while (next < sorted.length && all.isAt(first, second, hash(sorted[next]))) next++;
      all.wide[first][second] = next == i + 1 ? sorted[i] : build(sorted, i, next, bits, 0);
      i = next;
    }
    return all;
  }

  private int first(int hash) {
    return hash >>> 1 >>> (31 - firstBits);
  }

  private int second(int hash) {
    return hash << firstBits >>> 1 >>> (31 - secondBits);
  }

  private boolean isAt(int first, int second, int hash) {
    return first(hash) == first && second(hash) == second;
  }

  /** The bits of the hash that are left below the wide levels. */
  private int below(int hash) {
    return hash << firstBits << secondBits;
  }

  private static Node build(Keyed[] sorted, int start, int end, int used, int level) {
    if (level > LAST_LEVEL)
      return new Node(0, 0, Arrays.copyOfRange(sorted, start, end, Object[].class));
    int entryMap = 0;
    int nodeMap = 0;
    Object[] entries = new Object[32];
    Object[] nodes = new Object[32];
    int entryCount = 0;
    int nodeCount = 0;
    for (int i = start; i < end; ) {
      int branch = branch(hash(sorted[i]) << used, level);
      int next = i + 1;
      while (next < end && branch(hash(sorted[next]) << used, level) == branch) next++;
      if (next == i + 1) {
        entryMap |= 1 << branch;
        entries[entryCount++] = sorted[i];
      } else {
        nodeMap |= 1 << branch;
        nodes[nodeCount++] = build(sorted, i, next, used, level + 1);
      }
      i = next;
    }
    Object[] slots = new Object[entryCount + nodeCount];
    System.arraycopy(entries, 0, slots, 0, entryCount);
    System.arraycopy(nodes, 0, slots, entryCount, nodeCount);
    return new Node(entryMap, nodeMap, slots);
  }

  /** Number of values. */
  public int size() {
    return size;
  }

  /** The value of that uid, or null. */
  @SuppressWarnings("unchecked")
  public @Nullable V find(EntityUid uid) {
    int hash = hash(uid);
    Object found = wide[first(hash)][second(hash)];
    if (found == null) return null;
    if (!(found instanceof Node node)) {
      V value = (V) found;
      return value.is(uid) ? value : null;
    }
    hash = below(hash);
    for (int level = 0; level <= LAST_LEVEL; level++) {
      int bit = 1 << branch(hash, level);
      if ((node.entryMap & bit) != 0) {
        V value = (V) node.slots[node.entryIndex(bit)];
        return value.is(uid) ? value : null;
      }
      if ((node.nodeMap & bit) == 0) return null;
      node = (Node) node.slots[node.nodeIndex(bit)];
    }
    int at = search(node, uid);
    return at < 0 ? null : (V) node.slots[at];
  }

  /** This map with {@code value} in place of any other of its uid. */
  public UidTrie<V> with(V value) {
    int hash = hash(value);
    boolean replaces = find(value.uid()) != null;
    UidTrie<V> changed =
        withPlace(hash, placed(wide[first(hash)][second(hash)], value), replaces ? size : size + 1);
    // Made anew a few times while the number grows a thousandfold, so that it costs little each.
    boolean isCrowded = changed.size >= FEW && changed.size >>> 1 >>> (firstBits + secondBits) > 0;
    return isCrowded && !replaces ? of(changed.values()) : changed;
  }

  private Object placed(@Nullable Object before, V value) {
    if (before == null) return value;
    if (before instanceof Node node) return with(node, value, firstBits + secondBits, 0);
    Keyed other = (Keyed) before;
    if (other.is(value.uid())) return value;
    Node node = with(new Node(0, 0, new Object[0]), other, firstBits + secondBits, 0);
    return with(node, value, firstBits + secondBits, 0);
  }

  private UidTrie<V> withPlace(int hash, @Nullable Object place, int newSize) {
    @Nullable Object[][] changed = wide.clone();
    @Nullable Object[] part = changed[first(hash)].clone();
    part[second(hash)] = place;
    changed[first(hash)] = part;
    return new UidTrie<>(changed, firstBits, secondBits, newSize);
  }

  /** {@code used} bits of the hashes lead to the topmost node. */
  private static Node with(Node node, Keyed value, int used, int level) {
    if (level > LAST_LEVEL) {
      int at = search(node, value.uid());
      return new Node(
          0, 0, at >= 0 ? replaced(node.slots, at, value) : inserted(node.slots, -1 - at, value));
    }
    int bit = 1 << branch(hash(value) << used, level);
    if ((node.nodeMap & bit) != 0) {
      int at = node.nodeIndex(bit);
      Node child = with((Node) node.slots[at], value, used, level + 1);
      return new Node(node.entryMap, node.nodeMap, replaced(node.slots, at, child));
    }
    int at = node.entryIndex(bit);
    if ((node.entryMap & bit) == 0)
      return new Node(node.entryMap | bit, node.nodeMap, inserted(node.slots, at, value));
    Keyed other = (Keyed) node.slots[at];
    if (other.is(value.uid()))
      return new Node(node.entryMap, node.nodeMap, replaced(node.slots, at, value));
    Node child = new Node(0, 0, new Object[0]);
    child = with(child, other, used, level + 1);
    child = with(child, value, used, level + 1);
    var less = new Node(node.entryMap & ~bit, node.nodeMap, removed(node.slots, at));
    return new Node(
        less.entryMap, less.nodeMap | bit, inserted(less.slots, less.nodeIndex(bit), child));
  }

  /** This map without that uid. */
  public UidTrie<V> without(EntityUid uid) {
    if (find(uid) == null) return this;
    int hash = hash(uid);
    Object place = null;
    if (wide[first(hash)][second(hash)] instanceof Node node) {
      Node less = without(node, uid, below(hash), 0);
      place = less.slots.length == 1 && less.slots[0] instanceof Keyed last ? last : less;
    }
    return withPlace(hash, place, size - 1);
  }

  /** The uid is in the map. */
  private static Node without(Node node, EntityUid uid, int hash, int level) {
    if (level > LAST_LEVEL) return new Node(0, 0, removed(node.slots, search(node, uid)));
    int bit = 1 << branch(hash, level);
    if ((node.entryMap & bit) != 0)
      return new Node(
          node.entryMap & ~bit, node.nodeMap, removed(node.slots, node.entryIndex(bit)));
    int at = node.nodeIndex(bit);
    Node child = without((Node) node.slots[at], uid, hash, level + 1);
    if (child.slots.length > 1 || !(child.slots[0] instanceof Keyed last))
      return new Node(node.entryMap, node.nodeMap, replaced(node.slots, at, child));
    // A child of one entry becomes that entry.
    var less = new Node(node.entryMap, node.nodeMap & ~bit, removed(node.slots, at));
    return new Node(
        less.entryMap | bit, less.nodeMap, inserted(less.slots, less.entryIndex(bit), last));
  }

  /** Hands over every value, in no particular order. */
  @SuppressWarnings("unchecked")
  public void forEach(Consumer<? super V> action) {
    for (@Nullable Object[] part : wide) {
      for (@Nullable Object place : part) {
        if (place instanceof Node node) forEach(node, action);
        else if (place != null) action.accept((V) place);
      }
    }
  }

  @SuppressWarnings("unchecked")
  private static <V> void forEach(Node node, Consumer<? super V> action) {
    for (Object slot : node.slots) {
      if (slot instanceof Node child) forEach(child, action);
      else action.accept((V) slot);
    }
  }

  /** Every value, in no particular order; a copy. */
  public List<V> values() {
    var values = new java.util.ArrayList<V>(size);
    forEach(values::add);
    return values;
  }

  private static int search(Node node, EntityUid uid) {
    int low = 0;
    int high = node.slots.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = ((Keyed) node.slots[middle]).uid().compareTo(uid);
      if (order == 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1 - low;
  }

  private static int hash(EntityUid uid) {
    return spread(uid.hashCode());
  }

  private static int hash(Keyed value) {
    return spread(value.hash());
  }

  /** Hashes of similar ids differ in few bits. */
  private static int spread(int hash) {
    int h = hash * 0x9E3779B9;
    return h ^ (h >>> 15);
  }

  private static int branch(int hash, int level) {
    return level < LAST_LEVEL ? hash >>> (27 - BITS * level) & 31 : hash & 3;
  }

  private static Object[] replaced(Object[] slots, int at, Object value) {
    Object[] copy = slots.clone();
    copy[at] = value;
    return copy;
  }

  private static Object[] inserted(Object[] slots, int at, Object value) {
    Object[] copy = new Object[slots.length + 1];
    System.arraycopy(slots, 0, copy, 0, at);
    copy[at] = value;
    System.arraycopy(slots, at, copy, at + 1, slots.length - at);
    return copy;
  }

  private static Object[] removed(Object[] slots, int at) {
    Object[] copy = new Object[slots.length - 1];
    System.arraycopy(slots, 0, copy, 0, at);
    System.arraycopy(slots, at + 1, copy, at, copy.length - at);
    return copy;
  }
}
