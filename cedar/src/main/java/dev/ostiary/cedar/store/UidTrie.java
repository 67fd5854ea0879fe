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
 * <p>A hash trie of 32 branches (Bagwell 2001; Steindorff and Vinju 2015): each level takes five
 * bits of the hash from the top, a node holds only the slots in use, entries before children. Below
 * the last level uids of equal hash are a sorted array, so that no choice of ids makes look-ups
 * slow.
 *
 * @param <V> what is held; it knows its own key
 */
public final class UidTrie<V extends Keyed> {
  private static final int BITS = 5;
  private static final int LAST_LEVEL = 6;
  private static final Comparator<Keyed> BY_UID = Comparator.comparing(Keyed::uid);
  private static final UidTrie<?> EMPTY = new UidTrie<>(new Node(0, 0, new Object[0]), 0);

  private final Node root;
  private final int size;

  private UidTrie(Node root, int size) {
    this.root = root;
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
          int byHash = Integer.compareUnsigned(hash(a.uid()), hash(b.uid()));
          return byHash != 0 ? byHash : BY_UID.compare(a, b);
        });
    return new UidTrie<>(build(sorted, 0, sorted.length, 0), sorted.length);
  }

  private static Node build(Keyed[] sorted, int start, int end, int level) {
    if (level > LAST_LEVEL)
      return new Node(0, 0, Arrays.copyOfRange(sorted, start, end, Object[].class));
    int entryMap = 0;
    int nodeMap = 0;
    Object[] entries = new Object[32];
    Object[] nodes = new Object[32];
    int entryCount = 0;
    int nodeCount = 0;
    for (int i = start; i < end; ) {
      int branch = branch(hash(sorted[i].uid()), level);
      int next = i + 1;
      while (next < end && branch(hash(sorted[next].uid()), level) == branch) next++;
      if (next == i + 1) {
        entryMap |= 1 << branch;
        entries[entryCount++] = sorted[i];
      } else {
        nodeMap |= 1 << branch;
        nodes[nodeCount++] = build(sorted, i, next, level + 1);
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
    Node node = root;
    for (int level = 0; level <= LAST_LEVEL; level++) {
      int bit = 1 << branch(hash, level);
      if ((node.entryMap & bit) != 0) {
        V value = (V) node.slots[node.entryIndex(bit)];
        return value.uid().equals(uid) ? value : null;
      }
      if ((node.nodeMap & bit) == 0) return null;
      node = (Node) node.slots[node.nodeIndex(bit)];
    }
    int at = search(node, uid);
    return at < 0 ? null : (V) node.slots[at];
  }

  /** This map with {@code value} in place of any other of its uid. */
  public UidTrie<V> with(V value) {
    boolean replaces = find(value.uid()) != null;
    return new UidTrie<>(with(root, value, hash(value.uid()), 0), replaces ? size : size + 1);
  }

  private static Node with(Node node, Keyed value, int hash, int level) {
    if (level > LAST_LEVEL) {
      int at = search(node, value.uid());
      return new Node(
          0, 0, at >= 0 ? replaced(node.slots, at, value) : inserted(node.slots, -1 - at, value));
    }
    int bit = 1 << branch(hash, level);
    if ((node.nodeMap & bit) != 0) {
      int at = node.nodeIndex(bit);
      Node child = with((Node) node.slots[at], value, hash, level + 1);
      return new Node(node.entryMap, node.nodeMap, replaced(node.slots, at, child));
    }
    int at = node.entryIndex(bit);
    if ((node.entryMap & bit) == 0)
      return new Node(node.entryMap | bit, node.nodeMap, inserted(node.slots, at, value));
    Keyed other = (Keyed) node.slots[at];
    if (other.uid().equals(value.uid()))
      return new Node(node.entryMap, node.nodeMap, replaced(node.slots, at, value));
    Node child = new Node(0, 0, new Object[0]);
    child = with(child, other, hash(other.uid()), level + 1);
    child = with(child, value, hash, level + 1);
    var less = new Node(node.entryMap & ~bit, node.nodeMap, removed(node.slots, at));
    return new Node(
        less.entryMap, less.nodeMap | bit, inserted(less.slots, less.nodeIndex(bit), child));
  }

  /** This map without that uid. */
  public UidTrie<V> without(EntityUid uid) {
    if (find(uid) == null) return this;
    return new UidTrie<>(without(root, uid, hash(uid), 0), size - 1);
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
  public void forEach(Consumer<? super V> action) {
    forEach(root, action);
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

  /** Spreads the hash, since the hashes of similar ids differ in few bits. */
  private static int hash(EntityUid uid) {
    int h = uid.hashCode() * 0x9E3779B9;
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
