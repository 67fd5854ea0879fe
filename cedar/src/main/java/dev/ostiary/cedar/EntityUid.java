package dev.ostiary.cedar;

import dev.ostiary.cedar.store.Vocabulary;

/**
 * The name of an entity, {@code Type::"id"}; also a value.
 *
 * <p>Equality is by type and id. A uid is a key wherever it goes, so the hash is computed once, and
 * a short id is kept as two numbers besides, which are compared without reading the text.
 */
public final class EntityUid implements Value, Comparable<EntityUid> {
  private static final int MAX_PACKED = 15;

  private final String type;
  private final String id;
  private final int hash;

  /** The first eight characters of an id of at most 15 characters below U+0100, else 0. */
  private final long head;

  /** The others and, in the highest byte, one more than the length; else 0. */
  private final long tail;

  private EntityUid(String type, String id) {
    this.type = Vocabulary.known(type);
    this.id = id;
    this.hash = 31 * type.hashCode() + id.hashCode();
    int length = id.length();
    long first = 0;
    long second = 0;
    int high = length > MAX_PACKED ? 0x100 : 0;
    for (int i = 0; i < length && high < 0x100; i++) {
      char c = id.charAt(i);
      high |= c;
      if (i < 8) first |= (long) c << (8 * i);
      else second |= (long) c << (8 * (i - 8));
    }
    this.head = high < 0x100 ? first : 0;
    this.tail = high < 0x100 ? second | (length + 1L) << 56 : 0;
  }

  /**
   * The uid of that type and id.
   *
   * @param type a type name with its namespace, {@code Namespace::Type}; not checked, since a wrong
   *     one names nothing
   * @param id any text
   */
  public static EntityUid of(String type, String id) {
    return new EntityUid(type, id);
  }

  /** The type name with its namespace. */
  public String type() {
    return type;
  }

  /** The identifier within the type. */
  public String id() {
    return id;
  }

  /**
   * Half of a short id as a number, else 0; with {@link #idTail} for tables that hold uids within
   * their entries.
   */
  public long idHead() {
    return head;
  }

  /** The other half of a short id and its length as a number; 0 is that the id is long. */
  public long idTail() {
    return tail;
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof EntityUid that
            && hash == that.hash
            && head == that.head
            && tail == that.tail
            && (tail != 0 || id.equals(that.id))
            && (type == that.type || type.equals(that.type)));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** By type, then by id, in the order of UTF-16 code units. */
  @Override
  public int compareTo(EntityUid other) {
    int byType = type.compareTo(other.type);
    return byType != 0 ? byType : id.compareTo(other.id);
  }

  /** {@code Type::"id"}, as Cedar reads it back. */
  @Override
  public String toString() {
    return type + "::" + Text.quoted(id);
  }
}
