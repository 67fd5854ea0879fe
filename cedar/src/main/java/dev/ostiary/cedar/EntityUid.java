package dev.ostiary.cedar;

/**
 * The name of an entity, {@code Type::"id"}; also a value.
 *
 * <p>Equality is by type and id. The hash is computed once, since a uid is a key wherever it goes.
 */
public final class EntityUid implements Value, Comparable<EntityUid> {
  private final String type;
  private final String id;
  private final int hash;

  private EntityUid(String type, String id) {
    this.type = type;
    this.id = id;
    this.hash = 31 * type.hashCode() + id.hashCode();
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

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof EntityUid that
            && hash == that.hash
            && id.equals(that.id)
            && type.equals(that.type));
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
